"""The careful lane: documents whose tables the fast lane could not finish, read as one stream of characters.

Labels are found wherever they stand (``anchors``), the values after them are put into rows (``runs``), glued digits are cut
into numbers where the form's equations leave one way to do it (``segmentation``, ``solving``), and what stays open is said to be
open (``lane``). Everything about a form comes from the registry. Not here: file formats, identification.
"""

from dagster_project.reading.careful.lane import CarefulCell, read_carefully

__all__ = ["CarefulCell", "read_carefully"]
