-- One row per reporting body.
with reports as (
    select
        document_id,
        body_id,
        body_name,
        body_level,
        body_kind,
        region_code,
        parent_body_id,
        unified_social_credit_code,
        report_year,
        published_on,
        source_path
    from {{ ref('stg_documents') }}
    where outcome = 'report' and body_id is not null
),

-- A place and its government are one body; a report of 贵阳市 says 'region' of it, one of 贵阳市人民政府 'government'.
named as (
    select
        body_id,
        body_name,
        body_level,
        case body_kind when 'region' then 'government' else body_kind end as body_kind,
        region_code,
        parent_body_id,
        row_number() over (
            partition by body_id
            order by report_year desc nulls last, published_on desc nulls last, source_path, document_id
        ) as recency
    from reports
),

years as (
    select
        body_id,
        min(report_year) as first_report_year,
        max(report_year) as last_report_year
    from reports
    group by body_id
),

-- A code counts only where a body's documents state one code and no other body states it: copied heads carry other bodies' codes.
stated_codes as (
    select distinct
        body_id,
        unified_social_credit_code
    from reports
    where unified_social_credit_code is not null
),

codes as (
    select
        body_id,
        unified_social_credit_code
    from stated_codes
    qualify
        count(*) over (partition by body_id) = 1
        and count(*) over (partition by unified_social_credit_code) = 1
),

ends as (
    select
        predecessor_id as body_id,
        min(effective_on) as valid_to,
        -- After a split nobody carries on alone.
        case when count(*) = 1 then any_value(successor_id) end as successor_body_id
    from {{ ref('stg_body_successions') }}
    group by predecessor_id
),

-- A body that others joined may be older than that; only a rename or a split begins it.
begins as (
    select
        successor_id as body_id,
        min(effective_on) as valid_from
    from {{ ref('stg_body_successions') }}
    where kind in ('renamed', 'split')
    group by successor_id
),

regions as (
    select
        region_code,
        region_name,
        province_code
    from {{ ref('dim_region') }}
    where is_latest_name
)

select
    named.body_id,
    named.body_name,
    named.body_level as level,
    named.body_kind as kind,
    named.region_code,
    regions.region_name,
    regions.province_code,
    case when parents.body_id is not null then named.parent_body_id end as parent_body_id,
    codes.unified_social_credit_code,
    begins.valid_from,
    ends.valid_to,
    ends.successor_body_id,
    years.first_report_year,
    years.last_report_year
from named
inner join years on named.body_id = years.body_id
left join regions on named.region_code = regions.region_code
left join years as parents on named.parent_body_id = parents.body_id
left join codes on named.body_id = codes.body_id
left join begins on named.body_id = begins.body_id
left join ends on named.body_id = ends.body_id
where named.recency = 1
