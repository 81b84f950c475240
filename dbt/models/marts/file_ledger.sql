-- One row per file under raw/, with the one place where it ended.
select
    source_path,
    source_sha256,
    size_bytes,
    file_kind,
    partition,
    outcome,
    reason_code,
    detail,
    replaced_by,
    report_id,
    documents
from {{ ref('int_file_outcomes') }}
