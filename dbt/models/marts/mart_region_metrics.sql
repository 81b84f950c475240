-- One row per division, report year, scope and metric: the parts added up over the same reports as in mart_region_year.
with summed as (
    select
        reports.region_code,
        reports.report_year,
        reports.scope,
        metrics.metric,
        sum(metrics.numerator) as numerator,
        sum(metrics.denominator) as denominator,
        count(*) as reports
    from {{ ref('int_region_reports') }} as reports
    inner join {{ ref('fct_metrics') }} as metrics on reports.report_id = metrics.report_id
    where metrics.adds_up
    group by reports.region_code, reports.report_year, reports.scope, metrics.metric
),

regions as (
    select
        region_code,
        region_name,
        level
    from {{ ref('dim_region') }}
    where is_latest_name
)

select
    summed.region_code,
    regions.region_name,
    regions.level,
    summed.report_year,
    summed.scope,
    summed.metric,
    cast(summed.numerator as decimal(38, 6)) as numerator,
    cast(summed.denominator as decimal(38, 6)) as denominator,
    {{ rate('summed.numerator', 'summed.denominator') }} as value,
    cast(summed.reports as integer) as reports
from summed
left join regions on summed.region_code = regions.region_code
