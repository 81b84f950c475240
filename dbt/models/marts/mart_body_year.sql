-- One row per reporting body and report year: counts by family and the standard indicators, each beside its denominator.
{% set rates = [
    'disclosure_rate', 'refusal_rate', 'unavailable_rate', 'declined_rate', 'other_rate', 'carry_over_rate',
    'clearance_rate', 'review_rate', 'litigation_rate', 'dispute_rate', 'review_correction_rate',
    'litigation_correction_rate', 'natural_person_share',
] %}
-- Sums of counts are parts of metrics, and stand in no second place.
{% set sums = {
    'requests_to_handle': ['carry_over_rate', 'denominator'],
    'requests_disclosed': ['disclosure_rate', 'numerator'],
    'review_closed': ['review_correction_rate', 'denominator'],
    'litigation_cases': ['litigation_rate', 'numerator'],
    'litigation_corrected': ['litigation_correction_rate', 'numerator'],
    'litigation_closed': ['litigation_correction_rate', 'denominator'],
    'dispute_cases': ['dispute_rate', 'numerator'],
} %}
with parts as (
    select
        report_id,
        {% for name, part in sums.items() -%}
        max({{ part[1] }}) filter (where metric = '{{ part[0] }}') as {{ name }},
        {% endfor -%}
        {% for rate in rates -%}
        max(value) filter (where metric = '{{ rate }}') as {{ rate }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('int_metric_parts') }}
    group by report_id
)

select
    reports.body_id,
    reports.report_year,
    reports.report_id,
    reports.body_name,
    reports.form,
    reports.scope,
    reports.reports_of_other_scopes,
    counts.requests_received,
    counts.requests_received_natural_person,
    counts.requests_carried_in,
    parts.requests_to_handle,
    counts.requests_disposed,
    counts.requests_carried_out,
    counts.requests_granted,
    counts.requests_partially_granted,
    parts.requests_disclosed,
    counts.requests_refused,
    counts.requests_unavailable,
    counts.requests_declined,
    counts.requests_other,
    counts.review_cases,
    counts.review_corrected,
    parts.review_closed,
    counts.direct_suit_cases,
    counts.suit_after_review_cases,
    parts.litigation_cases,
    parts.litigation_corrected,
    parts.litigation_closed,
    parts.dispute_cases,
    counts.normative_documents_issued,
    counts.normative_documents_repealed,
    counts.normative_documents_in_force,
    counts.licence_decisions,
    counts.penalty_decisions,
    counts.coercion_decisions,
    counts.fees_10k_yuan,
    {% for rate in rates -%}
    parts.{{ rate }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ ref('int_body_year_reports') }} as reports
inner join {{ ref('int_report_counts') }} as counts on reports.report_id = counts.report_id
left join parts on reports.report_id = parts.report_id
