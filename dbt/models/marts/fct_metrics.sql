-- One row per current report and metric of which it prints both parts.
select
    parts.report_id,
    parts.metric,
    parts.numerator,
    parts.denominator,
    parts.value,
    -- A report that contradicts itself (less than no cases, or a part larger than its whole) would be made up for by the others.
    parts.denominator >= 0
    and (parts.numerator <= parts.denominator or definitions.unit <> 'share (0–1)') as adds_up
from {{ ref('int_metric_parts') }} as parts
inner join {{ ref('dim_metric') }} as definitions on parts.metric = definitions.metric
where parts.numerator is not null and parts.denominator is not null
