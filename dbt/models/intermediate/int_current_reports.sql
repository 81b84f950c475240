-- One row per current report: whose it is and where that body is.
select
    documents.document_id as report_id,
    documents.body_id,
    documents.body_name,
    documents.body_kind,
    documents.region_code,
    documents.parent_body_id,
    documents.report_year,
    documents.form,
    documents.scope,
    documents.published_on
from {{ ref('stg_documents') }} as documents
inner join {{ ref('int_report_versions') }} as versions on documents.document_id = versions.document_id
where documents.outcome = 'report' and versions.is_current
