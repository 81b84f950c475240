"""Names of bodies: one identifier for every way to write one, and the kind, level and place that the name tells.

Here: the name as text, with the tables of places, aliases and short names. Not here: whose name it is that a document states
(``identify``), successions of bodies (dbt).

A place and its government are one body (贵阳市 and 贵阳市人民政府), and so are a street and its 办事处, a zone and its
管委会. A government and its office are two.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

import polars as pl

from dagster_project.bodies.regions import Place, decided, locate
from dagster_project.bodies.traditional import simplified
from dagster_project.forms.labels import squeeze

_HERE = Path(__file__).parent
_ZONE_WORD = (
    r"(?:开发区|新区|实验区|示范区|高新区|经开区|工业园区|产业园区|工业区|园区|保税区|自贸区|自由贸易区|港区|风景区|景区|名胜区|度假区|合作区|"
    r"试验区|管理区|商务区|功能区|片区|科学城|新城|保护区)"
)
_COMMITTEE = r"(?:党工委)?(?:管委会|管理委员会)"
# Organs above every place.
_NATIONAL = re.compile(
    r"^(?:国务院|中华人民共和国|国家(?!级)|中国|全国|最高人民|中共中央|"
    r"(?:外交|国防|教育|科学技术|公安|民政|司法|财政|人力资源和社会保障|自然资源|生态环境|环境保护|住房和城乡建设|交通运输|水利|农业|农业农村|"
    r"商务|文化|文化和旅游|应急管理|退役军人事务|监察|铁道|卫生|工业和信息化|国土资源)部$|(?:审计署|海关总署)$)"
)
# Names that a national organ puts before a place.
_SYSTEM = re.compile(
    r"^(?:国家税务总局|国家统计局|国家金融监督管理总局|中国银行保险监督管理委员会|中国证券监督管理委员会|中国人民银行|国家外汇管理局|"
    r"国家矿山安全监察局|国家能源局|财政部|生态环境部|审计署|中华人民共和国|中国)(?=.{2,})"
)
# First match wins; the order goes from the narrow word to the wide one.
_KINDS = (
    (re.compile(r"街道(?:办事处|办)?$"), "street"),
    (re.compile(r"(?:镇|乡|苏木)(?:人民政府|政府)?$"), "township"),
    (re.compile(rf"{_ZONE_WORD}{_COMMITTEE}?$|[区园港城谷湖岛山](?:党工委)?(?:管委会|管理委员会)$"), "zone"),
    (re.compile(r"(?:人民政府|政府|行政公署|行署|管委会|[区园]管理委员会)(?:办公厅|办公室|办)$"), "office"),
    (re.compile(r"(?:人民政府|政府|行政公署|行署|生产建设兵团)$"), "government"),
    (
        re.compile(
            r"^国家税务总局.+|税务局$|海关$|海事局$|气象局$|烟草专卖局$|国家统计局.*(?:调查队|总队)$|邮政管理局$|出入境边防检查"
        ),
        "vertical_branch",
    ),
    (re.compile(r"分局$|派出所$|特派员办事处$|专员办事处$|监管局$(?<!市场监管局)|驻.*办事处$"), "dispatched_office"),
    (re.compile(r"(?:中心|馆|院|站|所|协会|联合会|供销社|供销合作社|总社|参事室|校|公司|监狱|林场|农场|牧场|水库|电视台|公园|社区|银行)$"), "institution"),
    (re.compile(r"(?:厅|局|委|委员会|部|办公室|办|署|支队|大队|总队|队|总会|会|处)$"), "department"),
)
# An unlisted place: invented, misspelt, or a township. Words in which 市, 区, 县 and 乡 mean no place are masked before.
_NO_PLACE = re.compile(r"市场|城市|城乡|城镇|乡村|乡镇|村镇|社区|区域|县域|辖区|市政|区划|地区协作|街道经济")
_MASKED = "＿＿"
_UNLISTED = re.compile(r"^[^＿]{2,9}?(?:省|自治区|自治州|地区|自治县|林区|盟|市|县|旗|区)")
_TOWNSHIP = re.compile(r"^[一-鿿]{2,9}?(?:街道|镇|乡|苏木)(?=$|办|人民政府|政府)")
_ZONE = re.compile(rf"^[一-鿿（）()]{{0,14}}?{_ZONE_WORD}")
_ANY_ZONE = re.compile(
    r"^(?:国家级)?(?:高新(?:技术产业)?(?:开发)?区|经开区|经济(?:技术)?开发区|开发区|新区|工业园区|产业园区|园区|保税区|风景名?胜?区|度假区|示范区)"
)
# Words that stand before a place in the names of organisations.
_BEFORE_PLACE = re.compile(r"^(?:中共|中国|国家|全国|共青团|驻|原|新华社|武警)")
_LONGEST_WORD = 4
_SECOND_NAME = re.compile(r"\([^()]*\)$")
_SELF = re.compile(r"^(?:我|本|全)(?:局|厅|委|办|省|市|县|区|镇|乡|街道|单位|机关|部门|院|中心|处|系统|部)$")
_GOVERNMENT = re.compile(r"^(?:人民政府|政府|行政公署|行署)$")
_OFFICE = re.compile(r"^(?:人民政府|政府|行政公署|行署|府)(?:办公厅|办公室|办)$")
_OWN_LEVEL = re.compile(r"(?<=[省市县区州盟旗府])(?:本级|机关)$")


@dataclass(frozen=True)
class Name:
    """A body's name taken apart. ``place`` is the listed division that it begins with; ``places`` are the candidates when
    several divisions share the name; ``head`` is the place as it tells bodies apart, ``rest`` the body within it."""

    canonical: str
    head: str
    rest: str
    place: Place | None
    places: tuple[Place, ...]
    kind: str


def body_id(name: str, said: str = "") -> str:
    """Return the stable identifier of a body: 16 hex digits of the SHA-256 over its canonical name.

    ``said`` is what else the document says; it decides between places of one name.
    """
    return identifier(take_apart(name, said).canonical)


def identifier(canonical: str) -> str:
    """Return the identifier of a canonical name."""
    return sha256(("body\n" + canonical).encode()).hexdigest()[:16]


@lru_cache(maxsize=1 << 14)
def _apart(name: str) -> tuple[str, str, str, tuple[Place, ...]]:
    """Return the system before the place, the place as printed, what follows it, and the places it may be."""
    plain = _OWN_LEVEL.sub("", _SECOND_NAME.sub("", simplified(squeeze(name))))
    plain = _aliases().get(plain, plain)
    system = _SYSTEM.match(plain)
    before = system[0] if system else ""
    found = locate(plain[len(before) :])
    if before and not found.places:
        before, found = "", locate(plain)
    rest = found.rest
    if not found.places and not _NATIONAL.match(rest):
        rest = _after_unlisted(rest)
    if rest == plain and (zone := _ZONE.match(plain)) and not _ANY_ZONE.match(plain):
        near = locate(plain, shortened=True)
        if near.places and len(near.rest) > len(plain) - len(zone[0]):
            return before, "", rest, near.places
    return before, plain[len(before) : len(plain) - len(rest)], rest, found.places


def _after_unlisted(name: str) -> str:
    while True:
        masked = _NO_PLACE.sub(_MASKED, name)
        match = _UNLISTED.match(masked)
        if match is None or _ZONE.match(name) and _ZONE.match(name).end() >= match.end():
            return name
        name = name[match.end() :]


def take_apart(name: str, said: str = "") -> Name:
    """Take a body's name apart; see ``Name``."""
    return _decided(name, said) if said else _undecided(name)


@lru_cache(maxsize=1 << 14)
def _undecided(name: str) -> Name:
    return _decided(name, "")


def _decided(name: str, said: str) -> Name:
    before, printed, rest, places = _apart(name)
    place = _one(places) or decided(places, said)
    in_name = bool(printed)
    head = place.line if place and in_name else printed
    tidy = _tidy(rest)
    if rest in _short_names():
        tidy = _short_names()[rest]
    elif (zone := _ZONE.match(rest)) and rest[zone.end() :] in _short_names():
        tidy = zone[0] + _short_names()[rest[zone.end() :]]
    canonical = before + head + tidy or rest
    canonical = _aliases().get(canonical, canonical)
    return Name(canonical, before + head, tidy, place, places, _kind(before + printed, rest))


def _one(places: tuple[Place, ...]) -> Place | None:
    return places[0] if len({place.line for place in places}) == 1 else None


def _tidy(rest: str) -> str:
    if _GOVERNMENT.match(rest):
        return ""
    if _OFFICE.match(rest):
        return "人民政府办公室"
    kind = _kind("", rest)
    if kind == "street":
        return re.sub(r"(?:办事处|办)$", "", rest)
    if kind == "township":
        return re.sub(r"(?:人民政府|政府)$", "", rest)
    if kind == "zone":
        return re.sub(rf"{_COMMITTEE}$", "", rest)
    return re.sub(rf"(?<=[区园港城]){_COMMITTEE}(?=办)", "", rest)


def kind(name: str) -> str:
    """Return what a name tells of the body's kind, one of schemas.frames.BODY_KINDS."""
    before, printed, rest, _ = _apart(name)
    return _kind(before + printed, rest)


def _kind(head: str, rest: str) -> str:
    if not rest:
        return "region" if head else "unknown"
    for pattern, found in _KINDS:
        if pattern.search(head + rest):
            return found
    return "unknown"


def level(name: str, said: str = "") -> str:
    """Return the administrative level that a name tells, one of schemas.frames.BODY_LEVELS.

    An unlisted 市 may be a county or a prefecture, so it tells nothing.
    """
    apart = take_apart(name, said)
    if apart.kind in ("street", "township"):
        return "township"
    if apart.places and not apart.head:
        return "unknown"  # a zone lies in the place that it is named after, at no level of its own
    if apart.place:
        return apart.place.level
    if apart.places:
        levels = {place.level for place in apart.places}
        return levels.pop() if len(levels) == 1 else "unknown"
    if _NATIONAL.match(apart.rest):
        return "national"
    if apart.head.endswith(("省", "自治区")):
        return "province"
    return "county" if apart.head.endswith(("县", "旗")) else "unknown"


def parent_id(name: str, said: str = "") -> str | None:
    """Return the identifier of the body above, as far as the name tells it: the government of the place, the bureau of a
    branch, the zone of its bureau; of a government that of the place above. None when the name tells none."""
    apart = take_apart(name, said)
    branch = re.match(r"^(?P<bureau>.+局)(?P<where>.+)分局$", apart.rest)
    if branch:
        return identifier(apart.head + branch["bureau"])
    zone = _ZONE.match(apart.rest)
    if zone and zone.end() < len(apart.rest) and apart.kind != "zone":
        return identifier(apart.head + zone[0])
    if apart.rest and (apart.head or apart.place):
        system = _SYSTEM.match(apart.head)
        if system and apart.place and apart.place.above:
            upper = take_apart(system[0] + apart.place.above[-1] + apart.rest)
            return identifier(upper.canonical)
        return identifier(apart.place.line if apart.place else apart.head)
    if apart.place and apart.place.above:
        return identifier(take_apart("".join(apart.place.above)).canonical)
    return None


@lru_cache(maxsize=1 << 14)
def is_bare(name: str) -> bool:
    """Tell whether a name says no place, such as 公安局, 区财政局 or 高新区财政局: many bodies are called so."""
    plain = simplified(squeeze(name))
    if _ANY_ZONE.match(plain):
        return True
    before, printed, rest, places = _apart(name)
    if before or printed or places or _NATIONAL.match(rest) or _aliases().get(plain, plain) != plain:
        return False
    return not _ZONE.match(rest) and not _TOWNSHIP.match(rest)


@lru_cache(maxsize=1 << 14)
def lacks_county(name: str) -> bool:
    """Tell whether a name is of a township or street without the county before it: most such names are shared by several."""
    apart = take_apart(name)
    return apart.kind in ("township", "street") and not apart.head and not apart.places


def place_in(name: str) -> str:
    """Return the place or zone that a name begins with, as printed; '' when it begins with none."""
    _, printed, rest, places = _apart(name)
    zone = _ZONE.match(rest)
    if zone and (places or printed):
        return printed + zone[0]
    return printed


def is_body(name: str) -> bool:
    """Tell whether a name is one of a body at all: it begins with a place or ends as bodies do."""
    before, printed, rest, places = _apart(name)
    return bool(before or printed or places) or _kind("", rest) != "unknown"


def begins_with_place(name: str) -> bool:
    """Tell whether a name begins with a listed place or is one of a national organ."""
    before, _, rest, places = _apart(name)
    return bool(before or places) or _NATIONAL.match(rest) is not None


@lru_cache(maxsize=1 << 14)
def begins_with_word(name: str) -> bool:
    """Tell whether a listed place stands in a name after a word that is no part of it, as in 转发福州市财政局."""
    plain = simplified(squeeze(name))
    if begins_with_place(plain) or _BEFORE_PLACE.match(plain):
        return False
    return any(
        len(place.name) > 2 and len(place.name) == len(plain) - at - len(found.rest)
        for at in range(1, min(_LONGEST_WORD, len(plain)) + 1)
        for found in (locate(plain[at:]),)
        for place in found.places[:1]
    )


def is_self(name: str) -> bool:
    """Tell whether a name is only a word such as 我局 or 全县."""
    return _SELF.match(squeeze(name)) is not None


def completes(full: str, bare: str) -> bool:
    """Tell whether ``full`` is the name ``bare`` with its place before it."""
    return len(full) > len(bare) and not is_bare(full) and core(full, full=True).endswith(core(bare))


def core(name: str, *, full: bool = False) -> str:
    """Return a bare name without the level that stands for its place: 区财政局 is 财政局 of some district."""
    plain = simplified(squeeze(name))
    rest = plain if full else re.sub(r"^[省市县区州盟旗镇乡](?=.{3,})(?!场监|政府)", "", plain)
    for short, long in _short_names().items():
        if rest.endswith(short):
            return rest[: -len(short)] + long
    return rest


def same(one: str, other: str, said: str = "") -> bool:
    """Tell whether two names are of one body."""
    return one == other or take_apart(one, said).canonical == take_apart(other, said).canonical


@cache
def _aliases() -> dict[str, str]:
    rows = pl.read_csv(_HERE / "registry" / "aliases.csv", infer_schema=False)
    return dict(rows.select("alias", "name").iter_rows())


@cache
def _short_names() -> dict[str, str]:
    return dict(pl.read_csv(_HERE / "short_names.csv", infer_schema=False).iter_rows())
