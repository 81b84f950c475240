-- One row per finding: of intake, of the auditor, and of the continuity from year to year.
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
from {{ ref('stg_findings') }}

union all

select
    finding_id,
    document_id,
    rule,
    'continuity' as family,
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
from {{ ref('int_continuity_findings') }}
