"""Generations stand as the last build left them until something they come from changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion.lakehouse.lake import lake
from python_models.experiments.stages import OUT, write_stage
from python_models.llm.asking.runtime import close_runtime
from python_models.llm.ledger.forget import forget
from python_models.llm.ledger.recording import RECORDER, OnlyEstimated
from python_models.llm.offline.request import RULES, OfflineRequest
from python_models.release.reuse import HASH
from tests.python_models.experiments.test_stages import (
    CONCEPTS,
    PARENT,
    PLANNED,
    TEMPLATES,
    essay_of,
)

DRAFTS = [PARENT | {"gen_id": f"d{at}", "parsed": f"draft {at}"} for at in range(4)]
ESSAYS = [essay_of(draft["gen_id"]) for draft in DRAFTS]


@pytest.fixture(autouse=True)
def no_runtime_left() -> Iterator[None]:
    yield
    close_runtime()


def build(
    rows: list[dict[str, Any]], parents: list[dict[str, Any]], before: pa.Table | None = None
) -> dict[str, dict[str, Any]]:
    """Write the essays of a build; return them by id."""
    connection = duckdb.connect()
    tables = {
        "planned": [PLANNED | {"stage": "essay"} | row for row in rows],
        "templates": TEMPLATES,
        "combos": [{"combo_key": "k", "concepts": CONCEPTS}],
        "parents": parents,
    }
    refs = {
        name: connection.from_arrow(pa.Table.from_pylist(rows)) for name, rows in tables.items()
    }
    known = None if before is None else connection.from_arrow(before)
    done = write_stage(connection, "essay", refs, "llm_test", known).to_arrow_table().to_pylist()
    assert len(done) == len(rows)
    return {row["gen_id"]: row for row in done}


def table(rows: dict[str, dict[str, Any]], **planted: Any) -> pa.Table:
    """Return a build's rows as the next one finds them."""
    return pa.Table.from_pylist([row | planted for row in rows.values()], OUT)


def step_runs() -> list[dict[str, Any]]:
    with sqlite3.connect(lake().journal_db) as journal:
        journal.row_factory = sqlite3.Row
        return [dict(row) for row in journal.execute("select * from llm_step_runs")]


def calls_made() -> int:
    return sum(row["calls"] for row in step_runs())


def test_nothing_changed_is_nothing_gone_through() -> None:
    first = build(ESSAYS, DRAFTS)
    again = build(ESSAYS[::-1], DRAFTS[::-1], table(first, prompt="as it stood"))
    assert {row["prompt"] for row in again.values()} == {"as it stood"}
    assert {name: row | {"prompt": None} for name, row in again.items()} == {
        name: row | {"prompt": None} for name, row in first.items()
    }
    assert calls_made() == 4


def test_what_stands_is_counted_as_what_the_ledger_gives_is() -> None:
    rows = [*ESSAYS, essay_of("d0", gen_id="the same question")]
    first = build(rows, DRAFTS)
    build(rows, DRAFTS)
    build(rows, DRAFTS, table(first))
    asked, found, stood = step_runs()
    changing = ("step_run_id", "seconds", "started_at", "is_folded", "fold_id")
    assert {k: v for k, v in stood.items() if k not in changing} == {
        k: v for k, v in found.items() if k not in changing
    }
    assert (asked["calls"], stood["calls"], stood["cached_calls"], stood["rows"]) == (4, 0, 4, 5)


@pytest.mark.parametrize(
    "change",
    [
        {"template_hash": "hd"},
        {"parser": "tag:idea"},
        {"min_lines": 1},
        {"generator": "copy"},
        {"provider_model": "other"},
        {"parameters": '{"max_tokens": 300}'},
        {"combo_key": "k"},
        {"replicate": 2},
        {"endpoint": "default"},
    ],
)
def test_a_row_that_differs_in_what_it_comes_from_is_gone_through_again(change: dict) -> None:
    first = build(ESSAYS, DRAFTS)
    rows = [ESSAYS[0] | change, *ESSAYS[1:]]
    again = build(rows, DRAFTS, table(first, prompt="as it stood"))
    untouched = PLANNED["combo_key"] == change.get("combo_key")
    assert (again[ESSAYS[0]["gen_id"]]["prompt"] == "as it stood") is untouched
    assert {again[row["gen_id"]]["prompt"] for row in ESSAYS[1:]} == {"as it stood"}
    expected = build(rows, DRAFTS)
    assert again[ESSAYS[0]["gen_id"]]["parsed"] == expected[ESSAYS[0]["gen_id"]]["parsed"]


@pytest.mark.parametrize(
    ("parent", "status"),
    [
        ({"parsed": "another draft"}, "ok"),
        ({"status": "invalid", "parsed": None, "error": "x"}, "blocked"),
        ({"status": "pending", "parsed": None}, "pending"),
    ],
)
def test_a_row_follows_its_parents_text(parent: dict, status: str) -> None:
    first = build(ESSAYS, DRAFTS)
    again = build(ESSAYS, [DRAFTS[0] | parent, *DRAFTS[1:]], table(first))
    assert again["essay-of-d0"]["status"] == status
    assert again["essay-of-d0"]["prompt"] != first["essay-of-d0"]["prompt"]
    assert again["essay-of-d1"] == first["essay-of-d1"]


def test_one_new_question_among_answered_ones_is_one_call() -> None:
    first = build(ESSAYS, DRAFTS)
    parents = [*DRAFTS, PARENT | {"gen_id": "new", "parsed": "a new draft"}]
    again = build([*ESSAYS, essay_of("new")], parents, table(first))
    assert calls_made() == 5
    assert again["essay-of-new"]["status"] == "ok"
    assert again["essay-of-d2"] == first["essay-of-d2"]


def test_a_forgotten_answer_is_asked_again() -> None:
    first = build(ESSAYS, DRAFTS)
    assert forget(lake().journal_db, [first["essay-of-d1"]["call_id"]]) == 1
    again = build(ESSAYS, DRAFTS, table(first))
    assert calls_made() == 5
    assert again["essay-of-d1"]["status"] == "ok"
    assert again["essay-of-d1"]["asked_at"] > first["essay-of-d1"]["asked_at"]


def test_an_answer_that_was_asked_again_meanwhile_is_the_one_shown() -> None:
    """A build that failed after it had asked leaves its table as it was."""
    first = build(ESSAYS, DRAFTS)
    forget(lake().journal_db, [first["essay-of-d1"]["call_id"]])
    meanwhile = build(ESSAYS, DRAFTS)
    again = build(ESSAYS, DRAFTS, table(first, prompt="as it stood"))
    assert again["essay-of-d1"] == meanwhile["essay-of-d1"]
    assert again["essay-of-d0"]["prompt"] == "as it stood"


def test_what_ended_badly_never_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULES, "experiments_essay", lambda request: "one line")
    rows = [*ESSAYS * 5][:1]
    monkeypatch.setenv("LLM_ERROR_TOLERANCE", "1")
    first = build([rows[0] | {"min_lines": 2}], DRAFTS)
    assert first["essay-of-d0"]["status"] == "invalid"
    again = build([rows[0] | {"min_lines": 2}], DRAFTS, table(first, prompt="as it stood"))
    assert again["essay-of-d0"]["prompt"] == first["essay-of-d0"]["prompt"]
    assert calls_made() == 1


def test_a_share_of_bad_answers_is_one_of_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """One bad answer among ten that stand is a tenth of eleven, not the whole of one."""

    def rule(request: OfflineRequest) -> str:
        return "" if "bad" in str(request.messages) else "fine"

    monkeypatch.setitem(RULES, "experiments_essay", rule)
    drafts = [PARENT | {"gen_id": f"d{at}", "parsed": f"draft {at}"} for at in range(10)]
    rows = [essay_of(draft["gen_id"]) for draft in drafts]
    first = build(rows, drafts)
    bad = PARENT | {"gen_id": "bad", "parsed": "bad"}
    again = build([*rows, essay_of("bad")], [*drafts, bad], table(first))
    assert again["essay-of-bad"]["status"] not in ("ok", "repaired")


def test_an_estimate_counts_what_stands_too() -> None:
    first = build(ESSAYS, DRAFTS)
    token = RECORDER.set([])
    try:
        with pytest.raises(OnlyEstimated):
            build(ESSAYS, DRAFTS, table(first))
        (found,) = RECORDER.get()
    finally:
        RECORDER.reset(token)
    assert (found.rows, found.calls, found.cached_calls) == (4, 0, 4)


def test_every_row_says_what_it_comes_from() -> None:
    found = build([*ESSAYS, essay_of("d0", gen_id="copied", generator="copy")], DRAFTS)
    assert all(row[HASH] for row in found.values())
    assert len({row[HASH] for row in found.values()}) == 5


@pytest.mark.parametrize(
    "name", ["drafts_written", "essays_written", "evaluations_judged"], ids=lambda name: name
)
def test_a_model_can_be_estimated_where_nothing_was_built(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands in for dbt has all that the models of the three stages ask of it."""
    from importlib.util import module_from_spec, spec_from_file_location

    from ingestion.lakehouse.settings import PROJECT_ROOT
    from python_models.runs.estimate import Refs

    folder = PROJECT_ROOT / "python_models/models/experiments"
    spec = spec_from_file_location(name, folder / f"llm_experiments__{name}.py")
    model = module_from_spec(spec)
    spec.loader.exec_module(model)
    given: dict = {}

    def write_stage(session: object, stage: str, refs: dict, node: str, before: object) -> None:
        given.update(stage=stage, refs=refs, before=before)

    monkeypatch.setattr(model, "write_stage", write_stage)
    connection = duckdb.connect()
    connection.execute("create table built as select 1 as a")

    class Known(dict):
        def __missing__(self, key: str) -> str:
            return "built"

    model.model(Refs(connection, Known()), connection)
    assert given["before"] is None
    assert name.startswith(given["stage"])
    assert {"planned", "templates", "combos"} <= set(given["refs"])
