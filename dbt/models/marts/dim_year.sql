-- One row per report year that has a report.
with years as (
    select
        documents.report_year,
        string_agg(distinct documents.form, ' ' order by documents.form) as forms_met
    from {{ ref('stg_documents') }} as documents
    inner join {{ ref('int_report_versions') }} as versions on documents.document_id = versions.document_id
    where documents.outcome = 'report' and documents.report_year is not null
    group by documents.report_year
)

select
    cast(years.report_year as varchar) as code,
    years.report_year,
    forms.form as family,
    cast(years.report_year as varchar) || '年' as label_zh,
    'Report year ' || cast(years.report_year as varchar) as label_en,
    forms.authority as legal_basis,
    years.forms_met as forms,
    years.report_year as sort_order,
    case years.report_year
        when 2019 then
            'First year of the trial form, used by some bodies only: outcomes, applicant types and carried requests start.'
        when 2020 then
            'First year in which the trial form was required: coverage grows against 2019.'
    end as break_form_2019,
    case years.report_year
        when 2021 then
            'First year of the present form: documents in force replace documents disclosed, items and procurement '
            || 'end, fees become an amount, other handling is split in three.'
    end as break_form_2021,
    case years.report_year
        when 2024 then
            'First year of the revised review law: a refusal goes to review before court, so review cases rise and '
            || 'direct suits fall.'
        when 2025 then
            'Court interpretation in force from June 2025: suits without review stay open where no refusal is disputed.'
    end as break_review_law_2024
from years
left join {{ ref('forms') }} as forms
    on years.report_year >= forms.first_report_year
    and (years.report_year <= forms.last_report_year or forms.last_report_year is null)
