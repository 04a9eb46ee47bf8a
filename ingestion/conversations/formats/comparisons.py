"""Records of several answers to one question, and which is the better one: by a winner, by
scores or by ranks. The best and the worst become a pair; where they are equal there is none."""

from __future__ import annotations

import math
from typing import Any

from ingestion.conversations.formats.pairs import Fields, cell
from ingestion.conversations.formats.preferences import say_context, say_pair
from ingestion.conversations.formats.shape import Unstandard
from ingestion.conversations.formats.turns import Conversation

# two answers, as `bare` gives their names, and what scores them
_SIDES = (
    ("conversationa", "conversationb", "a", "b"), ("humanrefa", "humanrefb", "a", "b"),
    ("responsea", "responseb", "a", "b"), ("response0", "response1", "0", "1"),
    ("answer0", "answer1", "0", "1"), ("response1", "response2", "1", "2"),
    ("answera", "answerb", "a", "b"), ("completiona", "completionb", "a", "b"),
)  # fmt: skip
_FIRST = frozenset(first for first, *_ in _SIDES)
# below 0: the first is better
_STRENGTHS = ("overallpreference", "preferencestrength")
_INDICES = ("betterresponseid", "choice", "preferredindex")
_LISTS = ("completions", "answers", "responses", "candidates")
_LISTED = frozenset(_LISTS)
_TEXTS = ("response", "answer", "text", "completion", "output", "content")
_SCORES = ("overall_score", "score", "pm_score", "fine-grained_score", "rating", "reward")


def is_comparison(fields: Fields) -> bool:
    """Say whether a record has two answers of which one may have won."""
    return not _FIRST.isdisjoint(fields.names) and _sides(fields) is not None


def read_comparison(fields: Fields, into: Conversation) -> tuple[str, float]:
    """Two answers and a verdict: Chatbot Arena, SHP, SafeRLHF, WebGPT, HelpSteer.

    Raises:
        Unstandard: nothing says which answer is the better one.
    """
    found = _sides(fields)
    assert found is not None
    first, second, *_ = found
    verdict = _verdict(fields, *found[2:])
    if verdict is None:
        raise Unstandard("no_verdict", "there are two answers, and nothing says which is better")
    names = (second, first) if verdict > 0 else (first, second)
    chosen, rejected = (cell(fields.take(name)) for name in names)
    prompts: Any = cell(fields.record[fields.names["prompt"]]) if "prompt" in fields.names else None
    if _is_texts(prompts) and isinstance(chosen, list) and isinstance(rejected, list):
        fields.take("prompt")
        chosen, rejected = (_alternating(prompts, one) for one in (chosen, rejected))
    else:
        say_context(fields, into)
    for name in ("labels",) if "humanrefa" in fields.names else ():
        into.metadata["comparison"] = {name: fields.take(name)}  # of the pair, not of an answer
    return say_pair(into, chosen, rejected, is_tie=verdict == 0), 1.0


def is_ranking(fields: Fields) -> bool:
    """Say whether a record lists answers with their scores or ranks."""
    return not _LISTED.isdisjoint(fields.names) and _listed(fields) is not None


def read_ranking(fields: Fields, into: Conversation) -> tuple[str, float]:
    """A question and answers with scores or ranks: UltraFeedback, Nectar, Stack Exchange."""
    found = _listed(fields)
    assert found is not None
    name, text, grades = found
    answers = fields.take(name)
    say_context(fields, into)
    best, worst = grades.index(max(grades)), grades.index(min(grades))
    is_tie = grades[best] == grades[worst]
    taken = {best: "chosen"} if is_tie else {best: "chosen", worst: "rejected"}
    form = say_pair(into, answers[best][text], answers[worst][text], is_tie)
    into.metadata["answers"] = [
        {"taken": taken[at]} | {key: value for key, value in one.items() if key != text}
        if at in taken else one
        for at, one in enumerate(answers)
    ]  # fmt: skip
    return form, 1.0


def _sides(fields: Fields) -> tuple[str, str, str, str] | None:
    names = fields.names
    return next((one for one in _SIDES if one[0] in names and one[1] in names), None)


def _verdict(fields: Fields, first: str, second: str) -> float | None:
    """Below 0: the first answer is better; above: the second; 0: neither; None: nobody says."""
    values = {name: fields.record[key] for name, key in fields.names.items()}
    winner = values.get("winner")
    if isinstance(winner, str):
        said = winner.strip().casefold()
        if said.startswith(("tie", "both")):
            return 0
        ends = said.rpartition("_")[2].rpartition(" ")[2]
        return {first: -1, second: 1}.get(ends)
    # of answers 1 and 2 nobody says whether a choice of 1 is a name or a place counted from 0
    for name in _INDICES if second != "2" else ():
        if (index := _number(values.get(name))) in (0, 1):
            return -1 if index == 0 else 1
    if "humanrefa" in values and (label := _number(values.get("labels"))) in (0, 1):
        return -1 if label == 1 else 1
    for name in _STRENGTHS:
        if (strength := _number(values.get(name))) is not None:
            return strength
    for stem in ("winnermodel", "score"):
        one, other = (_number(values.get(stem + side)) for side in (first, second))
        if one is not None and other is not None:
            return other - one
    return None


def _listed(fields: Fields) -> tuple[str, str, list[float]] | None:
    """The field that lists answers, the key of their texts, and how good each is."""
    for name in _LISTS:
        key = fields.names.get(name)
        answers = fields.record[key] if key is not None else None
        if not isinstance(answers, list) or not answers or not isinstance(answers[0], dict):
            continue
        text = next((one for one in _TEXTS if isinstance(answers[0].get(one), str)), None)
        if text is None or not all(isinstance(one, dict) and text in one for one in answers):
            continue
        for grade, sign in (*((one, 1) for one in _SCORES), ("rank", -1)):
            grades = [_number(one.get(grade)) for one in answers]
            if all(one is not None for one in grades):
                return name, text, [sign * one for one in grades if one is not None]
    return None


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _alternating(prompts: list[str], answers: list[Any]) -> list[dict[str, Any]]:
    """The turns of questions and of their answers, each a list of its own."""
    if len(answers) != len(prompts):
        raise Unstandard("no_pairs", f"{len(prompts)} questions have {len(answers)} answers")
    turns: list[dict[str, Any]] = []
    for asked, said in zip(prompts, answers, strict=True):
        turns += [{"role": "user", "content": asked}, {"role": "assistant", "content": said or ""}]
    return turns


def _number(value: Any) -> float | None:
    try:
        found = float(value) if isinstance(value, bool | int | float | str) else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and math.isfinite(found) else None
