"""How many planted faults the checks of texts find, and how often they cry without one."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from python_models.news.checks.analysis import analysis_faults
from python_models.news.checks.evidence import Evidence, Sentence, joined
from python_models.news.checks.names import Known
from python_models.news.validation.figures import missing_figures
from python_models.news.validation.wording import loose_quotes, stray_names, taken_over
from tests.python_models.news import planted
from tests.python_models.news.seeds import known
from tests.python_models.news.told import stories

TRIES = 400
KINDS = {
    "number": (planted.number_fault, 0.99),
    "quote": (planted.quote_fault, 0.99),
    "name": (planted.name_fault, 0.95),
    "copied_run": (planted.copied_fault, 1.0),
}


def found(text: list[Sentence], evidence: Evidence, names: Known) -> set[str]:
    """Return the checks that find something, of both phases; length is another matter."""
    faults = {one.check for one in analysis_faults(text, evidence, "en", names)} - {"length"}
    for one in text:
        said = evidence.text_of(one.passages)
        faults |= {"number"} if missing_figures(one.text, said) else set()
        faults |= {"name"} if stray_names(one.text, said, names) else set()
    whole = joined(text)
    faults |= {"quote"} if loose_quotes(whole, evidence.text, evidence.titles) else set()
    return faults | ({"copied_run"} if taken_over(whole, evidence.text, evidence.titles) else set())


@pytest.mark.parametrize("kind", KINDS)
def test_planted_faults_are_found(
    kind: str, record_property: Callable[[str, object], None]
) -> None:
    plant, wanted = KINDS[kind]
    rng, names, told = random.Random(kind), known(), stories()
    missed, tries = [], 0
    while tries < TRIES:
        evidence, text = rng.choice(told)
        changed = plant(rng, text, evidence, names)
        if changed is None:
            continue
        tries += 1
        if not found(changed, evidence, names):
            missed.append([new.text for new, old in zip(changed, text, strict=False) if new != old])
    share = 1 - len(missed) / tries
    record_property(f"planted {kind} found", share)
    assert share >= wanted, missed[:5]


def test_faithful_texts_are_let_through(
    record_property: Callable[[str, object], None],
) -> None:
    rng, names, told = random.Random(7), known(), stories()
    alarms: Counter[str] = Counter()
    first = ""
    for _ in range(TRIES):
        evidence, text = rng.choice(told)
        said = planted.faithful(rng, text)
        checks = found(said, evidence, names)
        if checks:
            alarms.update(["text", *checks])
            first = first or f"{checks}: {joined(said)}"
    record_property("false alarms", alarms["text"] / TRIES)
    assert alarms["text"] <= 0.05 * TRIES, first


@pytest.mark.parametrize("number", range(6))
def test_what_was_written_by_hand_has_no_fault(number: int) -> None:
    evidence, text = stories()[number]
    assert found(text, evidence, known()) == set()
