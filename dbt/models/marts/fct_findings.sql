-- One row per finding: a rule asked of a document at one place.
select
    findings.finding_id,
    versions.document_id as report_id,
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
    coalesce(versions.is_current, false) as is_current,
    findings.document_id
from {{ ref('stg_findings') }} as findings
left join {{ ref('int_report_versions') }} as versions on findings.document_id = versions.document_id
