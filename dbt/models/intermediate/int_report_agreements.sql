{{ config(materialized='table') }}
-- One row per two reports of one body, year and form that state nothing different: renditions of one version.
with reports as (
    select
        document_id,
        body_id,
        report_year,
        form,
        scope
    from {{ ref('stg_documents') }}
    where outcome = 'report'
),

-- A rendition may show too little to tell its scope.
rivals as (
    select
        one.document_id,
        other.document_id as other_document_id
    from reports as one
    inner join reports as other
        on one.body_id = other.body_id
        and one.report_year = other.report_year
        and one.form = other.form
    where
        one.document_id < other.document_id
        and (one.scope = other.scope or one.scope = 'unknown' or other.scope = 'unknown')
),

compared as (
    select document_id
    from rivals
    union
    select other_document_id
    from rivals
),

-- What a cell states: its number, or that it holds none. A cell that was not read states nothing.
stated as (
    select
        cells.document_id,
        cells.cell,
        cells.value,
        count(cells.value) over (partition by cells.document_id) as numbers
    from {{ ref('stg_cells') }} as cells
    inner join compared on cells.document_id = compared.document_id
    where cells.status in ('number', 'noted', 'segmented', 'blank', 'mark')
)

select
    rivals.document_id,
    rivals.other_document_id,
    cast(count(*) as integer) as common_cells,
    cast(count(*) filter (where one.value is not null) as integer) as common_numbers
from rivals
inner join stated as one on rivals.document_id = one.document_id
inner join stated as other on rivals.other_document_id = other.document_id and one.cell = other.cell
group by rivals.document_id, rivals.other_document_id
having
    count(*) filter (where one.value is distinct from other.value) = 0
    and count(*) filter (where one.value is not null) >= {{ var('agreeing_numbers') }}
    -- Of the two, the one that shows less must show half of its numbers in the other too.
    and 2 * count(*) filter (where one.value is not null) >= least(any_value(one.numbers), any_value(other.numbers))
