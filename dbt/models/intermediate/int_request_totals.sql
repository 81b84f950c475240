-- One row per current report: the printed totals of its request table.
select
    report_id,
    max(value) filter (where form_row = 'received' and form_column = 'natural_person') as received_natural_person,
    {% for row in [
        'received', 'carried_in', 'disposed', 'carried_out', 'refused_state_secret', 'refused_barred_by_law',
        'refused_security_stability', 'refused_third_party', 'refused_internal_affairs', 'refused_deliberative',
        'refused_enforcement_file', 'refused_lookup_matter',
    ] -%}
    max(value) filter (where form_row = '{{ row }}' and form_column = 'total') as {{ row }}{{ ',' if not loop.last }}
    {% endfor %}
from {{ ref('int_report_cells') }}
where is_current and form_table = 'requests'
group by report_id
