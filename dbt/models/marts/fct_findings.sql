-- One row per finding: a rule asked of a document at one place, with what a person decided about it.
with judged as (
    select
        findings.finding_id,
        findings.document_id,
        findings.rule,
        findings.family,
        findings.severity,
        findings.place,
        findings.cells,
        findings.left_value,
        findings.right_value,
        findings.residual,
        findings.status,
        findings.diagnosis,
        findings.suspect_cell,
        findings.implied_value,
        findings.blame,
        findings.pattern,
        findings.explanations,
        case
            when verdicts.finding_id is null then null
            -- A verdict holds for the values that were looked at.
            when verdicts.left_value is not distinct from findings.left_value
                and verdicts.right_value is not distinct from findings.right_value
                then verdicts.verdict
            else 'outdated'
        end as verdict,
        verdicts.reason as verdict_reason,
        verdicts.decided_by as verdict_by,
        verdicts.decided_on as verdict_on
    from {{ ref('int_findings') }} as findings
    left join {{ ref('stg_verdicts') }} as verdicts on findings.finding_id = verdicts.finding_id
)

select
    judged.finding_id,
    versions.document_id as report_id,
    judged.rule,
    judged.family,
    judged.severity,
    judged.place,
    judged.cells,
    judged.left_value,
    judged.right_value,
    judged.residual,
    judged.status,
    judged.diagnosis,
    judged.suspect_cell,
    judged.implied_value,
    judged.blame,
    judged.pattern,
    judged.explanations,
    judged.verdict,
    judged.verdict_reason,
    judged.verdict_by,
    judged.verdict_on,
    judged.status = 'fail' and coalesce(judged.verdict, 'none') <> 'dismissed' as is_open,
    coalesce(versions.is_current, false) as is_current,
    judged.document_id
from judged
left join {{ ref('int_report_versions') }} as versions on judged.document_id = versions.document_id
