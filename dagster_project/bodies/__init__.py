"""Whose report it is: title, body, report year, scope, publication date, and what is not a report at all.

Here: rules over titles, headers and sentences (``titles``, ``identify``), names to kinds and levels (``names``). Not here:
file formats, the tables of the forms.
"""
