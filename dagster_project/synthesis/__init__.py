"""Synthetic reports of known truth, for the demonstration archive, the tests and the benchmarks.

Here: reports made up cell by cell (``truth``), the ways in which real pages print them (``layout``, ``printing``, ``tables``) and
the file kinds (``html``, ``text``, ``markdown``). Not here: anything that reads. Nothing in the warehouse imports this
package, and this package imports nothing that parses, so that a mistake of the readers cannot hide in their own tests.

Every name of a body is invented, except the one in ``demonstration`` that says so; every sentence is our own.
"""
