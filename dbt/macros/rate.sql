{# A share as a double: NULL when a part is not a number or the denominator is zero (0/0 is unknown, not 0). #}
{% macro rate(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}
