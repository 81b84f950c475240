{{ config(materialized='table') }}
-- One row per current report and metric: its numerator and its denominator as metrics.csv defines them, each NULL where a count
-- in it is unknown; and the share of the two. The only place where counts are put together.
{% set counts = [
    'requests_received', 'requests_received_natural_person', 'requests_carried_in', 'requests_disposed',
    'requests_carried_out', 'requests_granted', 'requests_partially_granted', 'requests_refused',
    'requests_refused_state_secret', 'requests_refused_barred_by_law', 'requests_refused_security_stability',
    'requests_refused_third_party', 'requests_refused_internal_affairs', 'requests_refused_deliberative',
    'requests_refused_enforcement_file', 'requests_refused_lookup_matter', 'requests_unavailable', 'requests_declined',
    'requests_other', 'review_cases', 'review_upheld', 'review_corrected', 'review_pending', 'direct_suit_cases',
    'direct_suit_upheld', 'direct_suit_corrected', 'direct_suit_pending', 'suit_after_review_cases',
    'suit_after_review_upheld', 'suit_after_review_corrected', 'suit_after_review_pending', 'normative_documents_issued',
    'normative_documents_repealed', 'normative_documents_in_force', 'normative_documents_in_force_year_before',
    'licence_decisions', 'penalty_decisions', 'coercion_decisions', 'fees_10k_yuan',
] %}
with written as (
    {% for part in ['numerator', 'denominator'] -%}
    select
        metric,
        '{{ part }}' as part,
        -- "a + b - c" are the terms "a", "b" and "-c".
        unnest(string_split(replace(replace({{ part }}, ' + ', ' '), ' - ', ' -'), ' ')) as term
    from {{ ref('dim_metric') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

terms as (
    select
        metric,
        part,
        case when term like '-%' then -1 else 1 end as sign,
        case
            when ltrim(term, '-') in ({% for count in counts %}'{{ count }}'{{ ', ' if not loop.last }}{% endfor %})
                then ltrim(term, '-')
            -- A name that no count has would leave the metric without a row, and nobody would notice.
            else error(
                'dbt/metrics/metrics.csv: expected counts joined by " + " and " - " in the ' || part || ' of ' || metric
                || ', found "' || term || '". Name a count of int_metric_parts, or add it there and in int_report_counts.'
            )
        end as measure
    from written
),

lengths as (
    select
        metric,
        count(*) filter (where part = 'numerator') as numerator_terms,
        count(*) filter (where part = 'denominator') as denominator_terms
    from terms
    group by metric
),

-- Not UNPIVOT, which the parser of column lineage cannot follow.
listed as (
    select
        report_id,
        unnest([{% for count in counts %}'{{ count }}'{{ ', ' if not loop.last }}{% endfor %}]) as measure,
        unnest([
            {% for count in counts -%}
            cast({{ count }} as decimal(38, 6)){{ ',' if not loop.last }}
            {% endfor %}
        ]) as value
    from {{ ref('int_report_counts') }}
),

printed as (
    select
        report_id,
        measure,
        value
    from listed
    where value is not null
),

summed as (
    select
        printed.report_id,
        terms.metric,
        sum(terms.sign * printed.value) filter (where terms.part = 'numerator') as numerator,
        count(*) filter (where terms.part = 'numerator') as numerator_terms,
        sum(terms.sign * printed.value) filter (where terms.part = 'denominator') as denominator,
        count(*) filter (where terms.part = 'denominator') as denominator_terms
    from printed
    inner join terms on printed.measure = terms.measure
    group by printed.report_id, terms.metric
),

-- Blank is not zero: a sum with one count unknown is unknown.
parts as (
    select
        summed.report_id,
        summed.metric,
        case when summed.numerator_terms = lengths.numerator_terms then summed.numerator end as numerator,
        case when summed.denominator_terms = lengths.denominator_terms then summed.denominator end as denominator
    from summed
    inner join lengths on summed.metric = lengths.metric
)

select
    report_id,
    metric,
    cast(numerator as decimal(38, 6)) as numerator,
    cast(denominator as decimal(38, 6)) as denominator,
    {{ rate('numerator', 'denominator') }} as value
from parts
