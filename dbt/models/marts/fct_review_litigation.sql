-- One row per current report, channel and result.
select
    cells.report_id,
    channels.code as channel,
    results.code as result,
    cells.value as cases,
    cells.status
from {{ ref('int_report_cells') }} as cells
inner join {{ ref('remedies') }} as channels on cells.form_row = channels.code and channels.kind = 'channel'
inner join {{ ref('remedies') }} as results on cells.form_column = results.code and results.kind = 'result'
where cells.is_current and cells.form_table = 'remedies'
