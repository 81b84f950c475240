"""Pieces of documents and forms into cells, sections and findings of intake; the staging of them.

Here: value cells (``values``), the fast lane over whole batches (``fast``), one batch from bytes to staged frames
(``batch``), the staged files (``staging``), one document for a person (``inspect``). Not here: file formats, dagster.
"""
