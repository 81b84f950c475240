-- One row per current report: its requests by family of outcome, from the printed totals of the leaf rows.
with required as (
    select
        places.form,
        places.presence,
        outcomes.family,
        count(*) as leaves
    from {{ ref('cells') }} as places
    inner join {{ ref('outcomes') }} as outcomes on places."row" = outcomes.code
    where places."table" = 'requests' and places."column" = 'total'
    group by places.form, places.presence, outcomes.family
),

printed as (
    select
        report_id,
        form,
        presence,
        family,
        count(value) as numbers,
        sum(value) as requests
    from {{ ref('int_outcome_leaves') }}
    where form_column = 'total'
    group by report_id, form, presence, family
),

-- Blank is not zero: with one leaf unknown the family is unknown.
families as (
    select
        printed.report_id,
        printed.family,
        case when printed.numbers = required.leaves then printed.requests end as requests
    from printed
    inner join required
        on printed.form = required.form
        and printed.presence = required.presence
        and printed.family = required.family
)

select
    report_id,
    max(requests) filter (where family = 'granted') as granted,
    max(requests) filter (where family = 'partially_granted') as partially_granted,
    max(requests) filter (where family = 'refused') as refused,
    max(requests) filter (where family = 'unavailable') as unavailable,
    max(requests) filter (where family = 'declined') as declined,
    max(requests) filter (where family = 'other') as other
from families
group by report_id
