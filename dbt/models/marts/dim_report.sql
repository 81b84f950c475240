-- One row per published version of one body's report for one year, other renditions of a version included.
with equations as (
    select
        document_id,
        count(*) filter (where status in ('pass', 'fail')) as assessed,
        count(*) filter (where status = 'fail') as failed
    from {{ ref('stg_findings') }}
    -- The equations that the form prints; ranges, blanks read as zero and everything softer are not among them.
    where family = 'equation' and severity = 'hard'
    group by document_id
)

select
    documents.document_id as report_id,
    documents.body_id,
    documents.body_name,
    documents.report_year,
    documents.form,
    documents.scope,
    documents.title,
    documents.published_on,
    documents.source_path,
    documents.member,
    documents.source_url,
    documents.source_sha256,
    documents.content_sha256,
    documents.file_kind,
    documents.lane,
    versions.version_no,
    versions.version_status,
    versions.is_current,
    versions.represented_by,
    documents.cells_expected,
    documents.cells_read,
    cast(coalesce(equations.assessed, 0) as integer) as equations_assessed,
    cast(coalesce(equations.failed, 0) as integer) as equations_failed,
    'reports/' || cast(documents.report_year as varchar) || '/' || documents.document_id || '.html' as page_path
from {{ ref('stg_documents') }} as documents
inner join {{ ref('int_report_versions') }} as versions on documents.document_id = versions.document_id
left join equations on documents.document_id = equations.document_id
where documents.outcome = 'report'
