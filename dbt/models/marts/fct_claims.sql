-- One row per report and figure that its sentences state about its own tables.
select
    claims.document_id as report_id,
    claims.claim,
    claims.subject,
    claims.stated,
    claims.quote,
    claims.section as section_position,
    claims."start" as quote_start,
    claims.status,
    claims.reading,
    claims.expected,
    claims.cells,
    versions.is_current
from {{ ref('stg_claims') }} as claims
inner join {{ ref('int_report_versions') }} as versions on claims.document_id = versions.document_id
