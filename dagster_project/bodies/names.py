"""Names of bodies: their identifier, and the kind and level that the name alone tells.

Here: the name as text. Not here: regions with codes and validity, aliases and successions of bodies.
"""

import re
from hashlib import sha256

from dagster_project.forms.labels import squeeze

_PLACE_PROVINCE = re.compile(r"^[一-鿿]{2,8}(?:省|自治区)$|^(?:北京|上海|天津|重庆)市$|^新疆生产建设兵团$")
_PLACE = re.compile(r"[一-鿿]{1,12}?(?:省|自治区|自治州|地区|盟|市|县|区|旗|镇|乡|街道)$")
# First match wins; the order goes from the narrow word to the wide one.
_KINDS = (
    (re.compile(r"街道(?:办事处|办)?$"), "street"),
    (re.compile(r"(?:镇|乡|苏木)(?:人民政府|政府)?$"), "township"),
    (
        re.compile(
            r"(?:开发区|新区|实验区|示范区|高新区|工业园区|园区|保税区|风景区|度假区|合作区|试验区)(?:党工委)?(?:管委会|管理委员会)?$"
        ),
        "zone",
    ),
    (re.compile(r"(?:人民政府|政府|行政公署|行署)(?:办公厅|办公室|办)(?:（.*）|\(.*\))?$"), "office"),
    (re.compile(r"(?:人民政府|政府|行政公署|行署)(?:机关)?$"), "government"),
    (
        re.compile(r"^国家税务总局.+|税务局$|海关$|海事局$|气象局$|烟草专卖局$|国家统计局.*调查队$|邮政管理局$"),
        "vertical_branch",
    ),
    (re.compile(r"(?:中心|馆|院|站|所|协会|联合会|供销社|总社|参事室)$"), "institution"),
    (
        re.compile(r"(?:厅|局|委|委员会|部|办公室|办|署|支队|大队|总队|分局|队|总会|会)(?:（.*）|\(.*\))?$"),
        "department",
    ),
)


def body_id(name: str) -> str:
    """Return the stable identifier of a body: 16 hex digits of the SHA-256 over its squeezed name."""
    return sha256(("body\n" + squeeze(name)).encode()).hexdigest()[:16]


def kind(name: str) -> str:
    """Return what a name tells of the body's kind, one of schemas.frames.BODY_KINDS."""
    plain = squeeze(name)
    for pattern, found in _KINDS:
        if pattern.search(plain):
            return found
    return "region" if _PLACE.fullmatch(plain) else "unknown"


def level(name: str) -> str:
    """Return the administrative level that a name alone tells, one of schemas.frames.BODY_LEVELS.

    A county-level city and a prefecture-level one look alike, so 市 tells nothing.
    """
    plain = squeeze(name)
    if kind(plain) in ("street", "township"):
        return "township"
    place = re.match(r"^[一-鿿]{1,12}?(?=人民政府|政府)", plain)
    if plain.startswith(("国务院", "中华人民共和国", "国家税务总局")) and kind(plain) != "vertical_branch":
        return "national"
    if _PLACE_PROVINCE.fullmatch(place[0] if place else plain):
        return "province"
    if place and place[0].endswith(("县", "旗")):
        return "county"
    return "unknown"
