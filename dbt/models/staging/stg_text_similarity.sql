-- One row per report and kind of other report: the one that holds most of its text.
select
    document_id,
    kind,
    other_document_id,
    share,
    characters_repeated,
    characters
from {{ source('staging', 'text_similarity') }}
