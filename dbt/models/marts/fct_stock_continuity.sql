-- One row per body, report year, stock and item: documents in force, items of the 2019 form, cases pending, against the year before.
with figures as (
    select
        report_id,
        form_table,
        form_row as item,
        max(value) filter (where form_column = 'in_force') as in_force,
        max(value) filter (where form_column = 'issued') as issued,
        max(value) filter (where form_column = 'repealed') as repealed,
        max(value) filter (where form_column = 'items_last_year') as items_last_year,
        max(value) filter (where form_column = 'items_change') as items_change,
        max(value) filter (where form_column = 'pending') as pending,
        max(value) filter (where form_column = 'total') as total
    from {{ ref('int_report_cells') }}
    where is_current and form_table in ('disclosure', 'remedies')
    group by report_id, form_table, form_row
),

-- What the stock should be at least or exactly, from the year before (one row per stock that both forms print).
stocks as (
    select
        stock,
        form_table,
        item,
        form,
        relation
    from (values
        ('documents_in_force', 'disclosure', 'regulations', '2021', 'equal'),
        ('documents_in_force', 'disclosure', 'normative_documents', '2021', 'equal'),
        ('items', 'disclosure', 'licences', '2019', 'equal'),
        ('items', 'disclosure', 'other_services', '2019', 'equal'),
        ('items', 'disclosure', 'penalties', '2019', 'equal'),
        ('items', 'disclosure', 'coercions', '2019', 'equal'),
        ('items', 'disclosure', 'fees', '2019', 'equal'),
        ('cases_pending', 'remedies', 'review', null, 'at_least'),
        ('cases_pending', 'remedies', 'direct_suit', null, 'at_least'),
        ('cases_pending', 'remedies', 'suit_after_review', null, 'at_least')
    ) as listed (stock, form_table, item, form, relation)
),

asked as (
    select
        continuations.body_id,
        continuations.report_year,
        continuations.report_id,
        continuations.prior_report_ids,
        continuations.scope,
        continuations.through_succession,
        continuations.reason,
        stocks.stock,
        stocks.form_table,
        stocks.item,
        stocks.relation
    from {{ ref('int_continuations') }} as continuations
    cross join stocks
    -- A stock is followed only between two reports of the form that counts it; cases pending both forms count alike.
    where
        continuations.form in ('2019', '2021')
        and (stocks.form is null or stocks.form = continuations.form)
        and (
            continuations.prior_form is null
            or (stocks.form is null and continuations.prior_form in ('2019', '2021'))
            or stocks.form = continuations.prior_form
        )
),

before_it as (
    select
        prior.report_id,
        figures.form_table,
        figures.item,
        count(*) as reports,
        case when count(figures.in_force) = count(*) then sum(figures.in_force) end as in_force,
        case when count(figures.items_last_year) = count(*) then sum(figures.items_last_year) end as items_last_year,
        case when count(figures.items_change) = count(*) then sum(figures.items_change) end as items_change,
        case when count(figures.pending) = count(*) then sum(figures.pending) end as pending
    from {{ ref('int_prior_reports') }} as prior
    inner join figures on prior.prior_report_id = figures.report_id
    group by prior.report_id, figures.form_table, figures.item
),

compared as (
    select
        asked.body_id,
        asked.report_year,
        asked.stock,
        asked.item,
        asked.report_id,
        asked.prior_report_ids,
        asked.scope,
        asked.through_succession,
        asked.relation,
        asked.reason,
        case asked.stock
            when 'documents_in_force' then before_it.in_force
            when 'items' then before_it.items_last_year
            else before_it.pending
        end as stock_before,
        case asked.stock
            when 'documents_in_force' then figures.issued - figures.repealed
            when 'items' then before_it.items_change
            else 0
        end as change,
        case asked.stock
            when 'documents_in_force' then figures.in_force
            when 'items' then figures.items_last_year
            else figures.total
        end as printed
    from asked
    left join before_it
        on asked.report_id = before_it.report_id
        and asked.form_table = before_it.form_table
        and asked.item = before_it.item
    left join figures
        on asked.report_id = figures.report_id
        and asked.form_table = figures.form_table
        and asked.item = figures.item
),

reasoned as (
    select
        body_id,
        report_year,
        stock,
        item,
        report_id,
        prior_report_ids,
        scope,
        through_succession,
        relation,
        cast(stock_before as decimal(18, 6)) as stock_before,
        cast(change as decimal(18, 6)) as change,
        cast(stock_before + change as decimal(18, 6)) as expected,
        cast(printed as decimal(18, 6)) as printed,
        coalesce(
            reason, case when stock_before is null or change is null or printed is null then 'not_a_number' end
        ) as reason
    from compared
)

select
    body_id,
    report_year,
    stock,
    item,
    report_id,
    prior_report_ids,
    scope,
    through_succession,
    relation,
    stock_before,
    change,
    case when reason is null then expected end as expected,
    printed,
    case when reason is null then cast(printed - expected as decimal(18, 6)) end as difference,
    case
        when reason is not null then 'not_assessable'
        when relation = 'equal' and printed = expected then 'pass'
        when relation = 'at_least' and printed >= expected then 'pass'
        else 'fail'
    end as status,
    reason
from reasoned
