{{ config(materialized='table') }}
-- One row per current report and division that it counts in: a body's own figures in every division above it, an aggregate in
-- the division that it is about.
with reports as (
    select
        reports.report_id,
        reports.body_id,
        reports.report_year,
        reports.scope,
        reports.region_code,
        reports.body_kind in ('government', 'region') as is_government,
        chosen.report_id is not null as stands_for_body
    from {{ ref('int_current_reports') }} as reports
    left join {{ ref('int_body_year_reports') }} as chosen on reports.report_id = chosen.report_id
),

-- A body's own figures once; an aggregate of a zone or a system is no sum of bodies and no figure of a division.
placed as (
    select
        report_id,
        body_id,
        report_year,
        region_code,
        case
            when scope in ('own', 'government_organ') and stands_for_body then 'own'
            when scope = 'level' and is_government then 'level'
            when scope = 'region' and is_government then 'region'
        end as counts_as
    from reports
),

-- Without a listed place a report counts for the nation only.
within as (
    select
        placed.report_id,
        placed.body_id,
        placed.report_year,
        placed.counts_as,
        placed.region_code as own_region_code,
        coalesce(tree.within_code, '000000') as region_code
    from placed
    left join {{ ref('int_region_tree') }} as tree on placed.region_code = tree.region_code
    where placed.counts_as = 'own'
)

select
    report_id,
    body_id,
    report_year,
    counts_as as scope,
    own_region_code,
    region_code
from within

union all

select
    report_id,
    body_id,
    report_year,
    counts_as as scope,
    region_code as own_region_code,
    region_code
from placed
where counts_as in ('level', 'region') and region_code is not null

union all

-- The nation publishes no aggregate; those of the provinces add up to it, for no two of them overlap.
select
    placed.report_id,
    placed.body_id,
    placed.report_year,
    placed.counts_as as scope,
    placed.region_code as own_region_code,
    '000000' as region_code
from placed
where placed.counts_as = 'region' and placed.region_code like '__0000'
