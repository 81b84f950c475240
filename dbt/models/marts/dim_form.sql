-- One row per official form.
select
    form as code,
    'statutory' as family,
    title_zh as label_zh,
    title_en as label_en,
    authority as legal_basis,
    form as forms,
    sort_order,
    issued_on,
    first_report_year,
    last_report_year,
    cells_expected,
    note
from {{ ref('forms') }}
