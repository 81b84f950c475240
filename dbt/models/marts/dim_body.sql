-- One row per reporting body.
with named as (
    select
        body_id,
        body_name,
        body_level,
        body_kind,
        min(report_year) over (partition by body_id) as first_report_year,
        max(report_year) over (partition by body_id) as last_report_year,
        row_number() over (
            partition by body_id
            order by report_year desc nulls last, published_on desc nulls last, source_path, document_id
        ) as recency
    from {{ ref('stg_documents') }}
    where outcome = 'report' and body_id is not null
)

select
    body_id,
    body_name,
    body_level as level,
    body_kind as kind,
    cast(null as varchar) as region_code,
    cast(null as varchar) as region_name,
    cast(null as varchar) as province_code,
    cast(null as varchar) as parent_body_id,
    cast(null as varchar) as unified_social_credit_code,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    first_report_year,
    last_report_year
from named
where recency = 1
