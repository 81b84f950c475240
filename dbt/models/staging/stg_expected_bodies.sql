-- One row per body that a team expects to report.
select
    body_id,
    body_name,
    first_year,
    last_year
from {{ source('staging', 'expected_bodies') }}
