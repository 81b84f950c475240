{{ config(materialized='table') }}
-- One row per file under raw/: the one place where it ended, 'lost' when it ended nowhere.
with documents as (
    select
        documents.source_path,
        documents.member,
        case
            when documents.outcome <> 'report' then documents.outcome
            when versions.version_status = 'current' then 'report'
            when versions.version_status = 'superseded' then 'superseded'
            when versions.version_status in ('rendition', 'unofficial_copy') then 'duplicate'
            when versions.version_status = 'unofficial' then 'quarantined'
        end as outcome,
        case
            when documents.outcome <> 'report' then documents.reason_code
            when versions.version_status <> 'current' then versions.version_status
        end as reason_code,
        case
            when documents.outcome <> 'report' then documents.detail
            when versions.version_status = 'superseded'
                then 'A later version of this report is current: ' || versions.replaced_by || '.'
            when versions.version_status = 'rendition'
                then 'The same report with the same figures is read from ' || versions.replaced_by || '.'
            when versions.version_status = 'unofficial_copy'
                then 'The copy stands on a host that is not of the government; the report is read from ' || versions.replaced_by || '.'
            when versions.version_status = 'unofficial'
                then 'Expected an address of the government (*.gov.cn), found ' || documents.source_url
                || '. Its figures count nowhere. If the host is the body''s own, add it to bodies/registry/trusted_hosts.csv.'
        end as detail,
        coalesce(documents.duplicate_of, versions.replaced_by) as replaced_by,
        versions.document_id as report_id
    from {{ ref('stg_documents') }} as documents
    left join {{ ref('int_report_versions') }} as versions
        on documents.document_id = versions.document_id and documents.outcome = 'report'
),

ranked as (
    select
        source_path,
        outcome,
        reason_code,
        detail,
        replaced_by,
        report_id,
        count(*) over (partition by source_path) as documents,
        -- A file with several members is counted where its best one ended.
        row_number() over (
            partition by source_path
            order by
                case outcome
                    when 'report' then 1
                    when 'superseded' then 2
                    when 'duplicate' then 3
                    when 'not_a_report' then 4
                    else 5
                end,
                member
        ) as place
    from documents
)

select
    files.source_path,
    files.source_sha256,
    files.size_bytes,
    files.file_kind,
    files.partition,
    coalesce(ranked.outcome, 'lost') as outcome,
    case when ranked.source_path is null then 'lost' else ranked.reason_code end as reason_code,
    case
        when ranked.source_path is null
            then 'The manifest lists the file, but no document was read from it. Read its partition again.'
        else ranked.detail
    end as detail,
    ranked.replaced_by,
    ranked.report_id,
    cast(coalesce(ranked.documents, 0) as integer) as documents
from {{ ref('stg_manifest') }} as files
left join ranked on files.source_path = ranked.source_path and ranked.place = 1
