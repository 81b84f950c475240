"""The fast lane: the cells of sound tables, for a whole batch of documents at once, as frames.

Labels are found and rows told apart (``lane``), each table of the form has a module that knows its heads (``disclosure``, ``requests``,
``remedies``), and the cells after a label are taken where nothing leaves a doubt (``placing``). What it leaves open is for the careful
lane. Not here: what a value text says (``values``), documents.
"""

from dagster_project.reading.fast.lane import TablesRead, read_tables

__all__ = ["TablesRead", "read_tables"]
