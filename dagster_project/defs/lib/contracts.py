"""The contracts of the staged frames as asset checks.

Here: the check's description and its result. Not here: validating; a frame is validated eagerly where it is made, before it
is stored, so what is on disk has passed.
"""

import dagster as dg

from dagster_project.defs.lib.columns import frame_key
from schemas import Frame


def contract_check(frame: Frame) -> dg.AssetCheckSpec:
    """Return the blocking check of one frame's contract."""
    return dg.AssetCheckSpec(
        f"{frame.name}_contract",
        asset=frame_key(frame.name),
        blocking=True,
        description=f"Every rewritten partition of {frame.name} was as schemas/frames.py describes it before it was stored.",
    )


def validated(spec: dg.AssetCheckSpec, rewritten: tuple[str, ...], partitions: tuple[str, ...]) -> dg.AssetCheckResult:
    """Return the passed check of a frame of which ``rewritten`` partitions were validated and stored in this run."""
    unchanged = sorted(set(partitions) - set(rewritten))
    return dg.AssetCheckResult(
        passed=True,
        asset_key=spec.asset_key,
        check_name=spec.name,
        description="Validated before it was stored." if rewritten else "Nothing was rewritten: validated by the run that stored it.",
        metadata={
            "validated in this run": ", ".join(rewritten) or "none",
            "unchanged since an earlier run": ", ".join(unchanged) or "none",
        },
    )
