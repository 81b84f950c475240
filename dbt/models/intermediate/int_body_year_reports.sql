-- One row per reporting body and report year: the one current report that stands for it.
with reports as (
    select
        report_id,
        body_id,
        body_name,
        report_year,
        form,
        scope,
        row_number() over (
            partition by body_id, report_year
            -- The narrowest scope first: an aggregate must not stand beside its own parts.
            order by
                case scope
                    when 'own' then 1
                    when 'government_organ' then 2
                    when 'level' then 3
                    when 'region' then 4
                    when 'system' then 5
                    else 6
                end,
                report_id
        ) as preference,
        count(*) over (partition by body_id, report_year) as current_reports
    from {{ ref('int_current_reports') }}
)

select
    report_id,
    body_id,
    body_name,
    report_year,
    form,
    scope,
    cast(current_reports - 1 as integer) as reports_of_other_scopes
from reports
where preference = 1
