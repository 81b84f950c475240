-- One row per aggregate of a division and current report that is a part of it: aggregates of divisions within, and bodies that
-- stand in none of these.
with aggregates as (
    select
        report_id,
        report_year,
        region_code
    from {{ ref('int_region_reports') }}
    where scope = 'region' and region_code <> '000000'
),

-- Divisions whose figures stand in a lower aggregate already, by the division whose parts are asked for.
covered as (
    select distinct
        upper_tree.within_code as top_code,
        aggregates.report_year,
        lower_tree.region_code
    from aggregates
    inner join {{ ref('int_region_tree') }} as upper_tree
        on aggregates.region_code = upper_tree.region_code and upper_tree.steps > 0
    inner join {{ ref('int_region_tree') }} as lower_tree on aggregates.region_code = lower_tree.within_code
),

-- The same for the lower aggregates themselves: strictly below another one that counts.
strictly_covered as (
    select distinct
        upper_tree.within_code as top_code,
        aggregates.report_year,
        lower_tree.region_code
    from aggregates
    inner join {{ ref('int_region_tree') }} as upper_tree
        on aggregates.region_code = upper_tree.region_code and upper_tree.steps > 0
    inner join {{ ref('int_region_tree') }} as lower_tree
        on aggregates.region_code = lower_tree.within_code and lower_tree.steps > 0
),

-- A zone that reports for all its bodies holds their figures.
zones as (
    select distinct
        body_id,
        report_year
    from {{ ref('int_current_reports') }}
    where scope = 'region' and body_kind = 'zone'
)

select
    tops.report_id as aggregate_id,
    parts.report_id as part_id,
    false as is_division
from aggregates as tops
inner join {{ ref('int_region_reports') }} as parts
    on tops.region_code = parts.region_code and tops.report_year = parts.report_year and parts.scope = 'own'
inner join {{ ref('int_current_reports') }} as reports on parts.report_id = reports.report_id
left join covered
    on tops.region_code = covered.top_code
    and parts.report_year = covered.report_year
    and parts.own_region_code = covered.region_code
left join zones on reports.parent_body_id = zones.body_id and reports.report_year = zones.report_year
where
    covered.region_code is null
    and zones.body_id is null
    -- Vertical branches report to their own system and are left out of local aggregates.
    and reports.body_kind <> 'vertical_branch'

union all

select
    tops.report_id as aggregate_id,
    parts.report_id as part_id,
    true as is_division
from aggregates as tops
inner join {{ ref('int_region_tree') }} as tree on tops.region_code = tree.within_code and tree.steps > 0
inner join aggregates as parts on tree.region_code = parts.region_code and tops.report_year = parts.report_year
left join strictly_covered
    on tops.region_code = strictly_covered.top_code
    and parts.report_year = strictly_covered.report_year
    and parts.region_code = strictly_covered.region_code
where strictly_covered.region_code is null
