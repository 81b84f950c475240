-- One row per channel of review and litigation, and per result of a case.
select
    code,
    kind,
    family,
    label_zh,
    label_en,
    legal_basis,
    forms,
    sort_order
from {{ ref('remedies') }}
