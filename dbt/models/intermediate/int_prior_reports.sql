{{ config(materialized='table') }}
-- One row per body-year report and each current report of the year before that it continues: the body's own, and those of
-- bodies it succeeded.
with recursive successions as (
    select
        successor_id as body_id,
        predecessor_id as prior_body_id,
        kind as relation,
        effective_on,
        year(effective_on) as effective_year,
        false as is_further
    from {{ ref('stg_body_successions') }}
    union
    -- A body that was renamed or joined twice in one year continues what those before the first change reported.
    select
        successions.body_id,
        earlier.predecessor_id as prior_body_id,
        case when 'split' in (successions.relation, earlier.kind) then 'split' else earlier.kind end as relation,
        earlier.effective_on,
        successions.effective_year,
        true as is_further
    from successions
    inner join {{ ref('stg_body_successions') }} as earlier
        on successions.prior_body_id = earlier.successor_id
        and successions.effective_year = year(earlier.effective_on)
        and successions.effective_on >= earlier.effective_on
),

current_reports as (
    select
        report_id,
        body_id,
        report_year,
        scope,
        form
    from {{ ref('int_current_reports') }}
),

own_before as (
    select distinct
        body_id,
        report_year
    from current_reports
),

-- A body that began early in the year after may publish the last report of the one before it, so its first report may
-- belong to the year before it began.
continued as (
    select
        reports.body_id,
        reports.report_year,
        reports.body_id as prior_body_id,
        'own' as relation
    from {{ ref('int_body_year_reports') }} as reports
    union all
    select
        reports.body_id,
        reports.report_year,
        successions.prior_body_id,
        min(successions.relation) as relation
    from {{ ref('int_body_year_reports') }} as reports
    inner join successions on reports.body_id = successions.body_id
    left join own_before on reports.body_id = own_before.body_id and reports.report_year - 1 = own_before.report_year
    left join own_before as predecessors_own
        on successions.prior_body_id = predecessors_own.body_id and reports.report_year - 1 = predecessors_own.report_year
    left join (
        select distinct
            body_id,
            effective_year
        from successions
    ) as themselves_new
        on successions.prior_body_id = themselves_new.body_id and successions.effective_year = themselves_new.effective_year
    where
        (
            successions.effective_year = reports.report_year
            or (successions.effective_year = reports.report_year + 1 and own_before.body_id is null)
        )
        -- One that began in the same year has nothing to continue; those before it stand for it.
        and (predecessors_own.body_id is not null or themselves_new.body_id is null)
    group by reports.body_id, reports.report_year, successions.prior_body_id
),

matched as (
    select
        continued.body_id,
        continued.report_year,
        reports.report_id,
        reports.scope,
        reports.form,
        continued.prior_body_id,
        continued.relation,
        prior.report_id as prior_report_id,
        prior.scope as prior_scope,
        prior.form as prior_form,
        row_number() over (
            partition by continued.body_id, continued.report_year, continued.prior_body_id
            order by
                case
                    when prior.scope = reports.scope then 0
                    when prior.scope = 'unknown' or reports.scope = 'unknown' then 1
                    else 2
                end,
                prior.report_id
        ) as preference
    from continued
    inner join {{ ref('int_body_year_reports') }} as reports
        on continued.body_id = reports.body_id and continued.report_year = reports.report_year
    left join current_reports as prior
        on continued.prior_body_id = prior.body_id and continued.report_year - 1 = prior.report_year
)

select
    body_id,
    report_year,
    report_id,
    scope,
    form,
    prior_body_id,
    relation,
    prior_report_id,
    prior_scope,
    prior_form
from matched
where preference = 1
