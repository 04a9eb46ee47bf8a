"""A cheaper model first: the target holds, what was paid for is used, a second run asks nothing."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pyarrow as pa
import pytest

from python_models.llm import Cascade, FixedRule, offline_rule, run_step
from python_models.llm.features.thresholds import Learner
from tests.python_models.llm.steps import SINGLE, statuses


def doubtful_task(count: int, seed: int) -> tuple[list[float], list[bool]]:
    """Return (score, is the cheap answer wrong) of rows, wrong in about 5.5 % of them."""
    source, scores, wrong = random.Random(seed), [], []
    for _ in range(count):
        margin = source.gauss(0.9, 1.0) if source.random() < 0.12 else source.gauss(3.2, 1.0)
        scores.append(1 / (1 + math.exp(-margin)))
        wrong.append(source.random() < 1 / (1 + math.exp(1.6 * (margin - 0.15))))
    return scores, wrong


def learn(scores, wrong, target: float, seed: int) -> tuple[float, float]:
    """Return (share of rows right at the end, share of rows the dear model saw)."""
    learner, sampled = Learner(scores, target, 0.05, 2000, str(seed)), set()
    while rows := learner.next_rows():
        sampled |= set(rows)
        learner.take([wrong[at] for at in rows])
    threshold = learner.result().threshold
    dear = sampled | {at for at, score in enumerate(scores) if score < threshold}
    errors = sum(wrong[at] for at in range(len(scores)) if at not in dear)
    return 1 - errors / len(scores), len(dear) / len(scores)


@pytest.mark.parametrize("target", [0.96, 0.99])
def test_the_target_is_met_and_most_rows_stay_cheap(target) -> None:
    results = [learn(*doubtful_task(5000, seed), target, seed) for seed in range(10)]
    assert sum(accuracy >= target for accuracy, _ in results) >= 9
    assert sum(share for _, share in results) / 10 < {0.96: 0.25, 0.99: 0.6}[target]


def test_a_cheap_model_that_guesses_is_given_up() -> None:
    source = random.Random(4)
    scores = [source.random() for _ in range(2000)]
    wrong = [source.random() < 0.3 for _ in range(2000)]
    accuracy, share = learn(scores, wrong, 0.95, 1)
    assert accuracy >= 0.95
    assert share > 0.8


def test_rows_of_one_score_are_kept_or_given_up_together() -> None:
    scores = [0.5] * 500 + [0.9] * 1500
    wrong = [at % 3 == 0 for at in range(500)] + [False] * 1500
    accuracy, _ = learn(scores, wrong, 0.95, 1)
    assert accuracy >= 0.95


def test_too_few_rows_to_prove_anything_all_go_to_the_dear_model() -> None:
    scores, wrong = doubtful_task(20, 1)
    assert learn(scores, wrong, 0.99, 1) == (1.0, 1.0)


@offline_rule("tests_cascade")
def graded(request) -> dict:
    """Answer right when dear; when cheap, wrong for some of the rows it is not sure of."""
    number = request.data["evidence"]["note"]
    is_cheap = request.parameters["model"] == "cheap-1"
    is_wrong = is_cheap and number % 20 == 0
    score = 1 if is_cheap and number % 10 == 0 else 5
    severity = "high" if is_wrong else "low"
    return {"summary": str(number), "severity": severity, "score": score, "ids": []}


def cascade(**more) -> Cascade:
    """Return a cascade over the score an answer gives itself."""
    return Cascade(
        "cheap-1",
        confidence=lambda answer: answer.score,
        same=lambda one, other: one.severity == other.severity,
        **more,
    )


def numbers(count: int) -> pa.Table:
    """Return numbered rows."""
    return pa.table({"machine": [f"n{at}" for at in range(count)], "note": list(range(count))})


def test_a_fixed_rule_sends_the_doubtful_rows_on(journal) -> None:
    step = replace(SINGLE, name="tests_cascade", cascade=cascade(rule=FixedRule(at_least=3)))
    table = run_step(None, numbers(100), step, "llm_tests")
    assert statuses(table) == {"ok"}
    assert set(table.column("severity").to_pylist()) == {"low"}
    rows = journal("select model, count(*) as n from llm_calls group by 1 order by 1")
    assert [row["n"] for row in rows] == [100, 10]


def test_a_learnt_cascade_meets_its_target_and_is_not_learnt_twice(journal) -> None:
    step = replace(SINGLE, name="tests_cascade", cascade=cascade(target=0.97))
    first = run_step(None, numbers(1500), step, "llm_tests")
    right = first.column("severity").to_pylist().count("low")
    assert right >= 0.97 * 1500
    asked = journal("select count(*) as n from llm_attempts")[0]["n"]
    assert asked < 1500 + 750
    assert run_step(None, numbers(1500), step, "llm_tests").equals(first)
    assert journal("select count(*) as n from llm_attempts")[0]["n"] == asked
