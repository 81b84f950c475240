-- One row per document that was not turned into a report.
select
    source_path,
    member,
    source_sha256,
    file_kind,
    outcome,
    stage,
    reason_code,
    detail,
    duplicate_of,
    title
from {{ ref('stg_documents') }}
where outcome <> 'report'
