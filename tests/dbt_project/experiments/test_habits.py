"""How a study is run in parts: nothing by surprise, only what is missing, only what failed."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.experiments.conftest import MORE, PAIRS, RETOLD, Bench, rows_of
from tests.python_models.experiments.studies import write_study

pytestmark = pytest.mark.long
CALLS = {
    "experiments_draft": 9, "experiments_essay": 6, "experiments_evaluation": 12,
    "experiments_comparison": 12,
}  # fmt: skip


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A lake with one landed study and nothing built."""
    bench = Bench(tmp_path)
    bench.land(write_study(bench.sources / "small", **MORE, **PAIRS))
    return bench


def estimate(bench: Bench) -> dict[str, tuple[int, int]]:
    """Return (calls that are sure, most calls) by step, as `make estimate` states them."""
    command = (sys.executable, "-m", "python_models.runs.estimate")
    done = bench.run(*command, "--domain", "experiments", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    listed = json.loads(done.stdout.strip().splitlines()[-1])
    return {one["step"]: (one["calls"], one["most_calls"]) for one in listed}


def test_dry_run_states_calls_before_anything_is_asked_and_is_exact_where_it_can_be(
    bench: Bench,
) -> None:
    before = estimate(bench)
    assert before == {
        "experiments_draft": (9, 9),
        "experiments_essay": (0, 9),
        "experiments_evaluation": (0, 18),
        "experiments_comparison": (0, 18),
    }
    first = bench.build()
    assert first.calls == CALLS
    assert all(low <= CALLS[step] <= most for step, (low, most) in before.items())
    assert set(estimate(bench).values()) == {(0, 0)}
    again = bench.build()
    assert again.attempts == first.attempts
    assert again.generations == first.generations


def test_parts_of_a_study_run_one_by_one_and_release_when_whole(bench: Bench) -> None:
    nothing = bench.build(LLM_BUDGET_USD="0")
    assert (nothing.code, nothing.attempts, nothing.released) == (0, 0, 0)
    assert "LLM_BUDGET_USD=0" in nothing.of("draft", "pending")[0]["error"]
    template = bench.build(choice={"stage": "draft", "template": "idea,broken"})
    assert (template.calls, template.released) == ({"experiments_draft": 6}, 0)
    one = template.of("draft", "pending")[0]["gen_id"]
    single = bench.build(choice={"gen": one})
    assert (single.calls, single.generations[one]["status"]) == ({"experiments_draft": 7}, "ok")
    model = bench.build(choice={"model": "writer"})
    assert model.calls == {"experiments_draft": 9, "experiments_essay": 6}
    assert model.released == 0
    whole = bench.build()
    assert whole.calls == CALLS
    assert whole.released == len(whole.generations)


def test_only_failed_asks_again_what_ended_badly_and_nothing_else(bench: Bench) -> None:
    first = bench.build()
    command = (sys.executable, "-m", "python_models.experiments.ask_failed")
    done = bench.run(*command)
    again = bench.state(done)
    assert done.returncode == 0, done.stdout + done.stderr
    assert again.attempts == first.attempts + 3  # the three drafts without their tag
    with sqlite3.connect(bench.lake / "journal.db") as journal:
        twice = journal.execute(
            "select call_id from llm_attempts group by call_id having count(*) > 1"
        ).fetchall()
    bad = {row["call_id"] for row in first.of("draft", "invalid")}
    assert {call_id for (call_id,) in twice} == bad


def test_superseded_version_that_was_never_run_is_neither_asked_nor_waited_for(
    bench: Bench,
) -> None:
    bench.land(write_study(bench.sources / "small", **MORE, **PAIRS, **RETOLD))
    state = bench.build()
    assert len(state.cohorts) == 2
    assert state.calls == CALLS
    assert state.released == len(state.generations) == 45
    old = next(row["cohort_id"] for row in state.cohorts if not row["is_current"])
    chosen = bench.build(choice={"cohort": old})
    assert chosen.members(old) <= set(chosen.generations)
    assert not any(row["status"] == "pending" for row in chosen.generations.values())


def test_judges_of_a_typed_template_give_scores_and_are_not_asked_twice(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    text = 'How new is it?\n{{ essay | data("essay") }}\nGive your reason, then a score.\n'
    typed = {
        "templates/evaluation.csv": "template_id,scale_min,scale_max\nnew,1,5\n",
        "templates/evaluation/new.jinja": text,
        "templates/evaluation/last.jinja": None,
    }
    bench.land(write_study(bench.sources / "small", **typed))
    first = bench.build()
    assert first.code == 0, first.said
    with duckdb.connect(str(bench.lake / "build.duckdb"), read_only=True) as built:
        scores = rows_of(built, "scores")
    assert len(scores) == len(first.of("evaluation")) > 0
    assert {one["status"] for one in scores} == {"ok"}
    verdicts = {key: json.loads(one["parsed"]) for key, one in first.generations.items()
                if one["stage"] == "evaluation"}  # fmt: skip
    assert {one["gen_id"]: one["score"] for one in scores} == {
        key: verdict["score"] for key, verdict in verdicts.items()
    }
    assert all(1 <= one["score"] <= 5 for one in scores)
    assert all(verdict["reason"] for verdict in verdicts.values())
    assert bench.build().attempts == first.attempts
