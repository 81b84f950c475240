-- One row per reporting body and report year: the one current report that stands for it.
with reports as (
    select
        documents.document_id as report_id,
        documents.body_id,
        documents.body_name,
        documents.report_year,
        documents.form,
        documents.scope,
        row_number() over (
            partition by documents.body_id, documents.report_year
            -- The narrowest scope first: an aggregate must not stand beside its own parts.
            order by
                case documents.scope
                    when 'own' then 1
                    when 'government_organ' then 2
                    when 'level' then 3
                    when 'region' then 4
                    when 'system' then 5
                    else 6
                end,
                documents.document_id
        ) as preference,
        count(*) over (partition by documents.body_id, documents.report_year) as current_reports
    from {{ ref('stg_documents') }} as documents
    inner join {{ ref('int_report_versions') }} as versions on documents.document_id = versions.document_id
    where documents.outcome = 'report' and versions.is_current
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
