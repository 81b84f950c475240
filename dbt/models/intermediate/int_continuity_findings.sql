-- One row per continuity that was asked: the rows of fct_continuity and fct_stock_continuity as findings.
with asked as (
    select
        report_id,
        'continuity.carried_requests' as rule,
        'soft' as severity,
        applicant_type as place,
        'requests.carried_in.' || applicant_type as cells,
        carried_in as left_value,
        carried_out_of_year_before as right_value,
        difference as residual,
        status,
        case status
            when 'fail'
                then 'Carried in from the year before are ' || carried_in || ', but that year''s report carries out '
                || carried_out_of_year_before || '.'
            when 'not_assessable' then reason
        end as diagnosis
    from {{ ref('fct_continuity') }}
    union all
    select
        report_id,
        'continuity.' || stock as rule,
        case stock when 'cases_pending' then 'plausibility' else 'soft' end as severity,
        item as place,
        case stock
            when 'documents_in_force' then 'disclosure.' || item || '.in_force'
            when 'items' then 'disclosure.' || item || '.items_last_year'
            else 'remedies.' || item || '.total'
        end as cells,
        printed as left_value,
        expected as right_value,
        difference as residual,
        status,
        case status
            when 'fail'
                then 'Printed is ' || printed || ', but the year before leads to '
                || case relation when 'equal' then '' else 'at least ' end || expected || '.'
            when 'not_assessable' then reason
        end as diagnosis
    from {{ ref('fct_stock_continuity') }}
)

select
    left(sha256(asked.report_id || ' ' || asked.rule || ' ' || asked.place), 16) as finding_id,
    asked.report_id as document_id,
    asked.rule,
    asked.severity,
    asked.place,
    asked.cells,
    asked.left_value,
    asked.right_value,
    asked.residual,
    asked.status,
    asked.diagnosis,
    cast(null as varchar) as suspect_cell,
    cast(null as decimal(18, 6)) as implied_value,
    -- Numbers that were aligned, cut apart or recognised may have been read wrongly.
    case
        when asked.status <> 'fail' then null
        when documents.lane = 'careful' then 'undecided'
        else 'source'
    end as blame
from asked
inner join {{ ref('stg_documents') }} as documents
    on asked.report_id = documents.document_id and documents.outcome = 'report'
