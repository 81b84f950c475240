-- One row per division, report year and scope: counts with the number of reports that print them.
with reports as (
    select
        reports.region_code,
        reports.report_year,
        reports.scope,
        reports.report_id,
        reports.body_id,
        counts.requests_received,
        counts.requests_received_natural_person,
        counts.requests_carried_in,
        counts.requests_disposed,
        counts.requests_carried_out,
        counts.requests_granted,
        counts.requests_partially_granted,
        counts.requests_refused,
        counts.requests_unavailable,
        counts.requests_declined,
        counts.requests_other,
        counts.review_cases,
        counts.direct_suit_cases,
        counts.suit_after_review_cases,
        counts.normative_documents_issued,
        counts.normative_documents_repealed,
        counts.normative_documents_in_force,
        counts.licence_decisions,
        counts.penalty_decisions,
        counts.coercion_decisions,
        counts.fees_10k_yuan
    from {{ ref('int_region_reports') }} as reports
    inner join {{ ref('int_report_counts') }} as counts on reports.report_id = counts.report_id
),

summed as (
    select
        region_code,
        report_year,
        scope,
        count(*) as reports,
        count(distinct body_id) as bodies,
        sum(requests_received) as requests_received,
        count(requests_received) as requests_received_reports,
        sum(requests_received_natural_person) as requests_received_natural_person,
        count(requests_received_natural_person) as requests_received_natural_person_reports,
        sum(requests_carried_in) as requests_carried_in,
        count(requests_carried_in) as requests_carried_in_reports,
        sum(requests_disposed) as requests_disposed,
        count(requests_disposed) as requests_disposed_reports,
        sum(requests_carried_out) as requests_carried_out,
        count(requests_carried_out) as requests_carried_out_reports,
        sum(requests_granted) as requests_granted,
        count(requests_granted) as requests_granted_reports,
        sum(requests_partially_granted) as requests_partially_granted,
        count(requests_partially_granted) as requests_partially_granted_reports,
        sum(requests_refused) as requests_refused,
        count(requests_refused) as requests_refused_reports,
        sum(requests_unavailable) as requests_unavailable,
        count(requests_unavailable) as requests_unavailable_reports,
        sum(requests_declined) as requests_declined,
        count(requests_declined) as requests_declined_reports,
        sum(requests_other) as requests_other,
        count(requests_other) as requests_other_reports,
        sum(review_cases) as review_cases,
        count(review_cases) as review_cases_reports,
        sum(direct_suit_cases) as direct_suit_cases,
        count(direct_suit_cases) as direct_suit_cases_reports,
        sum(suit_after_review_cases) as suit_after_review_cases,
        count(suit_after_review_cases) as suit_after_review_cases_reports,
        sum(normative_documents_issued) as normative_documents_issued,
        count(normative_documents_issued) as normative_documents_issued_reports,
        sum(normative_documents_repealed) as normative_documents_repealed,
        count(normative_documents_repealed) as normative_documents_repealed_reports,
        sum(normative_documents_in_force) as normative_documents_in_force,
        count(normative_documents_in_force) as normative_documents_in_force_reports,
        sum(licence_decisions) as licence_decisions,
        count(licence_decisions) as licence_decisions_reports,
        sum(penalty_decisions) as penalty_decisions,
        count(penalty_decisions) as penalty_decisions_reports,
        sum(coercion_decisions) as coercion_decisions,
        count(coercion_decisions) as coercion_decisions_reports,
        sum(fees_10k_yuan) as fees_10k_yuan,
        count(fees_10k_yuan) as fees_10k_yuan_reports
    from reports
    group by region_code, report_year, scope
),

-- Parts of a rate count together or not at all, else the rate would be of two sets of bodies.
rates as (
    select
        region_code,
        report_year,
        scope,
        max(value) filter (where metric = 'disclosure_rate') as disclosure_rate,
        max(value) filter (where metric = 'refusal_rate') as refusal_rate,
        max(value) filter (where metric = 'carry_over_rate') as carry_over_rate
    from {{ ref('mart_region_metrics') }}
    group by region_code, report_year, scope
),

received as (
    select
        reports.region_code,
        reports.report_year,
        count(distinct reports.body_id) as bodies_received
    from {{ ref('int_region_reports') }} as reports
    inner join {{ ref('mart_coverage') }} as coverage
        on reports.body_id = coverage.body_id and reports.report_year = coverage.report_year
    where reports.scope = 'own' and coverage.expected_because is not null and coverage.kind not in ('government', 'zone')
    group by reports.region_code, reports.report_year
),

regions as (
    select
        region_code,
        region_name,
        level
    from {{ ref('dim_region') }}
    where is_latest_name
),

covered as (
    select
        summed.region_code,
        summed.report_year,
        summed.scope,
        case
            when summed.scope = 'own' then coverage.bodies_expected
            when summed.region_code = '000000' then coverage.bodies_expected
            else 1
        end as bodies_expected,
        case
            when summed.scope = 'own' then coalesce(received.bodies_received, 0)
            else summed.bodies
        end as bodies_received
    from summed
    left join {{ ref('int_region_coverage') }} as coverage
        on summed.region_code = coverage.region_code
        and summed.report_year = coverage.report_year
        and summed.scope = coverage.scope
    left join received on summed.region_code = received.region_code and summed.report_year = received.report_year
)

select
    summed.region_code,
    regions.region_name,
    regions.level,
    summed.report_year,
    summed.scope,
    cast(summed.reports as integer) as reports,
    cast(covered.bodies_expected as integer) as bodies_expected,
    cast(covered.bodies_received as integer) as bodies_received,
    {{ rate('covered.bodies_received', 'covered.bodies_expected') }} as coverage,
    cast(summed.requests_received as decimal(38, 6)) as requests_received,
    cast(summed.requests_received_reports as integer) as requests_received_reports,
    cast(summed.requests_received_natural_person as decimal(38, 6)) as requests_received_natural_person,
    cast(summed.requests_received_natural_person_reports as integer) as requests_received_natural_person_reports,
    cast(summed.requests_carried_in as decimal(38, 6)) as requests_carried_in,
    cast(summed.requests_carried_in_reports as integer) as requests_carried_in_reports,
    cast(summed.requests_disposed as decimal(38, 6)) as requests_disposed,
    cast(summed.requests_disposed_reports as integer) as requests_disposed_reports,
    cast(summed.requests_carried_out as decimal(38, 6)) as requests_carried_out,
    cast(summed.requests_carried_out_reports as integer) as requests_carried_out_reports,
    cast(summed.requests_granted as decimal(38, 6)) as requests_granted,
    cast(summed.requests_granted_reports as integer) as requests_granted_reports,
    cast(summed.requests_partially_granted as decimal(38, 6)) as requests_partially_granted,
    cast(summed.requests_partially_granted_reports as integer) as requests_partially_granted_reports,
    cast(summed.requests_refused as decimal(38, 6)) as requests_refused,
    cast(summed.requests_refused_reports as integer) as requests_refused_reports,
    cast(summed.requests_unavailable as decimal(38, 6)) as requests_unavailable,
    cast(summed.requests_unavailable_reports as integer) as requests_unavailable_reports,
    cast(summed.requests_declined as decimal(38, 6)) as requests_declined,
    cast(summed.requests_declined_reports as integer) as requests_declined_reports,
    cast(summed.requests_other as decimal(38, 6)) as requests_other,
    cast(summed.requests_other_reports as integer) as requests_other_reports,
    cast(summed.review_cases as decimal(38, 6)) as review_cases,
    cast(summed.review_cases_reports as integer) as review_cases_reports,
    cast(summed.direct_suit_cases as decimal(38, 6)) as direct_suit_cases,
    cast(summed.direct_suit_cases_reports as integer) as direct_suit_cases_reports,
    cast(summed.suit_after_review_cases as decimal(38, 6)) as suit_after_review_cases,
    cast(summed.suit_after_review_cases_reports as integer) as suit_after_review_cases_reports,
    cast(summed.normative_documents_issued as decimal(38, 6)) as normative_documents_issued,
    cast(summed.normative_documents_issued_reports as integer) as normative_documents_issued_reports,
    cast(summed.normative_documents_repealed as decimal(38, 6)) as normative_documents_repealed,
    cast(summed.normative_documents_repealed_reports as integer) as normative_documents_repealed_reports,
    cast(summed.normative_documents_in_force as decimal(38, 6)) as normative_documents_in_force,
    cast(summed.normative_documents_in_force_reports as integer) as normative_documents_in_force_reports,
    cast(summed.licence_decisions as decimal(38, 6)) as licence_decisions,
    cast(summed.licence_decisions_reports as integer) as licence_decisions_reports,
    cast(summed.penalty_decisions as decimal(38, 6)) as penalty_decisions,
    cast(summed.penalty_decisions_reports as integer) as penalty_decisions_reports,
    cast(summed.coercion_decisions as decimal(38, 6)) as coercion_decisions,
    cast(summed.coercion_decisions_reports as integer) as coercion_decisions_reports,
    cast(summed.fees_10k_yuan as decimal(38, 6)) as fees_10k_yuan,
    cast(summed.fees_10k_yuan_reports as integer) as fees_10k_yuan_reports,
    rates.disclosure_rate,
    rates.refusal_rate,
    rates.carry_over_rate
from summed
inner join covered
    on summed.region_code = covered.region_code
    and summed.report_year = covered.report_year
    and summed.scope = covered.scope
left join rates
    on summed.region_code = rates.region_code
    and summed.report_year = rates.report_year
    and summed.scope = rates.scope
left join regions on summed.region_code = regions.region_code
