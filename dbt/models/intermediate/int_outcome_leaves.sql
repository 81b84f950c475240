-- One row per current report, outcome leaf and column of the request table, totals included.
with leaves as (
    select
        cells.report_id,
        cells.form,
        cells.form_column,
        cells.form_row as outcome,
        outcomes.family,
        cells.presence,
        cells.value,
        cells.status
    from {{ ref('int_report_cells') }} as cells
    inner join {{ ref('outcomes') }} as outcomes on cells.form_row = outcomes.code
    where cells.is_current and cells.form_table = 'requests'
),

-- A report may borrow the rows of the other form for "other handling". Its own rows and the borrowed ones hold the same
-- requests: one set counts, its own if it prints them.
borrowing as (
    select
        report_id,
        family,
        bool_or(presence = 'regular' and status <> 'absent') as prints_own
    from leaves
    group by report_id, family
    having bool_or(presence = 'alternative' and status <> 'absent')
)

select
    leaves.report_id,
    leaves.form,
    leaves.form_column,
    leaves.outcome,
    leaves.family,
    leaves.presence,
    leaves.value,
    leaves.status
from leaves
left join borrowing on leaves.report_id = borrowing.report_id and leaves.family = borrowing.family
where leaves.presence = case when coalesce(borrowing.prints_own, true) then 'regular' else 'alternative' end
