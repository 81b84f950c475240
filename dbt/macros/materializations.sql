{#
    How a table or view takes the place of the one before: dropped and made again under its own name, in one transaction, so that
    a reader sees the old or the new one and a failure leaves the old one. dbt-duckdb's own way is for models that have indexes,
    foreign keys or Python, which none has here: it looks for them, makes the model under another name and renames twice, which
    is a third of what dbt takes for a small archive.
#}
{% macro in_place_of_the_old(create_sql) -%}
    {%- set old = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {% if old is not none %}drop {{ old.type }} if exists {{ old }};{% endif %}
        {{ create_sql }}
    {%- endcall %}
    {% do persist_docs(this, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
{%- endmacro %}

{% materialization table, adapter='duckdb' %}
    {%- set target = this.incorporate(type='table') -%}
    {{ in_place_of_the_old(create_table_as(False, target, compiled_code, 'sql')) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {%- set target = this.incorporate(type='view') -%}
    {{ in_place_of_the_old(get_create_view_as_sql(target, compiled_code)) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}
