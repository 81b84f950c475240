-- One row per finding, of intake and of the auditor.
select
    finding_id,
    document_id,
    rule,
    'intake' as family,
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
    blame,
    cast(null as varchar) as pattern,
    cast(null as integer) as explanations
from {{ source('staging', 'findings') }}

union all

select
    finding_id,
    document_id,
    rule,
    family,
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
    blame,
    pattern,
    explanations
from {{ source('staging', 'audit_findings') }}

union all


select
    finding_id,
    document_id,
    rule,
    family,
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
    blame,
    pattern,
    explanations
from {{ source('staging', 'history_findings') }}
