-- One row per current report: the cases of each channel as printed.
select
    report_id,
    max(value) filter (where form_row = 'review' and form_column = 'total') as review_total,
    max(value) filter (where form_row = 'review' and form_column = 'corrected') as review_corrected,
    max(value) filter (where form_row = 'review' and form_column = 'pending') as review_pending,
    max(value) filter (where form_row = 'direct_suit' and form_column = 'total') as direct_suit_total,
    max(value) filter (where form_row = 'direct_suit' and form_column = 'corrected') as direct_suit_corrected,
    max(value) filter (where form_row = 'direct_suit' and form_column = 'pending') as direct_suit_pending,
    max(value) filter (where form_row = 'suit_after_review' and form_column = 'total') as suit_after_review_total,
    max(value) filter (where form_row = 'suit_after_review' and form_column = 'corrected') as suit_after_review_corrected,
    max(value) filter (where form_row = 'suit_after_review' and form_column = 'pending') as suit_after_review_pending
from {{ ref('int_report_cells') }}
where is_current and form_table = 'remedies'
group by report_id
