"""The equations of the forms, asked of every report.

Here: equations as data, evaluated over whole frames of cells. Not here: reading, changing or filling a value.
"""
