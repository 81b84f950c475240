{{ config(materialized='table') }}
-- One row per current report: every count that a metric is made of, as printed. Sums of them are metrics.csv's to define.
with reports as (
    select
        reports.report_id,
        before.report_id as report_id_year_before
    from {{ ref('int_current_reports') }} as reports
    -- Two reports whose scope is unknown need not be about the same bodies.
    left join {{ ref('int_current_reports') }} as before
        on reports.body_id = before.body_id
        and reports.report_year - 1 = before.report_year
        and reports.scope = before.scope
        and reports.scope <> 'unknown'
)

select
    reports.report_id,
    requests.received as requests_received,
    requests.received_natural_person as requests_received_natural_person,
    requests.carried_in as requests_carried_in,
    requests.disposed as requests_disposed,
    requests.carried_out as requests_carried_out,
    families.granted as requests_granted,
    families.partially_granted as requests_partially_granted,
    families.refused as requests_refused,
    requests.refused_state_secret as requests_refused_state_secret,
    requests.refused_barred_by_law as requests_refused_barred_by_law,
    requests.refused_security_stability as requests_refused_security_stability,
    requests.refused_third_party as requests_refused_third_party,
    requests.refused_internal_affairs as requests_refused_internal_affairs,
    requests.refused_deliberative as requests_refused_deliberative,
    requests.refused_enforcement_file as requests_refused_enforcement_file,
    requests.refused_lookup_matter as requests_refused_lookup_matter,
    families.unavailable as requests_unavailable,
    families.declined as requests_declined,
    families.other as requests_other,
    remedies.review_total as review_cases,
    remedies.review_upheld,
    remedies.review_corrected,
    remedies.review_pending,
    remedies.direct_suit_total as direct_suit_cases,
    remedies.direct_suit_upheld,
    remedies.direct_suit_corrected,
    remedies.direct_suit_pending,
    remedies.suit_after_review_total as suit_after_review_cases,
    remedies.suit_after_review_upheld,
    remedies.suit_after_review_corrected,
    remedies.suit_after_review_pending,
    figures.normative_documents_issued,
    figures.normative_documents_repealed,
    figures.normative_documents_in_force,
    figures_before.normative_documents_in_force as normative_documents_in_force_year_before,
    figures.licence_decisions,
    figures.penalty_decisions,
    figures.coercion_decisions,
    figures.fees_10k_yuan
from reports
left join {{ ref('int_request_totals') }} as requests on reports.report_id = requests.report_id
left join {{ ref('int_outcome_families') }} as families on reports.report_id = families.report_id
left join {{ ref('int_remedy_totals') }} as remedies on reports.report_id = remedies.report_id
left join {{ ref('int_disclosure_figures') }} as figures on reports.report_id = figures.report_id
left join {{ ref('int_disclosure_figures') }} as figures_before on reports.report_id_year_before = figures_before.report_id
