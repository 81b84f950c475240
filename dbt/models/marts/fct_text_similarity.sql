-- One row per report and kind of other report: the one that holds most of its text.
select
    texts.document_id as report_id,
    texts.kind,
    texts.other_document_id as other_report_id,
    texts.share,
    texts.characters_repeated,
    texts.characters,
    versions.is_current
from {{ ref('stg_text_similarity') }} as texts
inner join {{ ref('int_report_versions') }} as versions on texts.document_id = versions.document_id
inner join {{ ref('int_report_versions') }} as others on texts.other_document_id = others.document_id
