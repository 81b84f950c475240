"""The contracts of the staging frames: the one place a staged column is described.

Here: what a staged frame holds (``frames``), what a contract is (``contract``) and its renderings for pandera, dbt and
the data dictionary (``render``). Not here: anything that reads, computes or writes data; the columns of the dbt marts,
which their own model files describe and dbt enforces.
"""

from schemas.contract import Column, ContractError, Frame
from schemas.frames import (
    AUDIT_FINDINGS,
    BODY_SUCCESSIONS,
    CANDIDATES,
    CELLS,
    CLAIMS,
    CORRECTIONS,
    DOCUMENTS,
    EXPECTED_BODIES,
    FINDINGS,
    FRAMES,
    HISTORY_FINDINGS,
    MANIFEST,
    PARTITIONED,
    PROFILES,
    SECTIONS,
    STAGED,
    TEXT_SIMILARITY,
    VERDICTS,
)

__all__ = [
    "AUDIT_FINDINGS",
    "BODY_SUCCESSIONS",
    "CANDIDATES",
    "CELLS",
    "CLAIMS",
    "CORRECTIONS",
    "DOCUMENTS",
    "EXPECTED_BODIES",
    "FINDINGS",
    "FRAMES",
    "HISTORY_FINDINGS",
    "MANIFEST",
    "PARTITIONED",
    "PROFILES",
    "SECTIONS",
    "STAGED",
    "TEXT_SIMILARITY",
    "VERDICTS",
    "Column",
    "ContractError",
    "Frame",
]
