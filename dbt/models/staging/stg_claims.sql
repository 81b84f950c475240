-- One row per document and figure that its sentences state about the report's own tables.
select
    document_id,
    claim,
    subject,
    stated,
    quote,
    section,
    "start",
    status,
    reading,
    expected,
    cells
from {{ source('staging', 'claims') }}
