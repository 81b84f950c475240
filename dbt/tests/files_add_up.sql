-- Every file of the manifest ended in exactly one place, and none is lost.
select
    files,
    reports,
    duplicates,
    superseded,
    not_a_report,
    quarantined,
    lost
from {{ ref('int_file_counts') }}
where
    lost > 0
    or files <> reports + duplicates + superseded + not_a_report + quarantined
