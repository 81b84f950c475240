{{ config(materialized='table') }}
-- One row per read report: which version of its body's report for the year it is, and what stands in its place.
with reports as (
    select
        document_id,
        body_id,
        report_year,
        scope,
        form,
        source_path,
        -- A report without fingerprint is like no other.
        coalesce(content_sha256, document_id) as content,
        published_on,
        coalesce(cells_read, 0) as cells_read,
        coalesce(is_official_source, true) as is_official,
        coalesce(regexp_matches(title, '更正|修订|修正|更新'), false) as is_marked_corrected,
        row_number() over (
            order by
                coalesce(is_official_source, true) desc,
                cells_read desc nulls last,
                case when file_kind = 'html' then 0 else 1 end,
                source_path,
                document_id
        ) as preference
    from {{ ref('stg_documents') }}
    where outcome = 'report'
),

-- Two reports that state the same: equal in every cell, or without contradiction where one shows less.
alike as (
    select
        document_id,
        other_document_id
    from {{ ref('int_report_agreements') }}
    union
    select
        other_document_id,
        document_id
    from {{ ref('int_report_agreements') }}
    union
    select
        one.document_id,
        other.document_id as other_document_id
    from reports as one
    inner join reports as other
        on one.body_id = other.body_id
        and one.report_year = other.report_year
        and one.scope = other.scope
        and one.content = other.content
    where one.document_id <> other.document_id
),

better as (
    select
        alike.document_id,
        alike.other_document_id,
        other.preference
    from alike
    inner join reports as one on alike.document_id = one.document_id
    inner join reports as other on alike.other_document_id = other.document_id
    where other.preference < one.preference
),

-- The best of those that state the same stands for them. A report that shows little may agree with two that differ from each
-- other; it goes with the better one and never makes the two one.
represented as (
    select
        better.document_id,
        min_by(better.other_document_id, better.preference) as represented_by
    from better
    where better.other_document_id not in (select document_id from better)
    group by better.document_id
),

renditions as (
    select
        reports.document_id,
        reports.form,
        reports.source_path,
        reports.is_official,
        coalesce(represented.represented_by, reports.document_id) as represented_by,
        -- A page put up again later is no later version: the first date any rendition prints counts.
        min(reports.published_on) over (
            partition by coalesce(represented.represented_by, reports.document_id)
        ) as first_published_on
    from reports
    left join represented on reports.document_id = represented.document_id
),

versions as (
    select
        renditions.document_id,
        renditions.source_path,
        row_number() over chain as version_no,
        count(*) over (partition by reports.body_id, reports.report_year, reports.scope) as versions,
        lag(renditions.document_id) over chain as previous_document_id,
        last_value(renditions.source_path) over (
            chain rows between unbounded preceding and unbounded following
        ) as current_path
    from renditions
    inner join reports on renditions.document_id = reports.document_id
    where renditions.document_id = renditions.represented_by and renditions.is_official
    window chain as (
        partition by reports.body_id, reports.report_year, reports.scope
        order by
            renditions.first_published_on nulls first,
            reports.is_marked_corrected,
            reports.cells_read,
            renditions.source_path,
            renditions.document_id
    )
),

placed as (
    select
        renditions.document_id,
        renditions.form,
        renditions.represented_by,
        cast(versions.version_no as integer) as version_no,
        versions.previous_document_id,
        case
            when not renditions.is_official and versions.document_id is null then 'unofficial'
            when not renditions.is_official then 'unofficial_copy'
            when renditions.document_id <> renditions.represented_by then 'rendition'
            when versions.version_no = versions.versions then 'current'
            else 'superseded'
        end as version_status,
        versions.source_path as represented_path,
        versions.current_path
    from renditions
    left join versions on renditions.represented_by = versions.document_id
)

select
    document_id,
    form,
    represented_by,
    version_no,
    version_status = 'current' as is_current,
    version_status,
    case
        when version_status in ('rendition', 'unofficial_copy') then represented_path
        when version_status = 'superseded' then current_path
    end as replaced_by,
    case when version_status in ('current', 'superseded') then previous_document_id end as previous_report_id
from placed
