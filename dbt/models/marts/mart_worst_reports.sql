-- One row per current report with an open finding of the auditor, the worst first.
with counted as (
    select
        report_id,
        count(*) filter (where family = 'equation' and severity = 'hard') as open_equations,
        count(*) filter (where family = 'range' and severity = 'hard') as open_ranges,
        count(*) filter (where family = 'blank_as_zero') as open_blank_as_zero,
        count(*) filter (where family = 'expectation') as open_expectations,
        count(*) filter (where family = 'prose') as open_prose,
        count(*) filter (where family = 'continuity') as open_continuity,
        count(*) filter (where family in ('plausibility', 'similarity') or severity = 'plausibility' and family = 'range')
            as open_plausibility,
        count(distinct suspect_cell) as located_cells,
        string_agg(distinct pattern, ' ' order by pattern) as patterns
    from {{ ref('fct_findings') }}
    where is_open and is_current and family <> 'intake'
    group by report_id
)

select
    cast(row_number() over (
        order by
            counted.open_equations desc,
            counted.open_ranges desc,
            counted.open_blank_as_zero + counted.open_expectations + counted.open_prose + counted.open_continuity desc,
            counted.open_plausibility desc,
            counted.report_id
    ) as integer) as rank,
    counted.report_id,
    reports.body_id,
    reports.body_name,
    reports.report_year,
    reports.form,
    reports.source_path,
    reports.equations_assessed,
    cast(counted.open_equations as integer) as open_equations,
    cast(counted.open_ranges as integer) as open_ranges,
    cast(counted.open_blank_as_zero as integer) as open_blank_as_zero,
    cast(counted.open_expectations as integer) as open_expectations,
    cast(counted.open_prose as integer) as open_prose,
    cast(counted.open_continuity as integer) as open_continuity,
    cast(counted.open_plausibility as integer) as open_plausibility,
    cast(counted.located_cells as integer) as located_cells,
    counted.patterns,
    reports.page_path
from counted
inner join {{ ref('dim_report') }} as reports on counted.report_id = reports.report_id
