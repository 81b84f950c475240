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
        file_kind,
        cells_read,
        -- A report without fingerprint is like no other.
        coalesce(content_sha256, document_id) as content,
        published_on
    from {{ ref('stg_documents') }}
    where outcome = 'report'
),

renditions as (
    select
        document_id,
        body_id,
        report_year,
        scope,
        form,
        source_path,
        cells_read,
        -- A page put up again later is no later version: the first date any rendition prints counts.
        min(published_on) over (partition by body_id, report_year, scope, content) as first_published_on,
        first_value(document_id) over (
            partition by body_id, report_year, scope, content
            order by case when file_kind = 'html' then 0 else 1 end, source_path, document_id
        ) as represented_by
    from reports
),

versions as (
    select
        document_id,
        source_path,
        row_number() over (
            partition by body_id, report_year, scope
            order by first_published_on nulls first, cells_read nulls first, source_path, document_id
        ) as version_no,
        count(*) over (partition by body_id, report_year, scope) as versions,
        first_value(source_path) over (
            partition by body_id, report_year, scope
            order by first_published_on desc nulls last, cells_read desc nulls last, source_path desc, document_id desc
        ) as current_path
    from renditions
    where document_id = represented_by
)

select
    renditions.document_id,
    renditions.form,
    renditions.represented_by,
    cast(versions.version_no as integer) as version_no,
    renditions.document_id = renditions.represented_by and versions.version_no = versions.versions as is_current,
    case
        when renditions.document_id <> renditions.represented_by then 'rendition'
        when versions.version_no = versions.versions then 'current'
        else 'superseded'
    end as version_status,
    case
        when renditions.document_id <> renditions.represented_by then versions.source_path
        when versions.version_no < versions.versions then versions.current_path
    end as replaced_by
from renditions
inner join versions on renditions.represented_by = versions.document_id
