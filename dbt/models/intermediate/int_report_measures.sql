-- One row per current report and count that adds up over bodies; none where the report prints no number.
{% set measures = [
    'requests_received', 'requests_carried_in', 'requests_disposed', 'requests_carried_out', 'review_cases',
    'direct_suit_cases', 'suit_after_review_cases', 'licence_decisions', 'penalty_decisions', 'coercion_decisions',
] %}
{% for measure in measures %}
select
    report_id,
    '{{ measure }}' as measure,
    cast({{ measure }} as decimal(38, 6)) as value
from {{ ref('int_report_counts') }}
where {{ measure }} is not null
{% if not loop.last %}union all{% endif %}
{% endfor %}
