{#
    Values that lead nowhere: for each reference, those of ``column`` that are no ``field`` of the model ``to``. NULL leads nowhere
    and need not. One test for all references of a model; the published tables take them for foreign keys (publishing/tables.py).
#}
{% test references(model, references) %}
{% for reference in references %}
select
    '{{ reference.column }}' as column_name,
    cast(child.{{ reference.column }} as varchar) as leads_nowhere
from {{ model }} as child
left join {{ reference.to }} as parent on child.{{ reference.column }} = parent.{{ reference.field }}
where child.{{ reference.column }} is not null and parent.{{ reference.field }} is null
{% if not loop.last %}union all{% endif %}
{% endfor %}
{% endtest %}
