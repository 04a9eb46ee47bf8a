"""What is shown of a build: one line a phase, none wider than a terminal."""

from __future__ import annotations

import pytest

from ingestion.lakehouse import journal
from python_models.llm.ledger.journal_schema import DDL, STEP_RUN_COLUMNS
from python_models.runs.phase_lines import WIDTH, PhaseLines


def node(name: str, *folders: str) -> dict:
    unique_id = f"model.sluice.{name}"
    fqn = ["sluice", *folders, name]
    return {"unique_id": unique_id, "name": name, "resource_type": "model", "fqn": fqn}


NODES = [
    node("gate_shop__after_landing", "shop"),
    node("stg_shop__orders", "shop", "staging"),
    node("stg_shop__goods", "shop", "staging"),
    node("gate_shop__after_staging", "shop"),
    node("orders", "shop", "marts"),
    node("gate_shop__before_release", "shop"),
    node("release_shop__published", "shop"),
]


@pytest.fixture
def lines() -> PhaseLines:
    graph = {one["unique_id"]: one for one in NODES}
    return PhaseLines("i-1", graph, graph)


def end(lines: PhaseLines, *names: str, status: str = "success", note: str | None = None) -> None:
    for one in NODES:
        if one["name"] in names:
            lines.started(one)
            lines.ended(one, status, note)


def test_a_phase_is_told_when_all_of_it_is_over(
    lines: PhaseLines, capsys: pytest.CaptureFixture[str]
) -> None:
    end(lines, "gate_shop__after_landing", "stg_shop__orders", "stg_shop__goods")
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[:4] for line in said] == [["shop", "landing", "gate", "passed"]]
    end(lines, "gate_shop__after_staging", "orders", "gate_shop__before_release")
    end(lines, "release_shop__published")
    lines.finished()
    said = capsys.readouterr().out.splitlines()
    assert [" ".join(line.split()[:-2]) for line in said] == [
        "shop staging 2 models, gate passed",
        "shop marts 1 model, gate passed",
        "shop release published",
    ]
    assert all(len(line) <= WIDTH for line in said)


def test_what_failed_is_named_and_what_was_not_reached_is_counted(
    lines: PhaseLines, capsys: pytest.CaptureFixture[str]
) -> None:
    end(lines, "gate_shop__after_landing")
    end(lines, "stg_shop__orders", status="error")
    lines.finished()
    said = capsys.readouterr().out
    assert "staging        FAILED: stg_shop__orders" in said
    assert "marts" not in said


def test_a_release_that_is_held_back_says_so(
    lines: PhaseLines, capsys: pytest.CaptureFixture[str]
) -> None:
    end(lines, "release_shop__published", note="not published: 3 rows are pending")
    assert "release        held back" in capsys.readouterr().out


def test_what_a_phase_says_is_never_cut_however_long(capsys: pytest.CaptureFixture[str]) -> None:
    model = node("llm_shop__" + "long_" * 8 + "name", "environmental_readings", "llm")
    graph = {model["unique_id"]: model}
    lines = PhaseLines("i-1", graph, graph)
    lines.started(model)
    lines.ended(model, "error", None)
    said = capsys.readouterr().out
    assert "environmental_readings LLM steps" in said
    assert model["name"] in said


def test_calls_of_a_phase_and_its_gate_fit_beside_each_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    step = node("llm_shop__judged", "shop", "llm")
    gate = node("gate_shop__after_llm", "shop")
    graph = {one["unique_id"]: one for one in (step, gate)}
    counted = {"calls": 1_234_567, "cached_calls": 1_234_567, "cost_usd": 1234.5}
    with journal.journal() as connection:
        for statement in DDL:
            connection.execute(statement)
    known = dict.fromkeys(STEP_RUN_COLUMNS) | {"invocation_id": "i-1", "node": step["name"]}
    journal.put("llm_step_runs", [known | counted])
    lines = PhaseLines("i-1", graph, graph)
    for one in (step, gate):
        lines.started(one)
        lines.ended(one, "success", None)
    said = capsys.readouterr().out.splitlines()
    assert all(len(line) <= WIDTH for line in said)
    first, second = said
    assert f"{first[:-10].split('steps')[1].strip()} {second.strip()}" == (
        "1,234,567 calls, 1,234,567 cached, $1234.5000, gate passed"
    )
