-- One row per item of proactive disclosure.
select
    code,
    family,
    label_zh,
    label_en,
    legal_basis,
    forms,
    sort_order
from {{ ref('disclosure_items') }}
