-- One row: how many files there are, and how many ended in each place.
select
    count(*) as files,
    count(*) filter (where outcome = 'report') as reports,
    count(*) filter (where outcome = 'duplicate') as duplicates,
    count(*) filter (where outcome = 'superseded') as superseded,
    count(*) filter (where outcome = 'not_a_report') as not_a_report,
    count(*) filter (where outcome = 'quarantined') as quarantined,
    count(*) filter (where outcome = 'lost') as lost
from {{ ref('int_file_outcomes') }}
