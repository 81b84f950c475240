-- One row per read report and chapter, in the order of the document.
select
    sections.document_id as report_id,
    sections.position,
    sections.chapter,
    sections.heading,
    sections.text,
    versions.is_current
from {{ ref('stg_sections') }} as sections
inner join {{ ref('int_report_versions') }} as versions on sections.document_id = versions.document_id
