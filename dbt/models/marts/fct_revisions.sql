-- One row per version after the first and cell that it states differently from the version before.
with versions as (
    select
        document_id as report_id,
        previous_report_id
    from {{ ref('int_report_versions') }}
    where previous_report_id is not null
),

-- A cell that could not be read says nothing of a change.
stated as (
    select
        document_id,
        cell,
        value,
        raw_text,
        status
    from {{ ref('stg_cells') }}
    where status in ('number', 'noted', 'segmented', 'blank', 'mark')
)

select
    versions.report_id,
    versions.previous_report_id,
    later.cell,
    earlier.value as old_value,
    later.value as new_value,
    earlier.raw_text as old_raw_text,
    later.raw_text as new_raw_text,
    earlier.status as old_status,
    later.status as new_status
from versions
inner join stated as later on versions.report_id = later.document_id
inner join stated as earlier on versions.previous_report_id = earlier.document_id and later.cell = earlier.cell
where earlier.value is distinct from later.value
