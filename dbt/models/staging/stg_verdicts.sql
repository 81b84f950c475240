-- One row per finding that a person judged.
select
    finding_id,
    verdict,
    left_value,
    right_value,
    reason,
    decided_by,
    decided_on
from {{ source('staging', 'verdicts') }}
