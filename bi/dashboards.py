"""One dashboard of the definition as a file of Superset's import format: its rows on the page and its filters.

Here: layout and native filters. Not here: the charts themselves (``charts.py``).

``rows``: a ``title``, a ``text`` (Markdown) or ``charts`` with widths that add up to twelve at most. ``filters``: ``default`` is a value or
``last`` (the greatest), ``single`` lets one value be chosen and none be left out, ``below`` narrows the choice by other filters,
``not_on`` and ``only_on`` name charts. ``colours`` gives values that mean good or bad a colour of their own.
"""

from collections.abc import Mapping

from bi.bundle import VERSION, Definition, stable_uuid

_GRID_WIDTH = 12


def dashboard(name: str, told: Mapping, definition: Definition) -> dict:
    """Return the dashboard's file."""
    # Numbers of charts inside this file only; the import puts its own in their place.
    numbers = {key: at for at, key in enumerate(told["charts"], start=1)}
    return {
        "dashboard_title": told["title"],
        "description": told["description"],
        "css": "",
        "slug": told["slug"],
        "uuid": stable_uuid("dashboard", name),
        "published": True,
        "position": _position(name, told, numbers),
        "metadata": {
            "native_filter_configuration": [_filter(name, told, one, numbers, definition) for one in told["filters"]],
            "chart_configuration": {},
            "global_chart_configuration": {"scope": {"rootPath": ["ROOT_ID"], "excluded": []}, "chartsInScope": []},
            # A click on a bar would filter by what filters leave open on purpose.
            "cross_filters_enabled": False,
            "filter_bar_orientation": "HORIZONTAL",
            "color_scheme": "supersetColors",
            "label_colors": dict(told.get("colours", {})),
            "refresh_frequency": 0,
            "timed_refresh_immune_slices": [],
            "expanded_slices": {},
        },
        "version": VERSION,
    }


def _position(name: str, told: Mapping, numbers: Mapping[str, int]) -> dict:
    found: dict[str, object] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": [], "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": told["title"]}},
    }
    for at, row in enumerate(told["rows"], start=1):
        if "title" in row:
            key = f"HEADER-{at}"
            meta = {"text": row["title"], "headerSize": "MEDIUM_HEADER", "background": "BACKGROUND_TRANSPARENT"}
            found[key] = {"type": "HEADER", "id": key, "children": [], "parents": ["ROOT_ID", "GRID_ID"], "meta": meta}
        else:
            key = f"ROW-{at}"
            parents = ["ROOT_ID", "GRID_ID", key]
            children = [_text(key, row, parents)] if "text" in row else [
                _chart(name, one, row, told, numbers, parents) for one in row["charts"]
            ]
            found[key] = {
                "type": "ROW",
                "id": key,
                "children": [child["id"] for child in children],
                "parents": parents[:-1],
                "meta": {"background": "BACKGROUND_TRANSPARENT"},
            }
            found |= {child["id"]: child for child in children}
        found["GRID_ID"]["children"].append(key)
    return found


def _text(row: str, told: Mapping, parents: list[str]) -> dict:
    key = f"MARKDOWN-{row}"
    meta = {"code": told["text"], "width": _GRID_WIDTH, "height": told["height"]}
    return {"type": "MARKDOWN", "id": key, "children": [], "parents": parents, "meta": meta}


def _chart(name: str, told: Mapping, row: Mapping, dashboard: Mapping, numbers: Mapping[str, int], parents: list[str]) -> dict:
    key = told["key"]
    meta = {
        "uuid": stable_uuid("chart", f"{name}/{key}"),
        "chartId": numbers[key],
        "sliceName": dashboard["charts"][key]["title"],
        "width": told["width"],
        "height": row["height"],
    }
    return {"type": "CHART", "id": f"CHART-{key}", "children": [], "parents": parents, "meta": meta}


def _filter(name: str, told: Mapping, one: Mapping, numbers: Mapping[str, int], definition: Definition) -> dict:
    only = one.get("only_on")
    excluded = [key for key in numbers if key not in only] if only else one.get("not_on", [])
    default = one.get("default")
    last, given = default == "last", default not in (None, "last")
    filters = [{"col": one["column"], "op": "IN", "val": [default]}]
    return {
        "id": _filter_id(name, one["name"]),
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "name": one["name"],
        "description": "",
        "targets": [{"datasetUuid": definition.datasets[one["dataset"]].uuid, "column": {"name": one["column"]}}],
        "scope": {"rootPath": ["ROOT_ID"], "excluded": [numbers[key] for key in excluded]},
        # The charts wait until the first value is known.
        "requiredFirst": last,
        "cascadeParentIds": [_filter_id(name, other) for other in one.get("below", [])],
        "defaultDataMask": {
            "extraFormData": {"filters": filters} if given else {},
            "filterState": {"value": [default], "label": default} if given else {},
        },
        "controlValues": {
            "multiSelect": not one.get("single", False),
            "enableEmptyFilter": one.get("single", False),
            "defaultToFirstItem": last,
            # Years fall from the latest.
            "sortAscending": not last and one["column"] != "year",
            "searchAllOptions": True,
            "inverseSelection": False,
        },
    }


def _filter_id(dashboard: str, name: str) -> str:
    return f"NATIVE_FILTER-{stable_uuid('filter', f'{dashboard}/{name}')}"
