-- One row per predecessor and successor of bodies that were renamed, merged or split.
select
    predecessor_id,
    successor_id,
    predecessor,
    successor,
    kind,
    effective_on
from {{ source('staging', 'body_successions') }}
