{# An amount of money in 万元 (10,000 yuan), from the printed value and its printed unit; NULL when the unit is no unit of money. #}
{% macro in_10k_yuan(value, unit) -%}
    try_cast(case {{ unit }}
        when '万元' then cast({{ value }} as decimal(38, 10))
        when '元' then cast({{ value }} as decimal(38, 10)) * 0.0001
        when '人民币元' then cast({{ value }} as decimal(38, 10)) * 0.0001
        when '亿元' then cast({{ value }} as decimal(38, 10)) * 10000
    end as decimal(18, 6))
{%- endmacro %}
