-- One row per report and cell that a person found wrongly printed: the corrected value beside the printed one.
select
    corrections.document_id as report_id,
    corrections.cell,
    cells.value as printed_value,
    cells.raw_text as printed_text,
    corrections.corrected_value,
    cast(corrections.corrected_value - cells.value as decimal(18, 6)) as difference,
    corrections.reason,
    corrections.evidence,
    corrections.status,
    cells.is_current
from {{ ref('stg_corrections') }} as corrections
inner join {{ ref('int_report_cells') }} as cells
    on corrections.document_id = cells.report_id and corrections.cell = cells.cell
