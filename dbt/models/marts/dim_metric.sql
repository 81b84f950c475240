-- One row per metric: the standard indicators as they are defined in dbt/metrics/metrics.csv, the only place.
select
    metric,
    indicator,
    label_zh,
    label_en,
    numerator,
    denominator,
    unit,
    null_rule,
    minimum_denominator,
    caveat,
    legal_basis,
    forms,
    sort_order
from {{ ref('metrics') }}
