{{ config(materialized='table') }}
-- One row per current report: every count that an indicator is made of.
select
    reports.report_id,
    requests.received as requests_received,
    requests.received_natural_person as requests_received_natural_person,
    requests.carried_in as requests_carried_in,
    cast(requests.received + requests.carried_in as decimal(38, 6)) as requests_to_handle,
    requests.disposed as requests_disposed,
    requests.carried_out as requests_carried_out,
    families.granted as requests_granted,
    families.partially_granted as requests_partially_granted,
    cast(families.granted + families.partially_granted as decimal(38, 6)) as requests_disclosed,
    families.refused as requests_refused,
    families.unavailable as requests_unavailable,
    families.declined as requests_declined,
    families.other as requests_other,
    remedies.review_total as review_cases,
    remedies.review_corrected,
    cast(remedies.review_total - remedies.review_pending as decimal(38, 6)) as review_closed,
    remedies.direct_suit_total as direct_suit_cases,
    remedies.suit_after_review_total as suit_after_review_cases,
    cast(remedies.direct_suit_total + remedies.suit_after_review_total as decimal(38, 6)) as litigation_cases,
    cast(remedies.direct_suit_corrected + remedies.suit_after_review_corrected as decimal(38, 6)) as litigation_corrected,
    cast(
        remedies.direct_suit_total + remedies.suit_after_review_total
        - remedies.direct_suit_pending - remedies.suit_after_review_pending as decimal(38, 6)
    ) as litigation_closed,
    cast(remedies.review_total + remedies.direct_suit_total + remedies.suit_after_review_total as decimal(38, 6)) as dispute_cases,
    figures.normative_documents_issued,
    figures.normative_documents_repealed,
    figures.normative_documents_in_force,
    figures.licence_decisions,
    figures.penalty_decisions,
    figures.coercion_decisions,
    figures.fees_10k_yuan
from {{ ref('int_current_reports') }} as reports
left join {{ ref('int_request_totals') }} as requests on reports.report_id = requests.report_id
left join {{ ref('int_outcome_families') }} as families on reports.report_id = families.report_id
left join {{ ref('int_remedy_totals') }} as remedies on reports.report_id = remedies.report_id
left join {{ ref('int_disclosure_figures') }} as figures on reports.report_id = figures.report_id
