"""What people edit, checked before a run: rules of the registry, verdicts, corrections.

Here: where the files are, and refusing a run whose files cannot be used, before anything of it begins. Not here: reading them
(``auditing.verdicts``, ``auditing.corrections``), staging them (``defs.review``).
"""

from dagster_project.defs.lib.archive import Archive
from dagster_project.home import PROJECT, Unusable

VERDICTS_FILE = PROJECT / "review" / "verdicts.csv"
CORRECTIONS_FILE = PROJECT / "review" / "corrections.yaml"
# Kinds of files whose documents are known only once they are read.
_CONTAINERS = ("zip", "json", "mhtml")


def require_review(archive: Archive) -> None:
    """Check the registry's rules and the files that people edit against the archive as it is now.

    Raises:
        Unusable: a rule names what no form has, a file is not as it must be, or a correction is for a report that is gone.
    """
    from dagster_project.auditing import RegistryError, corrections, rules, verdicts
    from dagster_project.auditing.review import ReviewError

    try:
        rules.check_rules()
        verdicts.verdicts(VERDICTS_FILE)
        stated = corrections.corrections(CORRECTIONS_FILE)
    except (RegistryError, ReviewError) as error:
        raise Unusable(f"{error} Nothing was changed.") from error
    if stated.height:
        missing = corrections.gone(stated, _Documents(archive), CORRECTIONS_FILE.name)
        if missing:
            raise Unusable("\n".join([*missing, "Nothing was changed."]))


class _Documents:
    """The identifiers of documents that the archive can hold. What is inside a container shows only when it is read, so an
    archive with containers is believed to hold anything; the check after reading tells."""

    def __init__(self, archive: Archive) -> None:
        from dagster_project.reading.document import document_id

        manifest = archive.manifest()
        self._known = {document_id(digest, "") for digest in manifest["source_sha256"].drop_nulls()}
        self._containers = bool(manifest["file_kind"].is_in(list(_CONTAINERS)).any())

    def __contains__(self, document: object) -> bool:
        return self._containers or document in self._known
