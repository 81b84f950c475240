-- One row per finding, of intake and of the auditor.
select
    finding_id,
    document_id,
    rule,
    severity,
    place,
    cells,
    left_value,
    right_value,
    residual,
    status,
    diagnosis,
    suspect_cell,
    implied_value,
    blame
from {{ source('staging', 'findings') }}

union all

select
    finding_id,
    document_id,
    rule,
    severity,
    place,
    cells,
    left_value,
    right_value,
    residual,
    status,
    diagnosis,
    suspect_cell,
    implied_value,
    blame
from {{ source('staging', 'audit_findings') }}
