-- One row per outcome of a request (a leaf row of the form).
select
    code,
    family,
    label_zh,
    label_en,
    legal_basis,
    forms,
    sort_order
from {{ ref('outcomes') }}
