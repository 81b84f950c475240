"""One chart of the definition as a file of Superset's import format.

Here: what each ``type`` of the definition becomes. Not here: which charts there are (``definition/``).

``number``: one metric. ``bar``, ``line``: metrics over x, a series for each value of ``by``. ``hbar``: the same lying, longest first.
``table``: metrics by columns. ``records``: rows as they are, by ``order`` (falling after a minus). ``pivot``: metrics by ``by`` and ``columns``. ``where`` keeps the rows with
the value, or with one of the values.
"""

import json
from collections.abc import Mapping

from bi.bundle import VERSION, Dataset, stable_uuid

_COUNT = ",d"
_MOST_SERIES_ROWS = 10_000
_MOST_NUMBERED_METRICS = 2


def chart(dashboard: str, key: str, told: Mapping, dataset: Dataset) -> dict:
    """Return the chart's file.

    Raises:
        KeyError: the definition names a type that is none.
    """
    viz_type, params = _TYPES[told["type"]](told)
    shared = {
        "viz_type": viz_type,
        "adhoc_filters": [_kept(dashboard, key, column, value) for column, value in told.get("where", {}).items()],
        "extra_form_data": {},
    }
    return {
        "slice_name": told["title"],
        "viz_type": viz_type,
        "params": shared | params,
        "query_context": None,
        "cache_timeout": None,
        "uuid": stable_uuid("chart", f"{dashboard}/{key}"),
        "version": VERSION,
        "dataset_uuid": dataset.uuid,
    }


def _kept(dashboard: str, key: str, column: str, value: str | list[str]) -> dict:
    several = isinstance(value, list)
    return {
        "expressionType": "SIMPLE",
        "clause": "WHERE",
        "subject": column,
        "operator": "IN" if several else "==",
        "operatorId": "IN" if several else "EQUALS",
        "comparator": value,
        "filterOptionName": f"filter_{dashboard}_{key}_{column}",
    }


def _number(told: Mapping) -> tuple[str, dict]:
    return "big_number_total", {
        "metric": told["metric"],
        "y_axis_format": told.get("format", _COUNT),
        "header_font_size": 0.4,
        "subheader_font_size": 0.15,
    }


def _series(told: Mapping) -> dict:
    return {
        "x_axis": told["x"],
        "metrics": told["metrics"],
        "groupby": [told["by"]] if "by" in told else [],
        "xAxisForceCategorical": True,
        "xAxisLabelInterval": "0",
        "x_axis_sort": told.get("sort", told["x"]),
        "x_axis_sort_asc": True,
        "order_desc": True,
        "row_limit": told.get("rows", _MOST_SERIES_ROWS),
        "truncate_metric": True,
        "show_empty_columns": True,
        "y_axis_format": told.get("format", _COUNT),
        "rich_tooltip": True,
        "show_legend": "by" in told or len(told["metrics"]) > 1,
        "legendType": "scroll",
        "legendOrientation": "top",
        "color_scheme": "supersetColors",
        "annotation_layers": [],
        "only_total": True,
    }


def _line(told: Mapping) -> tuple[str, dict]:
    return "echarts_timeseries_line", _series(told) | {"markerEnabled": True, "markerSize": 6}


def _bar(told: Mapping) -> tuple[str, dict]:
    stacked = {"stack": "Stack"} if told.get("stacked") else {}
    return "echarts_timeseries_bar", _series(told) | {"orientation": "vertical", "show_value": _readable(told)} | stacked


def _readable(told: Mapping) -> bool:
    """Whether numbers above the bars have room: one a bar, few bars beside each other."""
    return told.get("stacked", False) or len(told["metrics"]) <= _MOST_NUMBERED_METRICS


def _hbar(told: Mapping) -> tuple[str, dict]:
    stacked = {"stack": "Stack"} if told.get("stacked") else {}
    lying = {"orientation": "horizontal", "show_value": True, "timeseries_limit_metric": told.get("sort")}
    return "echarts_timeseries_bar", _series(told) | lying | stacked


def _table(told: Mapping) -> tuple[str, dict]:
    return "table", {
        "query_mode": "aggregate",
        "groupby": told["by"],
        "metrics": told["metrics"],
        "timeseries_limit_metric": told.get("sort"),
        "order_desc": True,
        "row_limit": told["rows"],
        "column_config": {name: {"d3NumberFormat": form} for name, form in told.get("formats", {}).items()},
        **_TABLE,
    }


def _order(column: str) -> str:
    """The order by a column, falling when a minus stands before it, as Superset writes it."""
    return json.dumps([column.removeprefix("-"), not column.startswith("-")])


def _records(told: Mapping) -> tuple[str, dict]:
    return "table", {
        "query_mode": "raw",
        "all_columns": told["columns"],
        "order_by_cols": [_order(told["order"])],
        "column_config": {name: {"d3NumberFormat": form} for name, form in told.get("formats", {}).items()},
        "row_limit": told["rows"],
        # Links of the definition are HTML; Superset keeps harmless tags only.
        "allow_render_html": True,
        **_TABLE,
    }


_TABLE = {"page_length": 20, "include_search": True, "show_cell_bars": False, "color_pn": False, "table_timestamp_format": "smart_date"}


def _pivot(told: Mapping) -> tuple[str, dict]:
    return "pivot_table_v2", {
        "groupbyRows": told["by"],
        "groupbyColumns": told["columns"],
        "metrics": told["metrics"],
        "aggregateFunction": "Sum",
        "rowTotals": True,
        "colTotals": True,
        "metricsLayout": "COLUMNS",
        "rowOrder": "key_a_to_z",
        "colOrder": "key_a_to_z",
        "valueFormat": _COUNT,
        "row_limit": _MOST_SERIES_ROWS,
    }


_TYPES = {
    "number": _number,
    "line": _line,
    "bar": _bar,
    "hbar": _hbar,
    "table": _table,
    "records": _records,
    "pivot": _pivot,
}
