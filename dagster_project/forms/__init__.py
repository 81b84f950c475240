"""The official forms as data, and the comparison of printed labels with them.

Here: the registry (CSV files, one copy, also loaded by dbt as seeds) and label matching. Not here: documents, tables, values.
A form for another report year is rows in the registry, not code.
"""
