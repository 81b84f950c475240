{#
    A share as a double. NULL when a part is not a number or the denominator is zero (0/0 is unknown, not 0), and when it is
    below zero: a report that prints more cases pending than cases contradicts itself, and no share follows from it.
#}
{% macro rate(numerator, denominator) -%}
    case when {{ denominator }} > 0 then cast({{ numerator }} as double) / cast({{ denominator }} as double) end
{%- endmacro %}
