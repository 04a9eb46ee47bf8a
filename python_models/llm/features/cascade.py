"""A cheaper model first, the step's own model where the cheaper one is not sure enough."""

from __future__ import annotations

import json
import math
import sys

import pyarrow as pa

from python_models.llm.asking.asking import Answered, Work, answer_rows, ask_wanted
from python_models.llm.asking.rows import Outcome
from python_models.llm.features.thresholds import Learner, Learnt
from python_models.llm.ledger.journal import reading
from python_models.llm.prompting.identity import text_hash
from python_models.llm.step import GOOD, Cascade

RELEARN_FACTOR = 2.0  # rows have become so many times more: what was learnt is learnt again


def answer_by_cascade(
    work: Work, table: pa.Table, model: str
) -> tuple[list[Outcome], list[Answered]]:
    """Return one outcome per row and the parts (cheap, dear) they came from."""
    cascade = _cascade(work)
    cheap = answer_rows(work, table, cascade.model)
    outcomes = [cheap.source.outcome(at, row) for at, row in cheap.source.rows()]
    scores = [score_of(work, outcome) for outcome in outcomes]
    if cheap.asked.stopped or not outcomes:
        return outcomes, [cheap]
    dear = answer_rows(work, table, model, wanted=set())
    threshold = _threshold(work, dear, outcomes, scores)
    doubtful = {at for at, score in enumerate(scores) if score < threshold or math.isinf(score)}
    # rows judged by both to learn the threshold keep the dear answer: it was paid for
    ask_wanted(work, dear, doubtful)
    better = [dear.source.outcome(at, row) for at, row in dear.source.rows()]
    final = [
        other if other.status in GOOD or at in doubtful else one
        for at, (one, other) in enumerate(zip(outcomes, better, strict=True))
    ]
    report(work, outcomes, final, [cheap, dear])
    return final, [cheap, dear]


def _cascade(work: Work) -> Cascade:
    assert work.step.cascade is not None, "asked for by a step that has one"
    return work.step.cascade


def score_of(work: Work, outcome: Outcome) -> float:
    """Return how sure a cheap answer is; one that cannot be used is not sure at all."""
    if outcome.status not in GOOD:
        return -math.inf
    return float(_cascade(work).confidence(outcome.answer))


def _threshold(work: Work, dear: Answered, outcomes: list[Outcome], scores: list[float]) -> float:
    """Return the threshold: given, remembered, or learnt now on rows judged by both."""
    cascade = _cascade(work)
    if cascade.rule is not None:
        return cascade.rule.at_least
    name = _name(work, dear.asked.model)
    known = _remembered(work, name)
    if known is not None and len(scores) < RELEARN_FACTOR * known[1]:
        return known[0]
    learner = Learner(scores, cascade.target, cascade.delta, cascade.sample, seed=name)
    while places := learner.next_rows():
        ask_wanted(work, dear, set(places))
        if dear.asked.stopped:
            return math.inf
        source = dear.source
        learner.take(
            [not _agrees(work, outcomes[at], source.outcome(at, source.row(at))) for at in places]
        )
    learnt = learner.result()
    _remember(work, name, learnt, len(scores))
    return learnt.threshold


def _agrees(work: Work, cheap: Outcome, dear: Outcome) -> bool:
    """Say whether the cheap answer would have done; a row without a dear answer proves nothing."""
    if cheap.status not in GOOD or dear.status not in GOOD:
        return False
    return bool(_cascade(work).same(cheap.answer, dear.answer))


def _name(work: Work, model: str) -> str:
    """Return what a learnt threshold is remembered by: all it depends on."""
    cascade, prompt = _cascade(work), work.prompt
    parts = [work.shared.endpoint.identity, cascade.model, model, prompt.text_hash, work.step.name]
    parts += [str(cascade.target), str(cascade.delta), str(cascade.sample)]
    return "cascade:" + text_hash("|".join(parts))


def _remembered(work: Work, name: str) -> tuple[float, int] | None:
    with reading(work.shared.journal.path) as connection:
        row = connection.execute("select value from llm_meta where name = ?", [name]).fetchone()
    if row is None:
        return None
    known = json.loads(row[0])
    return (math.inf if known["threshold"] is None else known["threshold"]), known["rows"]


def _remember(work: Work, name: str, learnt: Learnt, rows: int) -> None:
    value = {
        "threshold": None if math.isinf(learnt.threshold) else learnt.threshold,
        "rows": rows,
        "sample": learnt.sample,
        "kept_share": learnt.kept_share,
    }
    statement = "insert or replace into llm_meta values (?, ?)"
    work.shared.journal.put([(statement, (name, json.dumps(value)))])
    work.shared.journal.flush()


def report(work: Work, cheap: list[Outcome], final: list[Outcome], parts: list[Answered]) -> None:
    """Say what the cascade saved against asking the dear model about every row."""
    kept = sum(one is other for one, other in zip(cheap, final, strict=True))
    used = [call for part in parts for call in part.source.calls.values() if call.answers]
    spent = sum(call.spent.cost_usd for call in used)
    dear = [call.spent.cost_usd for call in parts[1].source.calls.values() if call.answers]
    alone = sum(dear) / len(dear) * len(final) if dear else 0.0
    sys.stderr.write(
        f"{work.step.name}: {kept:,} of {len(final):,} rows keep the answer of "
        f"{_cascade(work).model}; ${spent:.4f} instead of about ${alone:.4f}\n"
    )
