{{ config(materialized='table') }}
-- One row per division and each division that it lies in, itself and the nation included.
with links as (
    select distinct
        region_code,
        parent_code
    from {{ ref('dim_region') }}
)

select
    region_code,
    region_code as within_code,
    0 as steps
from links

union all

select
    region_code,
    parent_code as within_code,
    1 as steps
from links
where parent_code is not null

union all

select
    lower_links.region_code,
    upper_links.parent_code as within_code,
    2 as steps
from links as lower_links
inner join links as upper_links on lower_links.parent_code = upper_links.region_code
where upper_links.parent_code is not null

union all

select
    lower_links.region_code,
    upper_links.parent_code as within_code,
    3 as steps
from links as lower_links
inner join links as middle_links on lower_links.parent_code = middle_links.region_code
inner join links as upper_links on middle_links.parent_code = upper_links.region_code
where upper_links.parent_code is not null
