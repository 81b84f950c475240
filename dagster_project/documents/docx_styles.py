"""What a Word document says about its paragraphs and runs elsewhere than in them: styles and automatic numbers.

Here: ``styles.xml`` and ``numbering.xml``. Not here: text (``docx_text``), tables (``docx``).
"""

import re
from dataclasses import dataclass, field

from lxml import etree

from dagster_project.documents.package import Package

_TRUE = (None, "1", "true", "on")
_NUMERALS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_CHINESE = (
    "chineseCounting",
    "chineseCountingThousand",
    "chineseLegalSimplified",
    "ideographDigital",
    "ideographTraditional",
    "japaneseCounting",
    "japaneseDigitalTenThousand",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
)
_SILENT = ("bullet", "none")
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_LEVEL = re.compile(r"%([1-9])")
_MOST_LEVELS = 9


def local(node: etree._Element) -> str:
    """Return an element's name without its namespace: strict and transitional documents differ in nothing else."""
    return node.tag.rpartition("}")[2]


def child(node: etree._Element | None, name: str) -> etree._Element | None:
    """Return the first child of that name; None when there is none."""
    return None if node is None else next(node.iterchildren("{*}" + name), None)


def value(node: etree._Element | None, name: str = "val") -> str | None:
    """Return an attribute by its name without namespace."""
    if node is None:
        return None
    return next((text for key, text in node.attrib.items() if key.rpartition("}")[2] == name), None)


def switched_on(node: etree._Element) -> bool:
    """Tell whether a property that is present is on: <w:strike w:val="0"/> is off."""
    return value(node) in _TRUE


@dataclass(frozen=True)
class RunLook:
    """How characters are shown, as far as it changes what a number says; None where nothing is said."""

    hidden: bool | None = None
    struck: bool | None = None
    raised: bool | None = None
    position: int | None = None

    def over(self, below: "RunLook") -> "RunLook":
        """Return this look where it says something, else the one below."""
        return RunLook(
            below.hidden if self.hidden is None else self.hidden,
            below.struck if self.struck is None else self.struck,
            below.raised if self.raised is None else self.raised,
            below.position if self.position is None else self.position,
        )


_PLAIN = RunLook()


def run_look(properties: etree._Element | None) -> RunLook:
    """Return what one rPr element says."""
    if properties is None or not len(properties):
        return _PLAIN
    hidden = struck = raised = position = None
    for node in properties.iterchildren("{*}*"):
        match local(node):
            case "vanish":
                hidden = switched_on(node)
            case "strike" | "dstrike":
                struck = bool(struck) or switched_on(node)
            case "vertAlign":
                raised = value(node) in ("superscript", "subscript")
            case "position":
                text = value(node) or "0"
                position = int(text) if text.lstrip("+-").isdigit() else 1
    return RunLook(hidden, struck, raised, position)


@dataclass
class _Style:
    name: str
    based_on: str | None
    look: RunLook
    numbering: tuple[str | None, int | None]
    default: bool
    kind: str


class Styles:
    """The styles of one document; without ``styles.xml`` every look is plain."""

    def __init__(self, package: Package, part: str | None):
        self._styles: dict[str, _Style] = {}
        self._base = _PLAIN
        self._looks: dict[str, RunLook] = {}
        if part is not None and part in package:
            root = package.xml(part)
            defaults = child(child(root, "docDefaults"), "rPrDefault")
            self._base = run_look(child(defaults, "rPr"))
            for node in root.iterchildren("{*}style"):
                self._styles[value(node, "styleId") or ""] = _Style(
                    name=(value(child(node, "name")) or "").lower(),
                    based_on=value(child(node, "basedOn")),
                    look=run_look(child(node, "rPr")),
                    numbering=numbering_of(child(node, "pPr")),
                    default=value(node, "default") in _TRUE[1:],
                    kind=value(node, "type") or "",
                )
        self._paragraph_default = next(
            (name for name, style in self._styles.items() if style.default and style.kind == "paragraph"), None
        )

    def look(self, properties: etree._Element | None, paragraph_style: str | None) -> RunLook:
        """Return the look of a run: its own, its character style's, its paragraph style's, the document's."""
        own = run_look(properties)
        style = value(child(properties, "rStyle"))
        inherited = self._chain(paragraph_style or self._paragraph_default).over(self._base)
        return own.over((self._chain(style) if style else _PLAIN).over(inherited))

    def name(self, style: str | None) -> str:
        """Return a style's name in lower case, '' when it has none."""
        found = self._styles.get(style or "")
        return found.name if found else ""

    def numbering(self, style: str | None) -> tuple[str | None, int | None]:
        """Return the list (numId) and level that a paragraph style sets."""
        list_id = level = None
        for each in self._ancestry(style or self._paragraph_default):
            list_id = each.numbering[0] if list_id is None else list_id
            level = each.numbering[1] if level is None else level
        return list_id, level

    def _chain(self, style: str | None) -> RunLook:
        if style is None:
            return _PLAIN
        if style not in self._looks:
            look = _PLAIN
            for each in self._ancestry(style):
                look = look.over(each.look)
            self._looks[style] = look
        return self._looks[style]

    def _ancestry(self, style: str | None) -> list[_Style]:
        found: list[_Style] = []
        seen: set[str] = set()
        while style and style not in seen and style in self._styles:
            seen.add(style)
            found.append(self._styles[style])
            style = found[-1].based_on
        return found


def numbering_of(properties: etree._Element | None) -> tuple[str | None, int | None]:
    """Return the list (numId) and level that a pPr element names; None where it names none."""
    node = child(properties, "numPr")
    level = value(child(node, "ilvl"))
    return value(child(node, "numId")), int(level) if level and level.isdigit() else None


@dataclass
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"


@dataclass
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counters: dict[int, int] = field(default_factory=dict)


class Numbers:
    """Counts the automatic numbers of one document. Ask for each numbered paragraph once, in their order."""

    def __init__(self, package: Package, part: str | None):
        self._lists: dict[str, _List] = {}
        self._numbers: dict[str, tuple[str, dict[int, int]]] = {}
        self._used: set[str] = set()
        if part is None or part not in package:
            return
        root = package.xml(part)
        for node in root.iterchildren("{*}abstractNum"):
            levels = {_integer(value(each, "ilvl"), 0): _level(each) for each in node.iterchildren("{*}lvl")}
            self._lists[value(node, "abstractNumId") or ""] = _List(levels)
        for node in root.iterchildren("{*}num"):
            overrides = {
                _integer(value(each, "ilvl"), 0): _integer(value(child(each, "startOverride")), 1)
                for each in node.iterchildren("{*}lvlOverride")
                if child(each, "startOverride") is not None
            }
            self._numbers[value(node, "numId") or ""] = (value(child(node, "abstractNumId")) or "", overrides)

    def next(self, list_id: str | None, level: int | None) -> str:
        """Return the number that the next paragraph of a list shows, with the space behind it; '' when it shows none."""
        if list_id is None or list_id not in self._numbers:
            return ""
        name, overrides = self._numbers[list_id]
        found = self._lists.get(name)
        level = level or 0
        if found is None or level not in found.levels:
            return ""
        if list_id not in self._used:
            self._used.add(list_id)
            found.counters.update({at: start - 1 for at, start in overrides.items()})
        found.counters[level] = found.counters.get(level, found.levels[level].start - 1) + 1
        for deeper in range(level + 1, _MOST_LEVELS):
            found.counters.pop(deeper, None)
        shown = found.levels[level]
        if shown.form in _SILENT:
            return ""

        def counted(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            each = found.levels.get(at, _Level())
            return _counted(found.counters.get(at, each.start), each.form)

        text = _LEVEL.sub(counted, shown.text)
        apart = shown.suffix != "nothing" and text[-1:].isascii()
        return text + " " if text and apart else text


def _level(node: etree._Element) -> _Level:
    return _Level(
        start=_integer(value(child(node, "start")), 1),
        form=value(child(node, "numFmt")) or "decimal",
        text=value(child(node, "lvlText")) or "",
        suffix=value(child(node, "suff")) or "tab",
    )


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def _counted(number: int, form: str) -> str:
    if form in _CHINESE and 0 <= number < 10_000:
        return _chinese(number)
    if form in ("upperLetter", "lowerLetter") and number > 0:
        # After Z comes AA, then BB.
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 % 9 + 1)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("upperRoman", "lowerRoman") and 0 < number < 40:
        rest, text = number, ""
        for size, numeral in _ROMAN:
            text += numeral * (rest // size)
            rest %= size
        return text.upper() if form == "upperRoman" else text
    if form.startswith("decimalEnclosedCircle") and 0 < number <= 20:
        return chr(ord("①") + number - 1)
    return f"{number:02}" if form == "decimalZero" else str(number)


def _chinese(number: int) -> str:
    if number < 10:
        return _NUMERALS[number]
    digits = str(number)
    text = ""
    for at, digit in enumerate(digits):
        if digit != "0":
            text += _NUMERALS[int(digit)] + _PLACES[len(digits) - at - 1]
        elif text[-1:] != "零" and digits[at:].strip("0"):
            text += "零"
    return text[1:] if number < 20 else text
