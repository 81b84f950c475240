-- One row per current report: the cases of each channel as printed.
select
    report_id,
    {% for channel in ['review', 'direct_suit', 'suit_after_review'] -%}
    {% set last_channel = loop.last -%}
    {% for result in ['total', 'upheld', 'corrected', 'pending'] -%}
    max(value) filter (where form_row = '{{ channel }}' and form_column = '{{ result }}') as {{ channel }}_{{ result }}{{ ',' if not (last_channel and loop.last) }}
    {% endfor -%}
    {% endfor %}
from {{ ref('int_report_cells') }}
where is_current and form_table = 'remedies'
group by report_id
