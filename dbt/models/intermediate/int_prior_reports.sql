{{ config(materialized='table') }}
-- One row per body-year report and each current report of the year before that it continues: the body's own, and those of
-- bodies it succeeded.
with current_reports as (
    select
        documents.document_id as report_id,
        documents.body_id,
        documents.report_year,
        documents.scope,
        documents.form
    from {{ ref('stg_documents') }} as documents
    inner join {{ ref('int_report_versions') }} as versions on documents.document_id = versions.document_id
    where documents.outcome = 'report' and versions.is_current
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
        successions.predecessor_id as prior_body_id,
        successions.kind as relation
    from {{ ref('int_body_year_reports') }} as reports
    inner join {{ ref('stg_body_successions') }} as successions on reports.body_id = successions.successor_id
    left join own_before on reports.body_id = own_before.body_id and reports.report_year - 1 = own_before.report_year
    where
        year(successions.effective_on) = reports.report_year
        or (year(successions.effective_on) = reports.report_year + 1 and own_before.body_id is null)
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
