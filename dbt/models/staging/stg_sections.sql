-- One row per document and chapter, in the order of the document.
select
    document_id,
    position,
    chapter,
    heading,
    text
from {{ source('staging', 'sections') }}
