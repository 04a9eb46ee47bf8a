"""The three stages over small relations, answered by the offline endpoint in this process."""

from __future__ import annotations

from collections.abc import Iterator
from json import loads
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from python_models.experiments.scores import parse
from python_models.experiments.stages import write_stage
from python_models.llm.asking.runtime import close_runtime
from python_models.llm.ledger.recording import RECORDER, OnlyEstimated
from python_models.llm.offline.request import RULES, OfflineRequest

CONCEPTS = (
    '[{"id": "ant", "name": "Ants", "description": "Ants carry.", "tags": "[]"},'
    ' {"id": "bell", "name": "Bells", "description": "Bells ring.", "tags": "[]"}]'
)
TEMPLATES = [
    {"text_hash": "hd", "template_id": "idea", "text": "{{ concepts[0].name }} in <idea>"},
    {"text_hash": "he", "template_id": "polished", "text": "Polish: {{ draft }}"},
    {"text_hash": "hj", "template_id": "last",
     "text": "Judge {{ essay }} of {{ draft }} from {{ scale_min }} to {{ scale_max }}"},
    {"text_hash": "hb", "template_id": "broken", "text": "{{ draft.colour }}"},
]  # fmt: skip
PLANNED: dict[str, Any] = {
    "template_id": "idea", "template_hash": "hd", "generator": "llm", "parser": None,
    "scale_min": None, "scale_max": None, "min_lines": 0, "model_id": "writer",
    "endpoint": "offline", "provider_model": "m", "parameters": '{"max_tokens": 200}',
    "combo_id": "c", "combo_key": "k", "parent_gen_id": None, "replicate": 1,
    "is_current": True, "is_asked": True,
}  # fmt: skip
PARENT = {"status": "ok", "error": None, "parse_error": None, "parent_gen_id": None}


@pytest.fixture(autouse=True)
def no_runtime_left() -> Iterator[None]:
    yield
    close_runtime()


def run(stage: str, rows: list[dict[str, Any]], **texts: list[dict[str, Any]]) -> dict[str, Any]:
    connection = duckdb.connect()
    planned = [PLANNED | {"stage": stage} | row for row in rows]
    tables = {
        "planned": planned,
        "templates": TEMPLATES,
        "combos": [{"combo_key": "k", "concepts": CONCEPTS}],
    } | texts
    refs = {
        name: connection.from_arrow(pa.Table.from_pylist(rows)) for name, rows in tables.items()
    }
    done = write_stage(connection, stage, refs, "llm_test").to_arrow_table().to_pylist()
    return {row["gen_id"]: row for row in done}


def answer_with(monkeypatch: pytest.MonkeyPatch, stage: str, *texts: str) -> None:
    def rule(request: OfflineRequest) -> str:
        return texts[int(request.parameters.get("replicate", 1)) - 1]

    monkeypatch.setitem(RULES, f"experiments_{stage}", rule)


def essay_of(parent: str, **more: Any) -> dict[str, Any]:
    return {
        "gen_id": f"essay-of-{parent}", "template_id": "polished", "template_hash": "he",
        "parent_gen_id": parent,
    } | more  # fmt: skip


def test_parser_that_finds_nothing_fails_that_row_only_and_raw_text_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer_with(monkeypatch, "draft", "thinking <idea>a link</idea>", "no tag")
    rows = [{"gen_id": f"d{at}", "replicate": at, "parser": "tag:idea"} for at in (1, 2)]
    done = run("draft", rows)
    assert (done["d1"]["status"], done["d1"]["parsed"]) == ("ok", "a link")
    assert done["d1"]["raw"] == "thinking <idea>a link</idea>"
    assert (done["d2"]["status"], done["d2"]["parsed"]) == ("invalid", None)
    assert (done["d2"]["raw"], done["d2"]["parse_error"]) == ("no tag", "there is no <idea>")
    assert done["d1"]["prompt"] == "Ants in <idea>"


def test_text_with_too_few_lines_is_invalid(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, "draft", "one line")
    done = run("draft", [{"gen_id": "d", "min_lines": 3}])
    assert done["d"]["status"] == "invalid"
    assert "at least 3" in done["d"]["error"]


def test_text_that_was_cut_is_truncated_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_with(monkeypatch, "draft", "word " * 500, *["short"] * 10)
    rows = [{"gen_id": f"d{at}", "replicate": at} for at in range(1, 12)]
    rows[0]["parameters"] = '{"max_tokens": 10}'
    done = run("draft", rows)
    assert (done["d1"]["status"], done["d1"]["finish_reason"]) == ("truncated", "length")
    assert done["d1"]["raw"].startswith("word word")
    assert done["d1"]["parsed"] is None
    assert done["d2"]["status"] == "ok"


def test_copy_passes_the_draft_through_without_a_call() -> None:
    parents = [PARENT | {"gen_id": "d", "parsed": "the draft"}]
    done = run("essay", [essay_of("d", generator="copy")], parents=parents)["essay-of-d"]
    assert (done["status"], done["parsed"], done["raw"]) == ("ok", "the draft", "the draft")
    assert (done["call_id"], done["model"], done["prompt"]) == (None, None, None)


def test_child_of_a_text_that_is_not_usable_is_blocked_with_the_reason() -> None:
    parents = [
        PARENT | {"gen_id": "bad", "status": "invalid", "error": "no <idea>", "parsed": None},
        PARENT | {"gen_id": "late", "status": "pending", "parsed": None},
        PARENT | {"gen_id": "stuck", "status": "blocked", "error": "x", "parsed": None},
        PARENT | {"gen_id": "good", "parsed": "a draft"},
    ]
    rows = [essay_of(one) for one in ("bad", "late", "stuck", "good", "absent")]
    done = run("essay", rows, parents=parents)
    states = {name.removeprefix("essay-of-"): row["status"] for name, row in done.items()}
    assert states == {
        "bad": "blocked", "late": "pending", "stuck": "blocked", "good": "ok", "absent": "pending",
    }  # fmt: skip
    assert done["essay-of-bad"]["error"] == "its parent bad is invalid: no <idea>"
    assert done["essay-of-late"]["error"] == "waits for late"


def test_prompt_that_cannot_be_written_fails_its_row_and_names_the_template() -> None:
    parents = [PARENT | {"gen_id": "d", "parsed": "a draft"}]
    rows = [essay_of("d"), essay_of("d", gen_id="x", template_id="broken", template_hash="hb")]
    done = run("essay", rows, parents=parents)
    assert done["essay-of-d"]["status"] == "ok"
    assert done["x"]["status"] == "failed"
    assert "template broken" in done["x"]["error"]


def test_judge_sees_essay_draft_and_scale() -> None:
    parents = [PARENT | {"gen_id": "e", "parsed": "the essay", "parent_gen_id": "d"}]
    drafts = [PARENT | {"gen_id": "d", "parsed": "the draft"}]
    row = {
        "gen_id": "v", "template_id": "last", "template_hash": "hj", "parent_gen_id": "e",
        "scale_min": 0.0, "scale_max": 7.5,
    }  # fmt: skip
    done = run("evaluation", [row], parents=parents, drafts=drafts)["v"]
    assert done["prompt"] == "Judge the essay of the draft from 0 to 7.5"
    assert done["status"] == "ok"


def test_offline_drafts_differ_by_model_replicate_and_template_and_are_repeatable() -> None:
    def drafts() -> list[str]:
        rows = [
            {"gen_id": "a"},
            {"gen_id": "b", "provider_model": "sluice-offline-small-1"},
            {"gen_id": "c", "replicate": 2},
        ]
        return [row["raw"] for row in run("draft", rows).values()]

    first = drafts()
    assert first == drafts()
    messages, data = [{"role": "user", "content": "x"}], {"Ants": "One. Two."}
    said = {
        RULES["experiments_draft"](
            OfflineRequest("experiments_draft", messages, data, None, {"model": model})
        )
        for model in "pqrstuvw"
    }
    assert len(said) > 1


def test_estimate_counts_what_waits_for_drafts_as_the_upper_end() -> None:
    recorded: list[Any] = []
    token = RECORDER.set(recorded)
    parents = [PARENT | {"gen_id": "d1", "parsed": "a draft of some length"}]
    rows = [
        essay_of("d1"),
        *(essay_of(f"late{at}") for at in range(4)),
        essay_of("late9", generator="copy"),
    ]
    try:
        with pytest.raises(OnlyEstimated):
            run("essay", rows, parents=parents)
    finally:
        RECORDER.reset(token)
    assert (recorded[0].calls, recorded[0].most_calls) == (1, 5)


ESSAY = {"gen_id": "e1", "parsed": "An essay.", "parent_gen_id": None}
TYPED = {"template_id": "last", "template_hash": "hj", "parent_gen_id": "e1", "parser": "json",
         "scale_min": 0.0, "scale_max": 10.0}  # fmt: skip


def answer_in_turn(monkeypatch: pytest.MonkeyPatch, *texts: str) -> None:
    """Answer a question, and then what is asked again about that answer."""

    def rule(request: OfflineRequest) -> str:
        return texts[sum(one["role"] == "assistant" for one in request.messages)]

    monkeypatch.setitem(RULES, "experiments_evaluation", rule)


def judged(*rows: dict[str, Any]) -> dict[str, Any]:
    return run("evaluation", list(rows), parents=[PARENT | ESSAY])


def test_judge_of_a_typed_template_answers_with_reason_and_score() -> None:
    found = judged(TYPED | {"gen_id": "v1"})["v1"]
    assert found["status"] == "ok"
    verdict = loads(found["parsed"])
    assert list(verdict) == ["reason", "score"]
    assert 0 <= verdict["score"] <= 10
    assert parse(found["parsed"], "json").score == verdict["score"]


def test_verdict_that_does_not_fit_is_asked_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_in_turn(monkeypatch, "Score: 7", '{"reason": "It links both.", "score": 7}')
    found = judged(TYPED | {"gen_id": "v2"})["v2"]
    assert found["status"] == "repaired"
    assert loads(found["parsed"]) == {"reason": "It links both.", "score": 7.0}


def test_verdict_that_never_fits_is_invalid_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_ERROR_TOLERANCE", "1")
    answer_in_turn(monkeypatch, *['{"reason": "Beyond.", "score": 12}'] * 2)
    found = judged(TYPED | {"gen_id": "v3"})["v3"]
    assert found["status"] == "invalid"
    assert "less than or equal to 10" in found["error"]
    assert "12" in found["raw"]
    assert found["parsed"] is None


def test_typed_and_free_judges_of_one_stage_are_asked_each_in_its_way() -> None:
    free = TYPED | {"gen_id": "free", "parser": "in_last_line"}
    alone = judged(free)["free"]
    close_runtime()
    wide = TYPED | {"gen_id": "wide", "scale_max": 100.0}
    both = judged(free, TYPED | {"gen_id": "typed"}, wide)
    assert both["free"]["call_id"] == alone["call_id"]  # what was paid for stays paid for
    assert both["free"]["parsed"] == alone["parsed"]
    assert len({one["call_id"] for one in both.values()}) == 3
    assert loads(both["wide"]["parsed"])["score"] > 10
