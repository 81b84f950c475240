-- One row per document, attribute and place that states a value for it.
select
    document_id,
    attribute,
    position,
    value,
    origin,
    chosen,
    reason
from {{ source('staging', 'candidates') }}
