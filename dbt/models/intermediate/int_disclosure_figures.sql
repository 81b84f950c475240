-- One row per current report: figures of the disclosure table that users ask for most, as printed.
select
    report_id,
    max(value) filter (where form_row = 'normative_documents' and form_column = 'issued') as normative_documents_issued,
    max(value) filter (where form_row = 'normative_documents' and form_column = 'repealed') as normative_documents_repealed,
    max(value) filter (where form_row = 'normative_documents' and form_column = 'in_force') as normative_documents_in_force,
    max(value) filter (where form_row = 'licences' and form_column = 'decisions') as licence_decisions,
    max(value) filter (where form_row = 'penalties' and form_column = 'decisions') as penalty_decisions,
    max(value) filter (where form_row = 'coercions' and form_column = 'decisions') as coercion_decisions,
    max({{ in_10k_yuan('value', 'unit') }}) filter (where form_row = 'fees' and form_column = 'collected') as fees_10k_yuan
from {{ ref('int_report_cells') }}
where is_current and form_table = 'disclosure'
group by report_id
