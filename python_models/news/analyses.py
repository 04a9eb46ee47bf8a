"""What became of the texts: checked, mended once, printed or left out with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from python_models.llm.step import GOOD
from python_models.news.checks.analysis import analysis_faults
from python_models.news.checks.evidence import Fault, Sentence, folded, joined
from python_models.news.checks.names import Known
from python_models.news.evidence import as_evidence, by_story
from python_models.news.scores import CALL

Row = Mapping[str, Any]
CHECKED = pa.schema(
    [
        ("story_id", pa.string()),
        ("attempt", pa.int64()),  # 1 as first written, 2 mended
        ("text", pa.string()),
        ("characters", pa.int64()),
        ("sentences", pa.string()),  # list of {text, passages}
        ("faults", pa.string()),  # list of {check, detail, sentence_no}
        ("is_usable", pa.bool_()),  # there is an answer
        ("passed", pa.bool_()),
        *CALL,
    ]
)
ANALYSES = pa.schema(
    [
        ("run_id", pa.string()),
        *[(field.name, field.type) for field in CHECKED if field.name != "is_usable"],
        ("attempts", pa.int64()),
        ("dropped_because", pa.string()),
    ]
)
SENTENCES = pa.schema(
    [
        ("run_id", pa.string()),
        ("story_id", pa.string()),
        ("n", pa.int64()),  # from 1
        ("sentence", pa.string()),
        ("passages", pa.string()),  # list of passage ids
    ]
)


def checked_of(
    written: Iterable[Row], evidence: Iterable[Row], language: str, known: Known, attempt: int
) -> pa.Table:
    """Return the texts of a step with what is wrong with each."""
    shown = by_story(evidence)
    rows = [
        _checked(row, shown[row["story_id"]], language, known) | {"attempt": attempt}
        for row in written
    ]
    return pa.Table.from_pylist(rows, CHECKED)


def _checked(row: Row, shown: Sequence[Row], language: str, known: Known) -> dict[str, Any]:
    said = {field.name: row.get(field.name) for field in CHECKED if field.name in row}
    is_usable = row["status"] in GOOD
    sentences = sentences_of(row["sentences"]) if is_usable else []
    faults = analysis_faults(sentences, as_evidence(shown), language, known) if is_usable else []
    text = joined(sentences)
    return said | {
        "text": text if is_usable else None,
        "characters": len(text) if is_usable else None,
        "sentences": json.dumps(
            [{"text": one.text, "passages": list(one.passages)} for one in sentences],
            ensure_ascii=False,
        ),
        "faults": faults_text(faults),
        "is_usable": is_usable,
        "passed": is_usable and not faults,
    }


def sentences_of(given: Any) -> list[Sentence]:
    """Return sentences, given as a list of {text, passages} or as its JSON text."""
    listed = json.loads(given) if isinstance(given, str) else given
    return [Sentence(folded(one["text"]), tuple(one["passages"])) for one in listed or ()]


def faults_text(faults: Iterable[Fault]) -> str:
    """Return faults as a JSON list."""
    return json.dumps([asdict(fault) for fault in faults], ensure_ascii=False)


def analyses_of(run_id: str | None, first: Iterable[Row], mended: Iterable[Row]) -> pa.Table:
    """Return one row for each story that was written about: its last text, and what all cost."""
    again = {row["story_id"]: row for row in mended}
    rows = []
    for row in first:
        second = again.get(row["story_id"])
        last = second if second is not None else row
        costs = {
            name: sum(one[name] or 0 for one in (row, second) if one is not None)
            for name in ("prompt_tokens", "completion_tokens", "cost_usd")
        }
        rows.append(
            dict(last)
            | costs
            | {
                "run_id": run_id,
                "attempts": 1 if second is None else 2,
                "dropped_because": _dropped_because(last),
            }
        )
    return pa.Table.from_pylist(rows, ANALYSES)


def _dropped_because(row: Row) -> str | None:
    if row["passed"]:
        return None
    if row["status"] == "pending":
        return "pending"
    if not row["is_usable"]:
        return "no_answer"
    checks = dict.fromkeys(fault["check"] for fault in json.loads(row["faults"]))
    return f"checks: {', '.join(checks)}"


def analysis_sentences_of(analyses: Iterable[Row]) -> pa.Table:
    """Return one row for each sentence of the texts."""
    rows = [
        {
            "run_id": row["run_id"],
            "story_id": row["story_id"],
            "n": number,
            "sentence": sentence.text,
            "passages": json.dumps(list(sentence.passages)),
        }
        for row in analyses
        for number, sentence in enumerate(sentences_of(row["sentences"]), start=1)
    ]
    return pa.Table.from_pylist(rows, SENTENCES)
