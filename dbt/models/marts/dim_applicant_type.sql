-- One row per type of applicant.
select
    code,
    family,
    label_zh,
    label_en,
    legal_basis,
    forms,
    sort_order
from {{ ref('applicant_types') }}
