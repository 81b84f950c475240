-- One row per division with an aggregate, report year and count: the aggregate against the parts of it that are in the archive.
with aggregates as (
    select
        report_id,
        body_id,
        report_year,
        region_code
    from {{ ref('int_region_reports') }}
    where scope = 'region' and region_code <> '000000'
),

-- Complete only where every division within reports for itself and every body that a team listed has reported.
completeness as (
    select
        aggregates.region_code,
        aggregates.report_year,
        count(distinct children.region_code) as divisions,
        count(distinct reporting.region_code) as divisions_reporting,
        bool_or(coalesce(coverage.is_listed, false)) as is_listed
    from aggregates
    left join {{ ref('dim_region') }} as children
        on aggregates.region_code = children.parent_code
        and coalesce(children.valid_from, date '1900-01-01') <= make_date(aggregates.report_year, 12, 31)
        and coalesce(children.valid_to, date '9999-12-31') > make_date(aggregates.report_year, 12, 31)
    left join aggregates as reporting
        on children.region_code = reporting.region_code and aggregates.report_year = reporting.report_year
    left join {{ ref('int_region_coverage') }} as coverage
        on aggregates.region_code = coverage.region_code
        and aggregates.report_year = coverage.report_year
        and coverage.scope = 'own'
    group by aggregates.region_code, aggregates.report_year
),

missing as (
    select
        tree.within_code as region_code,
        coverage.report_year,
        count(*) as bodies_missing
    from {{ ref('mart_coverage') }} as coverage
    inner join {{ ref('int_region_tree') }} as tree on coverage.region_code = tree.region_code
    where not coverage.is_received and coalesce(coverage.kind, '') not in ('government', 'zone', 'vertical_branch')
    group by tree.within_code, coverage.report_year
),

summed as (
    select
        parts.aggregate_id,
        measured.measure,
        count(*) as parts_counted,
        count(*) filter (where parts.is_division) as divisions_counted,
        sum(measured.value) as sum_of_parts
    from {{ ref('int_aggregation_parts') }} as parts
    inner join {{ ref('int_report_measures') }} as measured on parts.part_id = measured.report_id
    group by parts.aggregate_id, measured.measure
),

all_parts as (
    select
        aggregate_id,
        count(*) as parts_present
    from {{ ref('int_aggregation_parts') }}
    group by aggregate_id
),

compared as (
    select
        aggregates.region_code,
        aggregates.report_year,
        measured.measure,
        aggregates.report_id,
        measured.value as aggregate,
        summed.sum_of_parts,
        coalesce(summed.parts_counted, 0) as parts_counted,
        coalesce(all_parts.parts_present, 0) as parts_present,
        completeness.divisions,
        completeness.divisions_reporting,
        coalesce(missing.bodies_missing, 0) as bodies_missing,
        completeness.is_listed
        and completeness.divisions = completeness.divisions_reporting
        and coalesce(missing.bodies_missing, 0) = 0
        and coalesce(summed.parts_counted, 0) = coalesce(all_parts.parts_present, 0) as is_complete
    from aggregates
    inner join {{ ref('int_report_measures') }} as measured on aggregates.report_id = measured.report_id
    left join summed on aggregates.report_id = summed.aggregate_id and measured.measure = summed.measure
    left join all_parts on aggregates.report_id = all_parts.aggregate_id
    left join completeness
        on aggregates.region_code = completeness.region_code and aggregates.report_year = completeness.report_year
    left join missing on aggregates.region_code = missing.region_code and aggregates.report_year = missing.report_year
)

select
    region_code,
    report_year,
    measure,
    report_id,
    aggregate,
    cast(sum_of_parts as decimal(38, 6)) as sum_of_parts,
    cast(parts_counted as integer) as parts_counted,
    cast(parts_present as integer) as parts_present,
    cast(divisions as integer) as divisions,
    cast(divisions_reporting as integer) as divisions_reporting,
    cast(bodies_missing as integer) as bodies_missing,
    is_complete,
    case when is_complete then 'equal' else 'at_least' end as relation,
    cast(aggregate - sum_of_parts as decimal(38, 6)) as difference,
    case
        when parts_counted = 0 then 'not_assessable'
        when is_complete and aggregate = sum_of_parts then 'pass'
        when not is_complete and aggregate >= sum_of_parts then 'pass'
        else 'fail'
    end as status,
    case when parts_counted = 0 then 'no_parts_present' end as reason
from compared
