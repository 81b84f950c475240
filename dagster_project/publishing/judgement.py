"""Whether a publication may replace the one before, or a person has to look first.

Here: what is asked about, how much may change without asking, the fingerprint by which a person confirms. Not here: what
changed (``difference``), how publishing stops (``snapshot``).

Bytes that were read once give the same numbers again, and what a body published stays published. So a publication is refused
when a body and year has fewer current reports than it had, whether their files are still in the archive or not; when it has
fewer numbers, unless the body itself published a later version; and when many numbers of reports that stood before differ.
A folder that was not mounted, a list that lost a line, a reader that got worse look like this, and so does a clean-up that
somebody wants: only a person can tell.
"""

from hashlib import sha256

from dagster_project.publishing.difference import Difference

# The share of the numbers of reports that stood in both publications which may differ without a question.
CHANGED_SHARE = 0.01
CONFIRM_VARIABLE = "GONGKAI_CONFIRM"
_NAMED = 5
_FINGERPRINT_DIGITS = 12


def objections(found: Difference) -> list[str]:
    """Return why the change needs a person's word, as parts of a sentence; empty when it needs none."""
    said = []
    if found.incomparable:
        said.append(found.incomparable)
    if found.body_years.height:
        reports, numbers = found.body_years["reports_lost"].sum(), found.body_years["numbers_lost"].sum()
        gone = found.body_years["file_gone"].sum()
        named = [f"{name} {year}" for name, year in found.body_years.select("body_name", "report_year").head(_NAMED).iter_rows()]
        more = found.body_years.height - len(named)
        said.append(
            f"what is published of a body and year would be lost, for {found.body_years.height:,} of them "
            f"({', '.join(named)}{f' and {more:,} more' if more else ''}; reports lost {reports:,}, numbers lost {numbers:,}; "
            f"no longer read from any file {gone:,})"
        )
    for what, (before, changed) in (("numbers", found.cells), ("figures of mart_body_year", found.figures)):
        if changed > before * CHANGED_SHARE:
            share = f"{changed / before:.1%}" if before else "all"
            said.append(
                f"{share} of the {what} of reports that stood before would change ({changed:,} of {before:,}; "
                f"up to {CHANGED_SHARE:.0%} is published without a question)"
            )
    return said


def fingerprint(found: Difference) -> str:
    """Return what names exactly this difference: the same changes have the same fingerprint, on any machine."""
    return sha256(found.changes.write_csv().encode()).hexdigest()[:_FINGERPRINT_DIGITS]
