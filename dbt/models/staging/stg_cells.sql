-- One row per document and cell of its form.
select
    document_id,
    cell,
    value,
    unit,
    raw_text,
    status,
    locator
from {{ source('staging', 'cells') }}
