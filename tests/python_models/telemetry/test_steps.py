"""Both steps through the one door, answered by the embedded endpoint."""

import json

import pyarrow as pa
import pytest

from python_models.llm import run_step
from python_models.telemetry import assessment, evaluation
from tests.python_models.telemetry.evidence_examples import CYCLES, FINDINGS, ISSUES, SUBJECT


def evidence_row(day, **changes):
    return {
        "control_id": SUBJECT["control_id"],
        "assessment_date": day,
        "issues": [json.dumps(issue) for issue in ISSUES],
        "cycles": [json.dumps(cycle) for cycle in CYCLES],
        "history": [],
        "known_cycle_ids": [cycle["cycle_id"] for cycle in CYCLES],
        "cycle_count": SUBJECT["cycles"],
        "cycles_with_issues": SUBJECT["cycles_with_issues"],
        "worst_severity_rank": 3,
    } | changes


def written(*rows):
    return run_step(None, pa.Table.from_pylist(list(rows)), assessment.STEP, "written").to_pylist()


def judged(*answers):
    rows = [
        {
            "control_id": SUBJECT["control_id"],
            "assessment_date": f"2026-01-{5 + number:02d}",
            "findings": [json.dumps(finding) for finding in FINDINGS],
            "cycle_facts": [json.dumps(cycle) for cycle in CYCLES],
            "cycle_count": SUBJECT["cycles"],
            "cycles_with_issues": SUBJECT["cycles_with_issues"],
        }
        | {name: answer[name] for name in assessment.Assessment.model_fields}
        for number, answer in enumerate(answers)
    ]
    return run_step(None, pa.Table.from_pylist(rows), evaluation.STEP, "judged").to_pylist()


def test_an_assessment_comes_back_typed_paid_for_and_traceable():
    (row,) = written(evidence_row("2026-01-05"))
    assert row["status"] == "ok"
    assert row["severity"] == "high"
    assert row["cited_cycle_ids"] == ["press-1-20260105-07", "press-1-20260105-09"]
    assert row["provider"] == "offline-rules"
    assert row["call_id"]
    assert row["asked_at"]
    assert row["prompt_template"] == "assessment"


def test_an_assessment_that_cites_what_is_not_there_is_a_row_marked_bad():
    rows = [evidence_row(f"2026-01-{day:02d}") for day in range(5, 16)]
    rows[0]["known_cycle_ids"] = ["another"]
    bad, *good = written(*rows)
    assert bad["status"] == "invalid"
    assert "not in the evidence" in bad["error"]
    assert bad["summary"] is None
    assert {row["status"] for row in good} == {"ok"}


@pytest.mark.parametrize(
    "lie",
    [
        {"severity": "low"},
        {"cited_cycle_ids": ["press-1-20260105-99"]},
        {"summary": "over_power (high): 9000 W; over_temperature (medium): 71.2 degC."},
    ],
)
def test_the_audit_fails_a_planted_lie_and_passes_the_truth(lie):
    (truth,) = written(evidence_row("2026-01-05"))
    passed, failed = judged(truth, truth | lie)
    assert passed["faithfulness"] == 5
    assert failed["faithfulness"] <= 2
    assert failed["reason"].startswith("Wrong:")


def test_the_same_question_is_not_asked_twice():
    (first,) = written(evidence_row("2026-01-05"))
    (again,) = written(evidence_row("2026-01-05"))
    assert again["call_id"] == first["call_id"]
    assert again["asked_at"] == first["asked_at"]
