-- One row per body, report year and applicant type (the total too): requests carried over from one year's report to the next.
with columns_of_form as (
    select
        code as applicant_type,
        sort_order
    from {{ ref('applicant_types') }}
    union all
    select
        'total',
        99
),

figures as (
    select
        report_id,
        form_column as applicant_type,
        max(value) filter (where form_row = 'carried_in') as carried_in,
        max(value) filter (where form_row = 'carried_out') as carried_out
    from {{ ref('int_report_cells') }}
    where is_current and form_table = 'requests' and form_row in ('carried_in', 'carried_out')
    group by report_id, form_column
),

-- Several reports of the year before count together; one unknown makes the sum unknown.
carried_out as (
    select
        prior.report_id,
        columns_of_form.applicant_type,
        case when count(figures.carried_out) = count(*) then sum(figures.carried_out) end as carried_out_of_year_before
    from {{ ref('int_prior_reports') }} as prior
    cross join columns_of_form
    left join figures
        on prior.prior_report_id = figures.report_id and columns_of_form.applicant_type = figures.applicant_type
    where prior.prior_report_id is not null
    group by prior.report_id, columns_of_form.applicant_type
),

compared as (
    select
        continuations.body_id,
        continuations.report_year,
        columns_of_form.applicant_type,
        continuations.report_id,
        continuations.prior_report_ids,
        continuations.scope,
        continuations.through_succession,
        carried_out.carried_out_of_year_before,
        figures.carried_in,
        coalesce(
            continuations.reason,
            case
                when continuations.prior_form not in ('2019', '2021') then 'prior_form_has_no_stock'
                when continuations.form not in ('2019', '2021') then 'form_has_no_stock'
                when carried_out.carried_out_of_year_before is null then 'carried_out_not_a_number'
                when figures.carried_in is null then 'carried_in_not_a_number'
            end
        ) as reason
    from {{ ref('int_continuations') }} as continuations
    cross join columns_of_form
    left join figures
        on continuations.report_id = figures.report_id and columns_of_form.applicant_type = figures.applicant_type
    left join carried_out
        on continuations.report_id = carried_out.report_id and columns_of_form.applicant_type = carried_out.applicant_type
)

select
    body_id,
    report_year,
    applicant_type,
    report_id,
    prior_report_ids,
    scope,
    through_succession,
    cast(carried_out_of_year_before as decimal(18, 6)) as carried_out_of_year_before,
    carried_in,
    case when reason is null then cast(carried_in - carried_out_of_year_before as decimal(18, 6)) end as difference,
    case
        when reason is not null then 'not_assessable'
        when carried_in = carried_out_of_year_before then 'pass'
        else 'fail'
    end as status,
    reason
from compared
