-- One row per current report, item and measure of proactive disclosure.
select
    cells.report_id,
    items.code as item,
    cells.form_column as measure,
    cells.value,
    cells.unit,
    {{ in_10k_yuan('cells.value', 'cells.unit') }} as amount_10k_yuan,
    cells.status
from {{ ref('int_report_cells') }} as cells
inner join {{ ref('disclosure_items') }} as items on cells.form_row = items.code
where cells.is_current and cells.form_table = 'disclosure'
