-- One row per read report and cell of its form, older versions and renditions included.
select
    report_id,
    cell,
    value,
    unit,
    raw_text,
    status,
    locator,
    form_table,
    form_row,
    form_column,
    is_total,
    is_current
from {{ ref('int_report_cells') }}
