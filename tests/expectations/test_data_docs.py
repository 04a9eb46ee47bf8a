"""The Data Docs are whole pages that need nothing from anywhere."""

from __future__ import annotations

import re

import duckdb
import pytest

from expectations.gate import GateFailed
from expectations.promise import between, filled, table
from ingestion.lakehouse.lake import lake
from tests.expectations.running import declare, pass_gate


def judge(session: duckdb.DuckDBPyConnection, when: str, highest: float) -> None:
    session.execute("create or replace table things as select '<b>' || i as thing_id, i as size "
                    "from range(9) as numbers(i)")  # fmt: skip
    promised = [*filled("thing_id"), between("size is small", "critical", "size", 0, highest)]
    declare("shop", when, [table("things", promised, key=["thing_id"])])
    pass_gate(session, "shop", when, {"things": "things"})


def test_each_check_writes_its_page_and_the_index(session: duckdb.DuckDBPyConnection) -> None:
    judge(session, "before_release", 9)
    judge(session, "after_landing", 9)
    with pytest.raises(GateFailed):
        judge(session, "after_landing", 5)
    index = (lake().docs / "gates" / "index.html").read_text()
    assert index.index("gate_shop__after_landing") < index.index("gate_shop__before_release")
    assert "stopped the build: 1 broken" in index
    page = (lake().docs / "gates" / "gate_shop__after_landing.html").read_text()
    assert "size is small" in page
    assert "3 of 9 rows (33.3 %)" in page


def test_pages_load_nothing_and_show_data_as_text(session: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(GateFailed):
        judge(session, "after_landing", 5)
    for page in (lake().docs / "gates").glob("*.html"):
        text = page.read_text()
        assert not re.search(r"(src|href)=.?(https?:)?//|<script|<b>", text), page.name
        assert not list(page.parent.glob(".*unfinished"))
    page = (lake().docs / "gates" / "gate_shop__after_landing.html").read_text()
    assert "&lt;b&gt;6" in page


def test_docs_that_cannot_be_written_decide_nothing(session: duckdb.DuckDBPyConnection) -> None:
    lake().docs.write_text("a file where the folder belongs")
    judge(session, "after_landing", 9)


def test_a_gate_that_cannot_judge_says_so_on_its_page(session: duckdb.DuckDBPyConnection) -> None:
    declare("shop", "after_landing", [table("things", filled("thing_id"), key=["thing_id"])])
    with pytest.raises(GateFailed):
        pass_gate(session, "shop", "after_landing", {})
    page = (lake().docs / "gates" / "gate_shop__after_landing.html").read_text()
    assert "the check is broken" in page
    assert "does not hand over" in page
