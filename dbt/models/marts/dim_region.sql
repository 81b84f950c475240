-- One row per administrative division and name: the nation, provinces, prefectures and counties since 2007.
with divisions as (
    select
        region_code,
        region_name,
        level,
        parent_code,
        valid_from,
        valid_to
    from {{ ref('regions') }}
)

select
    region_code,
    region_name,
    level,
    -- A province lies in the nation, which is in no list.
    coalesce(parent_code, '000000') as parent_code,
    left(region_code, 2) || '0000' as province_code,
    valid_from,
    valid_to,
    row_number() over (
        partition by region_code order by valid_to desc nulls first, valid_from desc nulls last, region_name
    ) = 1 as is_latest_name
from divisions

union all

select
    '000000' as region_code,
    '全国' as region_name,
    'national' as level,
    cast(null as varchar) as parent_code,
    cast(null as varchar) as province_code,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    true as is_latest_name
