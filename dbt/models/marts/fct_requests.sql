-- One row per current report and applicant type.
select
    cells.report_id,
    types.code as applicant_type,
    max(cells.value) filter (where cells.form_row = 'received') as received,
    max(cells.value) filter (where cells.form_row = 'carried_in') as carried_in,
    max(cells.value) filter (where cells.form_row = 'disposed') as disposed,
    max(cells.value) filter (where cells.form_row = 'carried_out') as carried_out
from {{ ref('int_report_cells') }} as cells
inner join {{ ref('applicant_types') }} as types on cells.form_column = types.code
where cells.is_current and cells.form_table = 'requests'
group by cells.report_id, types.code
