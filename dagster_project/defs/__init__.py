"""Dagster only: assets, checks, jobs and resources, found here by ``definitions.py``.

Here: thin functions that call the rest of the project and say what happened. Not here: reading, computing, publishing.
"""
