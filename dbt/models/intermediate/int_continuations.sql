-- One row per body-year report: what it continues, and why its figures cannot be compared with the year before, if they cannot.
with before_it as (
    select
        body_id,
        min(report_year) as first_report_year
    from {{ ref('int_body_year_reports') }}
    group by body_id
),

summed as (
    select
        prior.body_id,
        prior.report_year,
        prior.report_id,
        prior.scope,
        prior.form,
        count(*) filter (where prior.relation <> 'own') as predecessors,
        count(*) filter (where prior.relation <> 'own' and prior.prior_report_id is null) as predecessors_missing,
        bool_or(prior.relation = 'split') as is_part_of_split,
        bool_or(prior.relation = 'own' and prior.prior_report_id is not null) as own_prior_present,
        bool_or(
            prior.prior_report_id is not null
            and prior.prior_scope <> prior.scope
            and prior.prior_scope <> 'unknown'
            and prior.scope <> 'unknown'
        ) as scope_changed,
        string_agg(prior.prior_report_id, ' ' order by prior.prior_report_id) as prior_report_ids,
        min(prior.prior_form) as prior_form,
        count(distinct prior.prior_form) as prior_forms
    from {{ ref('int_prior_reports') }} as prior
    group by prior.body_id, prior.report_year, prior.report_id, prior.scope, prior.form
)

select
    summed.body_id,
    summed.report_year,
    summed.report_id,
    summed.scope,
    summed.form,
    summed.prior_report_ids,
    case when summed.prior_forms = 1 then summed.prior_form end as prior_form,
    summed.predecessors > 0 as through_succession,
    case
        when summed.is_part_of_split then 'body_split'
        when summed.predecessors_missing > 0 then 'prior_report_missing'
        -- A body that existed before its predecessors joined it continues its own report too.
        when
            not summed.own_prior_present
            and (summed.predecessors = 0 or before_it.first_report_year < summed.report_year)
            then 'prior_report_missing'
        when summed.scope_changed then 'scope_changed'
    end as reason
from summed
inner join before_it on summed.body_id = before_it.body_id
