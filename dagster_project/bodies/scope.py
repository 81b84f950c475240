"""Scope: whose figures a report adds up.

Here: what title and opening say of it. Not here: comparing the figures of several reports (dbt). The scope belongs to the
report, not to its body: one government publishes a report of its own and one of its whole region in the same year.
"""

import re
from collections.abc import Sequence

# Scope is told where the report introduces itself and sums up its year.
_OPENING = 6000
_OF_REGION = re.compile(
    r"汇总|本行政区域内|涵盖.{0,30}(?:县|区|乡镇|街道)|"
    r"全[省市县区州盟旗](?:各级行政机关|行政机关|各级各部门|各级|各部门|各单位|政府信息公开|共?(?:新收|收到|受理|办理|制发|接收|答复)|累计|全年)"
)
_OF_LEVEL = re.compile(r"[省市县区州盟旗]本级(?:行政机关|政府及(?:其)?(?:各)?部门|各部门|政府部门)")
_OWN_NAME = re.compile(r"以.{2,20}人民政府(?:及其|和|及|、).{0,6}办公[厅室].{0,6}名义|代表[市县区州省]政府")
_OF_SYSTEM = re.compile(
    r"全系统|全[省市区]系统|本系统(?:各|汇总|共)|(?:含|包括|汇总).{0,12}(?:下属|所属|直属|派出).{0,8}(?:单位|机构|分局|机关)"
)
_AGGREGATING = ("government", "zone", "region")
_ACTING_ALONE = ("office", "street", "township", "dispatched_office", "institution")


def scope_of(kind: str, title: str, lines: Sequence[str]) -> tuple[str, str] | None:
    """Return the scope and the place that tells it (title, text, body kind); None when nothing does.

    ``kind`` is the kind of body that the title names.
    """
    opening = "".join(lines)[:_OPENING]
    if "本级" in title:
        return "level", "title"
    if "机关" in title and kind in _AGGREGATING:
        return "government_organ", "title"
    if kind in _AGGREGATING:
        if _OWN_NAME.search(opening):
            return "government_organ", "text"
        if kind == "region":
            return "region", "title"
        if _OF_REGION.search(opening):
            return "region", "text"
        return ("level", "text") if _OF_LEVEL.search(opening) else None
    if kind in ("vertical_branch", "department") and _OF_SYSTEM.search(opening):
        return "system", "text"
    if kind in (*_ACTING_ALONE, "vertical_branch", "department"):
        return "own", "body kind"
    return None
