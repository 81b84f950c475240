-- One row per body and report year in which it was expected to report or did.
with received as (
    select
        body_id,
        report_year,
        min(published_on) as published_on,
        min(report_id) as report_id
    from {{ ref('int_current_reports') }}
    group by body_id, report_year
),

archive as (
    select
        min(report_year) as first_year,
        max(report_year) as last_year
    from received
),

years as (
    select cast(generate_series as integer) as report_year
    from archive, generate_series(archive.first_year, archive.last_year)
),

begins as (
    select
        body_id,
        min(report_year) as first_year
    from received
    group by body_id
),

ends as (
    select
        predecessor_id as body_id,
        -- The last report is on the year before the one in which the successor began.
        min(year(effective_on)) - 1 as last_year
    from {{ ref('stg_body_successions') }}
    group by predecessor_id
),

-- Who reported once is expected from then on, and so is who succeeded somebody who did.
reported_before as (
    select
        begins.body_id,
        begins.first_year + 1 as first_year,
        ends.last_year
    from begins
    left join ends on begins.body_id = ends.body_id
    union all
    select
        successions.successor_id as body_id,
        min(year(successions.effective_on)) as first_year,
        any_value(ends.last_year) as last_year
    from {{ ref('stg_body_successions') }} as successions
    inner join begins on successions.predecessor_id = begins.body_id
    left join ends on successions.successor_id = ends.body_id
    group by successions.successor_id
),

expected_years as (
    select
        reported_before.body_id,
        years.report_year,
        'reported_before' as expected_because
    from reported_before
    inner join years
        on years.report_year >= reported_before.first_year
        and years.report_year <= coalesce(reported_before.last_year, years.report_year)
    union
    select
        listed.body_id,
        years.report_year,
        'listed' as expected_because
    from {{ ref('stg_expected_bodies') }} as listed
    inner join years
        on years.report_year >= coalesce(listed.first_year, years.report_year)
        and years.report_year <= coalesce(listed.last_year, years.report_year)
),

expected as (
    select
        body_id,
        report_year,
        string_agg(expected_because, ' ' order by expected_because) as expected_because
    from expected_years
    group by body_id, report_year
),

joined as (
    select
        coalesce(expected.body_id, received.body_id) as body_id,
        coalesce(expected.report_year, received.report_year) as report_year,
        expected.expected_because,
        received.report_id,
        received.published_on
    from expected
    full outer join received on expected.body_id = received.body_id and expected.report_year = received.report_year
),

described as (
    select
        joined.body_id,
        coalesce(bodies.body_name, listed.body_name, named.successor) as body_name,
        bodies.kind,
        bodies.region_code,
        joined.report_year,
        joined.expected_because,
        joined.report_id,
        joined.published_on,
        case
            -- The regulation of 2007 gave all organs until the end of March, that of 2019 the departments until January's.
            when joined.report_year < 2019 or bodies.kind in ('government', 'office', 'zone')
                then make_date(joined.report_year + 1, 3, 31)
            when bodies.kind in ('department', 'vertical_branch', 'dispatched_office', 'institution')
                then make_date(joined.report_year + 1, 1, 31)
        end as due_on
    from joined
    left join {{ ref('dim_body') }} as bodies on joined.body_id = bodies.body_id
    left join {{ ref('stg_expected_bodies') }} as listed on joined.body_id = listed.body_id
    left join (
        select
            successor_id,
            min(successor) as successor
        from {{ ref('stg_body_successions') }}
        group by successor_id
    ) as named on joined.body_id = named.successor_id
)

select
    body_id,
    body_name,
    kind,
    region_code,
    report_year,
    expected_because,
    report_id is not null as is_received,
    report_id,
    published_on,
    due_on,
    case when published_on > due_on then cast(published_on - due_on as integer) end as days_late,
    case
        when report_id is null then 'missing'
        when published_on is null then 'undated'
        when due_on is null then 'no_statutory_date'
        when published_on > due_on then 'late'
        else 'on_time'
    end as timeliness
from described
