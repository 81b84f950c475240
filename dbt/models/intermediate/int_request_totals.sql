-- One row per current report: the printed totals of its request table.
select
    report_id,
    max(value) filter (where form_row = 'received' and form_column = 'total') as received,
    max(value) filter (where form_row = 'received' and form_column = 'natural_person') as received_natural_person,
    max(value) filter (where form_row = 'carried_in' and form_column = 'total') as carried_in,
    max(value) filter (where form_row = 'disposed' and form_column = 'total') as disposed,
    max(value) filter (where form_row = 'carried_out' and form_column = 'total') as carried_out
from {{ ref('int_report_cells') }}
where is_current and form_table = 'requests'
group by report_id
