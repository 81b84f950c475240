-- One row per current report and metric of which it prints both parts.
select
    report_id,
    metric,
    numerator,
    denominator,
    value
from {{ ref('int_metric_parts') }}
where numerator is not null and denominator is not null
