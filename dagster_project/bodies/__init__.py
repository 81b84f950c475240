"""Whose report it is: body, report year, scope, dates and numbers, and what is not a report at all.

Here: titles and heads taken apart (``titles``, ``header``, ``dates``), names and places (``names``, ``regions``), the choice among
all that a document states (``identify``, ``whose``, ``scope``), and the tables that people edit (``register``). Not here: file
formats, the tables of the forms.
"""
