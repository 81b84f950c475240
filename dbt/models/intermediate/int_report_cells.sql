-- One row per read report and cell, with the cell's place in its form.
select
    cells.document_id as report_id,
    versions.is_current,
    versions.form,
    cells.cell,
    places."table" as form_table,
    places."row" as form_row,
    places."column" as form_column,
    places.kind = 'derived' as is_total,
    places.presence,
    cells.value,
    cells.unit,
    cells.raw_text,
    cells.status,
    cells.locator
from {{ ref('stg_cells') }} as cells
inner join {{ ref('int_report_versions') }} as versions on cells.document_id = versions.document_id
left join {{ ref('cells') }} as places on versions.form = places.form and cells.cell = places.cell
