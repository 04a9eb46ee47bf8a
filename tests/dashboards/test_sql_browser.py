"""Beside the SQL console: tables put into it, earlier queries, a chart of a result."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pytest

from dashboards.parts.files import to_arrow
from dashboards.shared.sql_browser import _chart
from python_models.release.metrics.compiler import metric_sql
from tests.dashboards.pages import failures, page

QUERY = "select control_id, count(*) as cycles from telemetry.cycles group by all"


def test_a_table_is_browsed_queried_kept_and_drawn(released: Path) -> None:
    tested = page("sql")
    tested.selectbox(key="browsed").set_value("telemetry.issues").run()
    tested.button(key="put").click().run()
    typed = tested.text_area(key="query").value
    assert typed.startswith("select\n    ") and typed.endswith("from telemetry.issues\nlimit 100")
    tested.button(key="column_severity").click().run()
    assert tested.text_area(key="query").value.endswith("limit 100 severity")
    tested.text_area(key="query").set_value(QUERY)
    next(one for one in tested.button if one.label == "Run").click().run()
    assert tested.session_state["history"] == [QUERY]
    assert list(tested.dataframe[0].value.columns) == ["control_id", "cycles"]
    tested.session_state["result_as"] = "Chart"
    tested.run()
    assert failures(tested) == []
    assert tested.selectbox(key="chart_up").value == "cycles"
    tested.text_area(key="query").set_value("select 1")
    tested.button(key="sent_0").click().run()
    assert tested.text_area(key="query").value == QUERY


def test_a_metric_is_put_into_the_console_as_its_query_and_runs(released: Path) -> None:
    tested = page("sql")
    tested.multiselect(key="metrics").set_value(["issues", "critical_issues"]).run()
    tested.multiselect(key="metrics_by").set_value(["week", "control_id"]).run()
    assert failures(tested) == []
    tested.button(key="put_metric").click().run()
    assert tested.text_area(key="query").value == metric_sql(
        ["issues", "critical_issues"], ["week", "control_id"]
    )
    assert not len(tested.dataframe)  # put there, not sent
    next(one for one in tested.button if one.label == "Run").click().run()
    assert failures(tested) == []
    columns = list(tested.dataframe[0].value.columns)
    assert columns == ["week", "control_id", "issues", "critical_issues"]


@pytest.mark.parametrize("kind", ["Bars", "Line", "Points"])
def test_a_column_of_any_name_and_kind_is_drawn(kind: str) -> None:
    rows = pa.table({"a.b:Q[0]": [1, 2], "when": pa.array([0, 1], pa.timestamp("us")), "n": [1, 2]})
    for along in rows.column_names:
        drawn = _chart(rows, kind, along, "n", "a.b:Q[0]").to_dict()
        assert drawn["encoding"]["x"]["title"] == along
        assert drawn["encoding"]["x"]["field"] == "along"


def test_rows_are_handed_out_as_an_arrow_file() -> None:
    rows = pa.table({"a": [1, 2], "b": ["x", None]})
    assert pa.ipc.open_file(io.BytesIO(to_arrow(rows))).read_all().equals(rows)
