-- One row per current report, applicant type and outcome leaf.
select
    leaves.report_id,
    types.code as applicant_type,
    leaves.outcome,
    leaves.value as requests,
    leaves.status
from {{ ref('int_outcome_leaves') }} as leaves
inner join {{ ref('applicant_types') }} as types on leaves.form_column = types.code
