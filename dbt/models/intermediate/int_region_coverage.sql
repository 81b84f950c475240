-- One row per division, report year and scope: who was expected to report and who did.
with bodies as (
    select
        coverage.body_id,
        coverage.report_year,
        coverage.expected_because is not null as is_expected,
        coverage.expected_because like '%listed%' as is_listed,
        coverage.region_code,
        coverage.kind in ('government', 'zone') as is_aggregating
    from {{ ref('mart_coverage') }} as coverage
),

-- Bodies that report on themselves, in every division above them.
own as (
    select
        coalesce(tree.within_code, '000000') as region_code,
        bodies.report_year,
        'own' as scope,
        count(*) filter (where bodies.is_expected) as bodies_expected,
        bool_or(bodies.is_listed) as is_listed
    from bodies
    left join {{ ref('int_region_tree') }} as tree on bodies.region_code = tree.region_code
    where not bodies.is_aggregating
    group by coalesce(tree.within_code, '000000'), bodies.report_year
),

provinces as (
    select
        count(distinct region_code) as provinces
    from {{ ref('dim_region') }}
    -- Hong Kong, Macao and Taiwan publish no such reports.
    where level = 'province' and region_code < '700000'
)

select
    region_code,
    report_year,
    scope,
    cast(bodies_expected as integer) as bodies_expected,
    is_listed
from own

union all

select
    '000000' as region_code,
    years.report_year,
    'region' as scope,
    cast(provinces.provinces as integer) as bodies_expected,
    false as is_listed
from (select distinct report_year from bodies) as years
cross join provinces
