"""Whose report it is: the reporting body, from titles, header, signature and site.

Here: candidates for the body, completing a name without a place, and what disagrees. Not here: what a name tells
(``names``), titles (``titles``).

The title is believed first. A name without a place (公安局) is completed by the first statement that ends with it: who
published it, who signed it, the site's column. A government's office and the government are two bodies, so a publisher never
replaces the title's body.
"""

import re
from collections.abc import Callable, Sequence

from dagster_project.bodies import dates, names, titles
from dagster_project.bodies.hosts import host_of
from dagster_project.bodies.identity import Candidate, Identity
from dagster_project.documents.pieces import Heading
from dagster_project.forms.labels import squeeze

_TAIL_LINES = 60
_SIGNATURE_LINES = 2
_SIGNATURE = re.compile(
    r"^[一-鿿（）()]{2,30}(?:人民政府|政府|局|厅|委员会|委|办公室|办公厅|办事处|管委会|中心|部|署|院|队)$"
)
# Of a body's name or of a date: cheaper than trying every line.
_LAST_OF_LINE = "府局厅会委室处心部署院队日)）0123456789"
_SIGNED_AND_DATED = re.compile(r"^([一-鿿（）()]{4,30}?)\s*(?=(?:20[0-3]\d|二[〇○O0零])\s*[-年./]?)")
_SITE_TAIL = re.compile(r"(?:(?:门户|官方|(?<!人民)政府)?(?:网站|网)|(?<!政府)(?:政府)?信息公开.*|政务公开.*)$")
_CHINESE = re.compile(r"^[一-鿿][一-鿿（）()·、]{1,39}$")
# The part of a body that publishes for it: 某局办公室, 某厅政务公开处.
_INSIDE = re.compile(
    r"^(?P<body>.+(?:局|厅|署|中心|街道办事处|(?<!管理)委员会|发改委|住建委|卫健委))(?:(?:党组)?办公室|办|[一-鿿]{2,8}(?:科|股|处|室))$"
)
_OPENING_LINES = 6
_OPENING = re.compile(
    r"(?:^|[，。、：])(?:现将|由)?(?P<body>[一-鿿]{4,25}?(?:人民政府|局|厅|委员会|办公室|办公厅|街道办事处|管委会))"
    r"(?:编制|(?:20[0-3]\d年度?)政府信息公开|公布|向社会公布)"
)
_MOST_SAID = 6000


def choose_body(
    identity: Identity,
    found: Sequence[tuple[str, titles.Title]],
    fields: Sequence[tuple[str, str]],
    heading: Heading,
    lines: Sequence[str],
    path: str,
) -> None:
    """Choose the body of ``identity`` and note what disagrees.

    ``found``: (origin, title) in order of trust; ``fields``: (attribute, value) of the document's head.
    """
    titled = [Candidate("body", title.body, f"title ({origin})") for origin, title in found if title.body]
    others = _others(fields, heading, lines)
    stated = [each for each in dict.fromkeys([*titled, *others]) if len(squeeze(each.value)) >= 2]
    identity.candidates += stated
    if not stated:
        return
    # What a title, a header or a signature states goes before what the file or the site is called.
    first = min(stated, key=lambda each: _WEAKEST.get(each.origin, 0))
    reason = f"stated by the {first.origin}"
    full = first.value
    if names.is_bare(first.value):
        first, reason = _completed(identity, first, stated, path)
        full = first.value
    elif names.lacks_county(first.value):
        full = _with_county(identity, first, stated, path)
    identity.choose(first, reason)
    _describe(identity, first.value, full, lambda: _said(heading, lines, path))
    _compare(identity, first.value, stated, lines)


_WEAKEST = {"site": 2, "title (path)": 1, "title (property)": 3}


def _others(fields: Sequence[tuple[str, str]], heading: Heading, lines: Sequence[str]) -> list[Candidate]:
    stated = [("publisher", value) for attribute, value in fields if attribute == "publisher"]
    stated += [("meta", text) for origin, text in heading.named if origin == "meta_source"]
    stated += [("signature", name) for name in signatures(lines)]
    stated += [("site", _SITE_TAIL.sub("", squeeze(text))) for origin, text in heading.named if origin == "meta_site"]
    found = []
    for origin, value in stated:
        name = squeeze(value.split(" ")[0] if origin == "publisher" else value)
        inside = _INSIDE.match(name)
        name = inside["body"] if inside else name
        if _CHINESE.match(name) and not titles.parse(name) and names.kind(name) != "unknown" and not names.is_self(name):
            found.append(Candidate("body", name, origin))
    return found


def signatures(lines: Sequence[str]) -> list[str]:
    """Return the names that stand before a date at the end of a document, or as its last line."""
    found = []
    tail = [line for line in lines[-_TAIL_LINES:] if len(line) <= 60]
    for at, line in enumerate(tail):
        if line[-1] not in _LAST_OF_LINE:
            continue
        plain = squeeze(line)
        dated = _SIGNED_AND_DATED.match(line)
        if dated and _SIGNATURE.match(squeeze(dated[1])) and dates.is_date(line[dated.end() :]):
            found.append(squeeze(dated[1]))
        elif _SIGNATURE.match(plain) and (
            at == len(tail) - 1 or any(dates.is_date(after) for after in tail[at + 1 : at + 1 + _SIGNATURE_LINES])
        ):
            found.append(plain)
    return found


def _completed(
    identity: Identity, bare: Candidate, stated: Sequence[Candidate], path: str
) -> tuple[Candidate, str]:
    """Return the name that ``bare`` is short for, when the document states it or its site's place."""
    order = {"publisher": 0, "meta": 0, "signature": 1, "title (path)": 3, "site": 4}
    full = sorted(
        (each for each in stated if names.completes(squeeze(each.value), squeeze(bare.value))),
        key=lambda each: order.get(each.origin, 2),
    )
    if full:
        if len({names.take_apart(each.value).canonical for each in full}) > 1:
            named = ", ".join(dict.fromkeys(f"{each.value} ({each.origin})" for each in full))
            identity.disagreements.append(
                ("body", f"'{bare.value}' of the title is completed differently: {named}; {full[0].value} was taken.")
            )
        return full[0], f"completes '{bare.value}' of the {bare.origin}, which names no place"
    found = _place(stated, path)
    if found is not None:
        place, origin = found
        composed = Candidate("body", place + names.core(bare.value), f"{bare.origin} with the place of the {origin}")
        return composed, f"'{bare.value}' names no place; by the {origin} it is {place}"
    identity.doubts.append(
        (
            "body_incomplete",
            f"Expected the body with its place, found only '{bare.value}', a name of many bodies. Add the place to the file's name.",
        )
    )
    return bare, f"stated by the {bare.origin}, without a place"


def _with_county(identity: Identity, short: Candidate, stated: Sequence[Candidate], path: str) -> str:
    """Return the name of a township or street with the county that the document states elsewhere; the body is named as printed."""
    full = next((each.value for each in stated if names.completes(squeeze(each.value), squeeze(short.value))), None)
    if full is not None:
        return full
    found = _place(stated, path)
    if found is not None:
        return found[0] + short.value
    identity.doubts.append(
        (
            "body_ambiguous",
            f"'{short.value}' is a name that townships of several counties share, and the document names no county. Its history "
            "is kept apart by site. Put the file into a folder that is named after the county.",
        )
    )
    return short.value


def _place(stated: Sequence[Candidate], path: str) -> tuple[str, str] | None:
    """Return the place of the site or of a publishing government, else of a folder of the path, and which of them."""
    for each in stated:
        if each.origin in ("site", "publisher", "meta") and names.kind(each.value) in ("government", "office", "region", "zone"):
            place = names.place_in(each.value)
            if place:
                return place, each.origin
    for folder in reversed(path.split("/")[:-1]):
        place = names.place_in(folder)
        if place and names.kind(folder) in ("region", "zone", "government"):
            return place, "folder"
    return None


def _describe(identity: Identity, printed: str, name: str, said: Callable[[], str]) -> None:
    """Fill what the full name tells: identifier, kind, level, region, parent; doubts where the place is open."""
    context = ""
    apart = names.take_apart(name)
    if apart.places and apart.place is None:
        context = said()
        apart = names.take_apart(name, context)
    canonical = apart.canonical
    open_place = apart.places and apart.place is None
    if open_place:
        named = ", ".join(dict.fromkeys("".join(place.above[-1:]) for place in apart.places))
        identity.doubts.append(
            (
                "body_ambiguous",
                f"'{name}' may lie in {named}, and the document names none of them alone. Its history is kept apart by site.",
            )
        )
    elif not apart.places and apart.head and apart.kind not in ("unknown",):
        identity.doubts.append(
            (
                "place_unlisted",
                f"'{apart.head}' is in no list of divisions since 2007: a misprint, or a place below the county. It has no region.",
            )
        )
    if open_place or names.is_bare(name) or names.lacks_county(name):
        host = host_of(identity.source_url or "") or ""
        canonical = f"{canonical}@{host}"
    identity.body = printed
    identity.body_id = names.identifier(canonical)
    identity.body_kind = apart.kind
    identity.body_level = names.level(name, context)
    identity.region_code = apart.place.code if apart.place else None
    identity.parent_body_id = names.parent_id(name, context)


def _said(heading: Heading, lines: Sequence[str], path: str) -> str:
    """Return what the document says beyond its title, in which a province or prefecture may be named."""
    parts = [path, *(text for _, text in heading.named), *heading.cells, *lines[:30], *lines[-10:]]
    return "".join(parts)[:_MOST_SAID] + "".join(lines[30:])[:_MOST_SAID]


def _compare(identity: Identity, body: str, stated: Sequence[Candidate], lines: Sequence[str]) -> None:
    """Note statements that name another body: a wrong name copied into the text, a title of another report."""
    if any(attribute == "body" for attribute, _ in identity.disagreements):
        return
    different = []
    for each in (*stated, *_openings(lines)):
        if each.origin in ("site", "title (path)", "title (property)"):
            continue
        value = squeeze(each.value)
        alike = (
            names.same(value, body)
            or names.is_bare(value)
            or names.is_self(value)
            or squeeze(body).endswith(value)
            or value.endswith(squeeze(body))
        )
        # The government's portal publishes the reports of all its departments.
        portal = each.origin in ("publisher", "meta") and names.kind(value) in ("government", "office", "zone", "region")
        if not alike and not portal:
            different.append(each)
    if different:
        named = ", ".join(dict.fromkeys(f"{each.value} ({each.origin})" for each in different))
        identity.disagreements.append(("body", f"The report is of {body} by its {identity.chosen['body'].origin}, but names {named}."))


def _openings(lines: Sequence[str]) -> list[Candidate]:
    return [
        Candidate("body", match["body"], "opening")
        for line in lines[:_OPENING_LINES]
        if len(line) > 30 and (match := _OPENING.search(line[:400]))
    ]
