"""What data, models and visitors say stays data: in SQL, in Markdown, in HTML, in spreadsheets."""

from __future__ import annotations

import ast
import re
import resource
from pathlib import Path

import duckdb
import psutil
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.parts.files import to_csv
from dashboards.parts.release import CONSOLE_ROW_LIMIT, console_rows, current_release
from dashboards.parts.text import escaped, facts, paragraphs, report_html
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.release.console import Limits, QueryStopped, run_select
from python_models.release.reader import StatementRefused
from tests.dashboards.pages import failures, page

PAYLOADS = (
    "' or 1=1 --",
    "'; drop table telemetry.cycles; --",
    "x' union select table_name from duckdb_tables() --",
    "$key",
    "%' or '%'='",
    "\\'; attach 'x.db'; --",
    "<script>alert(1)</script>",
    "![x](http://evil.example/x.png)",
    ":red[**x**] $\\int$ `code`",
    "{{ 7 * 7 }} ${7*7}",
    "../../../etc/passwd",
    "\u202e\u0000\ud7ff",
    "x" * 5000,
)
TEXT_WIDGETS = (
    ("llm", {}, "call"),
    ("quality", {"view": "Rejected rows"}, "text"),
    ("data", {}, "find"),
    ("knowledge", {"view": "Ask"}, "q"),
    ("knowledge", {"view": "Document"}, "document"),
    ("knowledge", {"view": "Entity"}, "entity"),
    ("knowledge", {"view": "Graph"}, "entity"),
)
URL_FILTERS = (
    ("telemetry", ("days", "control", "view", "machine", "day")),
    ("telemetry", ("cycle", "curve", "date")),
    ("telemetry", ("severity", "rule")),
    ("telemetry", ("source", "level", "report", "class")),
    ("telemetry", ("series", "days")),
    ("conversations", ("view", "dataset", "grade", "status", "care")),
    ("conversations", ("dataset", "grade", "status", "care")),
    ("conversations", ("form", "place", "state", "level", "mixed")),
    ("experiments", ("view", "cohort", "template", "model", "combo")),
    ("experiments", ("judges", "cohort")),
    ("experiments", ("least", "template", "model", "judged")),
    ("experiments", ("combo", "cohort")),
    ("experiments", ("factor", "cohort")),
    ("news", ("view", "run", "find", "with")),
    ("knowledge", ("view", "q", "source")),
    ("knowledge", ("document", "view")),
    ("knowledge", ("entity", "view")),
    ("knowledge", ("grid", "metric")),
    ("runs", ("view", "a", "b", "tests")),
    ("runs", ("rows_of", "product", "phase", "table")),
    ("llm", ("nodes", "templates", "statuses", "call", "view", "by")),
    ("llm", ("prompt",)),
    ("quality", ("view", "run", "broken", "source", "reason", "text", "why")),
    ("data", ("view", "find")),
    ("data", ("about", "origin")),
    ("sql", ("query", "saved")),
)
VIEW_OF = {
    "cycle": "Baseline",
    "severity": "Issues",
    "source": "Detection quality",
    "series": "Sensor anomalies",
    "dataset": "Quality",
    "form": "Datasets",
    "judges": "Agreement",
    "least": "Scores",
    "combo": "Lineage",
    "factor": "Comparisons",
    "document": "Document",
    "entity": "Entity",
    "grid": "Grid",
    "rows_of": "Rows",
    "prompt": "Prompts",
}


def bound_names(path: Path) -> set[str]:
    """Return the names in an address that a page's code reads."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        given = {word.arg: word.value for word in node.keywords}
        if "bind" in given and isinstance(given.get("key"), ast.Constant):
            found.add(given["key"].value)
        if ast.unparse(node.func) == "st.query_params.get" and isinstance(
            node.args[0], ast.Constant
        ):
            found.add(node.args[0].value)
    return {str(name) for name in found}


def test_every_name_that_an_address_may_say_is_tried() -> None:
    tried = {name for _, names in URL_FILTERS for name in names}
    read = set().union(*map(bound_names, (PROJECT_ROOT / "dashboards").rglob("*.py")))
    assert len(read) > 20
    assert read <= tried


@pytest.mark.parametrize(("url", "parameters", "key"), TEXT_WIDGETS)
def test_a_text_box_only_searches(
    released: Path, url: str, parameters: dict[str, str], key: str
) -> None:
    tested = page(url, parameters)
    for payload in PAYLOADS:
        tested.text_input(key=key).set_value(payload).run()
        assert failures(tested) == [], payload
        shown = [frame.value.to_string() for frame in tested.dataframe]
        assert not any("duckdb_tables" in text for text in shown), payload
    assert count_of_cycles(released) == 160


@pytest.mark.parametrize(
    "turn",
    [
        pytest.param(turn, marks=pytest.mark.long if turn > 3 else ())
        for turn in range(0, len(PAYLOADS), 3)
    ],
)
@pytest.mark.parametrize(("url", "names"), URL_FILTERS)
def test_a_filter_in_the_address_is_a_known_value_or_nothing(
    released: Path, url: str, names: tuple[str, ...], turn: int
) -> None:
    parameters = {
        name: PAYLOADS[(turn + place) % len(PAYLOADS)] for place, name in enumerate(names)
    }
    if view := VIEW_OF.get(names[0]):
        parameters["view"] = view
    tested = page(url, parameters)
    if url == "sql":  # the one box that runs what it is given, on the locked release
        assert len(tested.exception) == 0
    else:
        assert failures(tested) == []
    assert count_of_cycles(released) == 160


@pytest.mark.parametrize(
    "statement",
    [
        "drop table telemetry.cycles",
        "insert into ops.releases values (1)",
        "update ops.releases set release_id = 1",
        "copy telemetry.cycles to 'x.csv'",
        "copy (select 1) to '/tmp/x.parquet'",
        "attach 'other.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "select 1; select 2",
        "explain analyze select 1",
        "call pragma_version()",
        "create table x as select 1",
        "",
        "-- nothing",
    ],
)
def test_the_console_refuses_what_is_not_one_select(released: Path, statement: str) -> None:
    with pytest.raises(StatementRefused):
        console_rows(current_release(), statement)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_text('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "select * from glob('/*')",
        "select * from '/etc/passwd'",
        "select * from read_parquet('http://127.0.0.1:1/x.parquet')",
        "select getenv('HOME')",
        "from sqlite_scan('journal.db', 'runs')",
    ],
)
def test_a_select_reaches_nothing_outside_the_release(released: Path, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        console_rows(current_release(), statement)


def test_the_console_gives_a_bounded_number_of_rows(released: Path) -> None:
    rows = console_rows(current_release(), "select * from range(10_000_000) -- all of them")
    assert len(rows) == CONSOLE_ROW_LIMIT + 1


LONG = {
    "rows": "select count(*) from range(10_000_000_000) as a, range(1_000_000) as b",
    # one call each, between whose steps DuckDB never looks at its clock
    "one call": "select length(list_reduce(range(20_000_000), lambda x, y: (x * y) % 97)::text)",
    "a pattern": "select regexp_matches(repeat('a', 400_000_000), '(a*)*(a*)*b|c{99}')",
    "recursion": "with recursive r as (select 1 as n union all select n + 1 from r) "
    "select max(n) from r",
}
LARGE = {
    "a text": "select length(repeat(repeat('x', 100_000), 30_000))",
    "a list": "select len(list_transform(range(300_000_000), lambda x: x + 1))",
    "a sort": "select sum(n) from (select row_number() over (order by random()) as n, random() "
    "from range(100_000_000))",
    "groups": "select i, list(i) from range(400_000_000) as t (i) group by i",
}


@pytest.mark.parametrize("kind", LONG)
def test_a_long_query_of_any_kind_is_stopped(
    released: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("dashboards.parts.release.CONSOLE_SECONDS", 0.3)
    with pytest.raises(QueryStopped, match="longer than 0.3 s|of memory"):
        console_rows(current_release(), LONG[kind])


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_query_of_any_kind_stays_in_its_memory_and_off_the_disk(
    released: Path, kind: str
) -> None:
    before = {path: path.stat().st_size for path in released.parent.rglob("*")}
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    with pytest.raises(QueryStopped, match="256 MB of memory"):
        run_select(Path(current_release().path), LARGE[kind], Limits(60, 256 << 20))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert peak == children or peak < (256 << 10) + 400_000  # kB: the limit and the program
    assert {path: path.stat().st_size for path in released.parent.rglob("*")} == before


def test_a_result_that_is_too_large_is_not_handed_over(released: Path) -> None:
    with pytest.raises(QueryStopped, match="larger than 1 MB"):
        run_select(
            Path(current_release().path),
            "select repeat('x', 5_000_000)",
            Limits(result_bytes=1 << 20),
        )


def test_a_stopped_query_leaves_no_process(released: Path, monkeypatch) -> None:
    monkeypatch.setattr("dashboards.parts.release.CONSOLE_SECONDS", 0.3)
    with pytest.raises(QueryStopped):
        console_rows(current_release(), LONG["rows"])
    left = [child.cmdline() for child in psutil.Process().children(recursive=True)]
    assert not [line for line in left if "python_models.release.console" in line]


def test_a_link_fills_the_box_and_runs_nothing(released: Path) -> None:
    tested = page("sql", {"query": "select 6 * 7 as answer"})
    assert tested.text_area(key="query").value == "select 6 * 7 as answer"
    assert not tested.dataframe
    tested.button[0].click().run()
    assert "42" in tested.dataframe[0].value.to_string()
    tested.run()  # what was answered stays, without being asked again
    assert "42" in tested.dataframe[0].value.to_string()


def send(tested: AppTest, query: str) -> None:
    """Type a query into the console and run it."""
    tested.text_area(key="query").set_value(query)
    next(one for one in tested.button if one.label == "Run").click().run()


def test_refusals_and_errors_are_said_on_the_page(released: Path) -> None:
    tested = page("sql")
    send(tested, "drop table telemetry.cycles")
    assert tested.warning[0].value.startswith("Only SELECT")
    send(tested, "select nonsense")
    assert tested.error[0].value == "DuckDB could not run this."


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "'=", '"='])
def test_a_cell_that_a_spreadsheet_would_run_is_text(start: str) -> None:
    rows = pa.table({"text": [f"{start}cmd()"], "number": [-1.5]})
    line = to_csv(rows).decode().split("\r\n", 1)[1]
    assert line.lstrip('"').startswith("'")
    assert line.rstrip().endswith("-1.5")


def test_text_from_data_is_not_markdown() -> None:
    assert escaped("a_b :red[x] <b> $y$") == r"a\_b \:red\[x\] \<b\> \$y\$"
    assert "\n" not in escaped("first\nsecond")


def test_text_from_data_is_not_html() -> None:
    assert "<script" not in paragraphs("<script>alert(1)</script>")
    assert "<img" not in facts({"<img src=x>": "<img src=x>"})


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](http://evil.example/x.png)",
        "[x](http://evil.example)",
        "[x](javascript:alert(1))",
        "[x](//evil.example)",
        "[x](/\\evil.example)",
        "<http://evil.example>",
    ],
)
def test_a_report_calls_nobody(markdown: str) -> None:
    shown = report_html(markdown)
    assert not re.search(r"<(script|img|a)\b", shown)


def test_a_report_keeps_links_to_our_own_pages() -> None:
    assert '<a href="telemetry?cycle=1">' in report_html("[cycle](telemetry?cycle=1)")


def test_no_sql_is_pasted_together() -> None:
    """SQL lies in modules of queries as plain text; nothing formats values into it."""
    # these paste in names of tables and columns that there are, quoted, none as a visitor types it
    names_of_tables = {"data.py", "quality_queries.py", "row_query.py"}
    pasted = re.compile(r"""(\bf|\.format\(|%)\s*["']{1,3}\s*(select|with|from)\b""", re.IGNORECASE)
    for path in (PROJECT_ROOT / "dashboards").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not pasted.search(text) or path.name in names_of_tables, path
    modules = list((PROJECT_ROOT / "dashboards").rglob("*queries.py"))
    assert len(modules) > 10
    for path in modules:
        text = path.read_text(encoding="utf-8")
        assert 'f"' not in text or path.name in names_of_tables, path


def count_of_cycles(release: Path) -> int:
    with duckdb.connect(str(release), read_only=True) as connection:
        return connection.execute("select count(*) from telemetry.cycles").fetchone()[0]
