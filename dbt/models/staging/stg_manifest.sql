-- One row per file under raw/.
select
    source_path,
    source_sha256,
    size_bytes,
    file_kind,
    partition,
    duplicate_of,
    problem,
    problem_detail,
    first_seen
from {{ source('staging', 'manifest') }}
