"""Two essays before a judge, in both orders, answered by the offline endpoint in this process."""

from __future__ import annotations

from collections.abc import Iterator
from json import dumps, loads
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from python_models.experiments.pairs import PairVerdict
from python_models.experiments.stages import OUT, write_stage
from python_models.llm.asking.runtime import close_runtime
from python_models.llm.ledger.recording import RECORDER, OnlyEstimated
from python_models.llm.offline.request import RULES, OfflineRequest
from tests.python_models.experiments.test_reuse import calls_made
from tests.python_models.experiments.test_stages import CONCEPTS, PARENT, PLANNED

BETTER = {
    "text_hash": "hp",
    "template_id": "better",
    "text": "Which?\n{{ essay_a | data('A') }}\n{{ essay_b | data('B') }}",
}
RICH = "Both carry what neither can hold without the other. Each is the same in both."
POOR = "The the the the the the the the the the the the the the the the."
ESSAYS = [
    PARENT | {"gen_id": "rich", "parsed": RICH},
    PARENT | {"gen_id": "poor", "parsed": POOR},
    PARENT | {"gen_id": "late", "status": "pending", "parsed": None},
    PARENT | {"gen_id": "bad", "status": "invalid", "error": "no <idea>", "parsed": None},
]


@pytest.fixture(autouse=True)
def no_runtime_left() -> Iterator[None]:
    yield
    close_runtime()


def question(first: str, second: str, **more: Any) -> dict[str, Any]:
    return PLANNED | {
        "gen_id": f"{first}-{second}", "stage": "comparison", "template_id": "better",
        "template_hash": "hp", "parser": "json", "parent_gen_id": first, "second_gen_id": second,
    } | more  # fmt: skip


def judge(
    rows: list[dict[str, Any]],
    essays: list[dict[str, Any]] | None = None,
    before: pa.Table | None = None,
) -> dict[str, dict[str, Any]]:
    connection = duckdb.connect()
    tables = {
        "planned": rows,
        "templates": [BETTER],
        "combos": [{"combo_key": "k", "concepts": CONCEPTS}],
        "parents": essays or ESSAYS,
    }
    refs = {name: connection.from_arrow(pa.Table.from_pylist(of)) for name, of in tables.items()}
    known = None if before is None else connection.from_arrow(before)
    done = write_stage(connection, "comparison", refs, "llm_test", known)
    return {row["gen_id"]: row for row in done.to_arrow_table().to_pylist()}


def winner(row: dict[str, Any]) -> str:
    return PairVerdict.model_validate_json(row["parsed"]).winner


def test_judge_sees_both_texts_in_their_order_and_says_the_same_of_both_orders() -> None:
    done = judge([question("rich", "poor"), question("poor", "rich")])
    first, swapped = done["rich-poor"], done["poor-rich"]
    assert first["prompt"].index(RICH) < first["prompt"].index(POOR)
    assert swapped["prompt"].index(POOR) < swapped["prompt"].index(RICH)
    assert (winner(first), winner(swapped)) == ("A", "B")
    assert first["call_id"] != swapped["call_id"]
    close_runtime()
    assert judge([question("rich", "poor")])["rich-poor"]["parsed"] == first["parsed"]


def test_offline_judge_ties_on_equal_texts_and_a_small_one_leans_to_the_first() -> None:
    essays = [
        PARENT | {"gen_id": one, "parsed": RICH + more} for one, more in (("x", ""), ("y", ""))
    ]
    small = {"provider_model": "sluice-offline-small-1"}
    fair = judge([question("x", "y"), question("y", "x")], essays)
    leaning = judge([question("x", "y", **small), question("y", "x", **small)], essays)
    assert {winner(row) for row in fair.values()} == {"tie"}
    assert {winner(row) for row in leaning.values()} == {"A"}


def test_pair_waits_for_either_essay_and_is_blocked_by_either() -> None:
    rows = [
        question("rich", "late"), question("late", "rich"), question("rich", "bad"),
        question("bad", "rich"), question("rich", "absent"), question("bad", "late"),
        question("late", "bad"),
    ]  # fmt: skip
    done = judge(rows)
    assert {name: row["status"] for name, row in done.items()} == {
        "rich-late": "pending", "late-rich": "pending", "rich-bad": "blocked",
        "bad-rich": "blocked", "rich-absent": "pending", "bad-late": "pending",
        "late-bad": "pending",
    }  # fmt: skip
    assert done["rich-bad"]["error"] == "its parent bad is invalid: no <idea>"
    assert all(row["call_id"] is None for row in done.values())


def test_verdict_of_another_kind_is_invalid_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_ERROR_TOLERANCE", "1")

    def rule(request: OfflineRequest) -> str:
        return dumps({"reason": "Neither.", "winner": "C"})

    monkeypatch.setitem(RULES, "experiments_comparison", rule)
    found = judge([question("rich", "poor")])["rich-poor"]
    assert (found["status"], found["parsed"]) == ("invalid", None)
    assert loads(found["raw"])["winner"] == "C"


def test_nothing_is_asked_twice_and_another_second_text_is_asked() -> None:
    rows = [question("rich", "poor"), question("poor", "rich")]
    first = judge(rows)
    kept = pa.Table.from_pylist(list(first.values()), OUT)
    assert judge(rows, before=kept) == first
    close_runtime()
    assert judge(rows) == first  # from the ledger
    assert calls_made() == 2
    changed = [row | {"parsed": "Rings."} if row["gen_id"] == "poor" else row for row in ESSAYS]
    again = judge(rows[:1], changed, kept.slice(0, 1))
    assert "Rings." in again["rich-poor"]["prompt"]
    assert calls_made() == 3


def test_estimate_counts_pairs_that_wait_as_the_upper_end() -> None:
    recorded: list[Any] = []
    token = RECORDER.set(recorded)
    try:
        with pytest.raises(OnlyEstimated):
            judge([question("rich", "poor"), question("rich", "late"), question("late", "poor")])
    finally:
        RECORDER.reset(token)
    assert (recorded[0].calls, recorded[0].most_calls) == (1, 3)
