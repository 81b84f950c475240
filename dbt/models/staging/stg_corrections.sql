-- One row per cell that a person found wrongly printed.
select
    document_id,
    cell,
    expected_value,
    corrected_value,
    reason,
    evidence,
    status
from {{ source('staging', 'corrections') }}
