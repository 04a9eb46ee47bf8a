"""Whatever an outcome comes from: where it changed, the row is gone through again."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from ingestion.lakehouse.lake import lake
from python_models.llm import Step
from python_models.llm.features import settled
from python_models.llm.ledger.forget import forget
from python_models.llm.ledger.recording import RECORDER, OnlyEstimated
from python_models.llm.prompting.prompts import load_prompt
from tests.python_models.llm.settling import (
    ROWS,
    SAID,
    StricterVerdict,
    call_of,
    in_journal,
    nor_the_fourth,
    not_the_third,
    run,
)
from tests.python_models.llm.steps import (
    GROUPED,
    PROMPTS,
    SINGLE,
    TOLERANT,
    machines,
)

CHANGES = {
    "corrected": ("update llm_calls set raw_answer = ? where call_id = ?", SAID),
    "refused": ("update llm_calls set status = 'refused', refusal = ? where call_id = ?", "No."),
    "priced anew": ("update llm_calls set cost_usd = ? where call_id = ?", 3.5),
    "of another model": ("update llm_calls set model = ? where call_id = ?", "m"),
    "from another time": ("update llm_calls set asked_at = ? where call_id = ?", 1.0),
}

pytestmark = pytest.mark.usefixtures("few")


@pytest.mark.parametrize("step", [SINGLE, GROUPED], ids=["single", "many rows"])
@pytest.mark.parametrize("change", CHANGES)
def test_an_entry_of_the_ledger_that_was_changed_is_seen(step, change, server, whole) -> None:
    step, (statement, value) = replace(step, error_tolerance=1.0), CHANGES[change]
    first = run(machines(ROWS), step)
    in_journal(statement, value, call_of(first, 7))
    result = run(machines(ROWS), step)
    assert not result.equals(first)
    assert result.equals(whole(machines(ROWS), step))


@pytest.mark.parametrize("step", [SINGLE, GROUPED], ids=["single", "many rows"])
def test_an_answer_that_was_forgotten_or_deleted_is_asked_again(step, server) -> None:
    first = run(machines(ROWS), step)
    before = server.counters()["requests"]
    forget(lake().journal_db, [call_of(first, 7)])
    run(machines(ROWS), step)
    assert server.counters()["requests"] == before + 1
    again = run(machines(ROWS), step)
    for table in ("llm_calls", "llm_attempts"):
        in_journal(f"delete from {table} where call_id = ?", call_of(again, 7))
    in_journal("delete from llm_items where call_id = ?", call_of(again, 7))
    run(machines(ROWS), step)
    assert server.counters()["requests"] == before + 2


def test_a_journal_whose_rows_moved_gives_the_same(server, whole) -> None:
    first = run(machines(ROWS))
    in_journal("create table moved as select * from llm_calls order by call_id")
    in_journal("delete from llm_calls")
    in_journal("insert into llm_calls select * from moved")
    assert run(machines(ROWS)).equals(first)


def another_type(monkeypatch) -> Step:
    """Return the step with another type."""
    return replace(SINGLE, answer=StricterVerdict, error_tolerance=1.0)


def another_check(monkeypatch) -> Step:
    """Return the step with another check."""
    return replace(TOLERANT, check=nor_the_fourth)


def another_code(monkeypatch) -> Step:
    """Return the same step of other code."""
    monkeypatch.setattr(settled, "code_hash", lambda product: "other")
    return replace(TOLERANT, check=not_the_third)


@pytest.mark.parametrize("change", [another_type, another_check, another_code])
def test_another_parser_goes_through_all_rows_and_asks_nothing(
    change, server, gone_through, whole, monkeypatch
) -> None:
    first = run(machines(ROWS), replace(TOLERANT, check=not_the_third))
    step = change(monkeypatch)
    before = server.counters()["requests"]
    result = run(machines(ROWS), step)
    assert gone_through == [ROWS, ROWS]
    assert result.equals(whole(machines(ROWS), step))
    if change is not another_type:  # its schema is part of the question
        assert server.counters()["requests"] == before
    assert result.equals(first) == (change is another_code)


@pytest.mark.parametrize("chosen", ["'said.jinja'", "kind ~ '.jinja'"])
def test_another_prompt_asks_even_where_it_includes_what_changed(
    chosen, server, tmp_path, gone_through
) -> None:
    def write(said: str) -> Step:
        folder = tmp_path / "prompts"
        folder.mkdir(exist_ok=True)
        (folder / "said.jinja").write_text(said)
        prompt = (PROMPTS / "verdict.jinja").read_text()
        included = prompt.replace("Judge this", "{% include " + chosen + " %} Judge this")
        path = folder / "verdict.jinja"
        path.write_text(included)
        os.utime(path, ns=(0, time.monotonic_ns()))
        return replace(SINGLE, template=path)

    table = machines(ROWS, kind=["said"] * ROWS)
    run(table, write("Be brief."))
    load_prompt.__globals__["_read"].cache_clear()
    run(table, write("Be long."))
    assert server.counters()["requests"] == 2 * ROWS
    assert gone_through == [ROWS, ROWS]


def test_another_model_endpoint_or_type_of_a_column_is_another_step(
    server, setting, gone_through
) -> None:
    run(machines(ROWS))
    run(machines(ROWS), replace(SINGLE, model="other-1"))
    large = machines(ROWS).cast(pa.schema([("machine", pa.string()), ("note", pa.large_string())]))
    run(large)
    setting(LLM_ENDPOINT_NAME="another-server")
    run(machines(ROWS))
    assert gone_through == [ROWS] * 4


def test_a_check_nobody_can_look_into_is_asked_of_all_rows(server, gone_through) -> None:
    for refused in ("m-00001", "m-00002"):

        def check(answer: Any, row: Any, name: str = refused) -> None:
            if row["machine"] == name:
                raise ValueError("refused")

        result = run(machines(ROWS), replace(TOLERANT, check=check))
        bad = result.filter(pa.compute.equal(result["status"], "invalid"))
        assert bad["machine"].to_pylist() == [refused]
    assert gone_through == [ROWS, ROWS]


def test_what_is_pending_or_failed_is_asked_by_the_next_run(server, setting, gone_through) -> None:
    setting(LLM_BUDGET_USD=0)
    assert set(run(machines(ROWS))["status"].to_pylist()) == {"pending"}
    setting(LLM_BUDGET_USD="")
    server.show(rates={"invalid_json": 0.2}, seed=3)
    result = run(machines(ROWS), TOLERANT)
    server.show()
    bad = result["status"].to_pylist().count("invalid")
    run(machines(ROWS), TOLERANT)
    assert gone_through == [ROWS, ROWS, bad]


def test_rows_nobody_asks_for_stay_pending_beside_those_that_stand(server, gone_through) -> None:
    run(machines(ROWS // 2))
    result = run(machines(ROWS), wanted={3, ROWS - 1})
    expected = ["ok"] * (ROWS // 2) + ["pending"] * (ROWS // 2 - 1) + ["ok"]
    assert result["status"].to_pylist() == expected
    assert server.counters()["requests"] == ROWS // 2 + 1


def test_what_stood_counts_as_saved_and_among_what_is_tolerated(
    server, setting, journal, whole
) -> None:
    setting(LLM_PRICE_INPUT_USD_PER_MILLION=1, LLM_PRICE_OUTPUT_USD_PER_MILLION=1)
    setting(LLM_BUDGET_USD=10)
    for _ in range(2):
        run(machines(ROWS), GROUPED)
    whole(machines(ROWS), GROUPED)
    names = "rows, rows_ok, rows_bad, rows_pending, calls, cached_calls, saved_tokens, status"
    first, stood, gone_through = journal(
        f"select {names}, saved_usd from llm_step_runs order by started_at"
    )
    assert stood.pop("saved_usd") == pytest.approx(gone_through.pop("saved_usd"))
    assert stood == gone_through
    assert (first["calls"], stood["cached_calls"], stood["rows_ok"]) == (4, 4, ROWS)


def test_an_estimate_and_a_full_refresh_go_through_all_rows(
    server, gone_through, monkeypatch
) -> None:
    first = run(machines(ROWS))
    token = RECORDER.set([])
    try:
        with pytest.raises(OnlyEstimated):
            run(machines(ROWS))
    finally:
        RECORDER.reset(token)
    flags = SimpleNamespace(get_flags=lambda: SimpleNamespace(FULL_REFRESH=True))
    monkeypatch.setitem(sys.modules, "dbt.flags", flags)
    assert run(machines(ROWS)).equals(first)
    assert gone_through == [ROWS] * 3


def test_a_damaged_file_is_made_again_and_unused_ones_go(server, gone_through) -> None:
    first = run(machines(ROWS))
    (path,) = lake().settled.iterdir()
    path.write_bytes(path.read_bytes()[:100])
    unused = lake().settled / "unused.arrow"
    unused.touch()
    os.utime(unused, (0, 0))
    assert run(machines(ROWS)).equals(first)
    assert run(machines(ROWS)).equals(first)
    assert gone_through == [ROWS, ROWS, 0]
    assert list(lake().settled.iterdir()) == [path]


def test_a_few_rows_leave_nothing_of_the_many_before_them(server, monkeypatch) -> None:
    run(machines(ROWS))
    monkeypatch.setattr(settled, "FEW", ROWS)
    run(machines(ROWS - 1))
    assert not list(lake().settled.iterdir())
