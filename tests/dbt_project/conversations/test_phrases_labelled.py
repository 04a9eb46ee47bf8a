"""The phrase rules, judged by lines that people labelled: precision and recall, told and bound.

A line is something a user (`crisis`) or an assistant says; `is_meant` says whether it says what
its rule is about itself, or quotes it, speaks of it or was asked to write it. What is said before
it stands in `before`, turns parted by bars.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from tests.dbt_project.conversations.models_project import Models
from tests.dbt_project.conversations.raw_tables import Turn, content_id, land, make_tables
from tests.dbt_project.conversations.talks import ANSWER, QUESTION

LINES = Path(__file__).with_name("phrases_labelled.tsv")
LANGUAGES = ("de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "ru", "zh")
RULES = ("boilerplate", "crisis", "encoding", "refusal", "support", "toxic")
LEAST = {"precision": 0.95, "recall": 0.9}  # of a rule in all languages
LEAST_OF_LANGUAGE = 0.75  # of a rule in one, which has few lines
FOUND = (
    "select distinct conversation_id, turn, kind "
    "from conversations_intermediate.int_conversations__phrases_found"
)


class Line(NamedTuple):
    """One labelled line and the conversation it stands in."""

    rule: str
    language: str
    is_meant: bool
    text: str
    talk: tuple[Turn, ...]


class Judged(NamedTuple):
    """How often a rule was right."""

    precision: float
    recall: float


def labelled() -> Iterator[Line]:
    with LINES.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = row["text"].replace("\\n", "\n")
            before = [part.strip() for part in (row["before"] or QUESTION).split("|")]
            talk = [(("user", "assistant")[n % 2], said) for n, said in enumerate(before)]
            if row["rule"] == "crisis":
                talk = [("user", text), ("assistant", ANSWER)]
            else:
                talk.append(("assistant", text))
            is_meant = row["is_meant"] == "1"
            yield Line(row["rule"], row["language"], is_meant, text, tuple(talk))


@pytest.fixture(scope="module")
def flagged(
    conversation_models: Models, tmp_path_factory: pytest.TempPathFactory
) -> set[tuple[str, int, str]]:
    """Conversation, turn and kind of all that the models find in the labelled lines."""
    database = tmp_path_factory.mktemp("labelled") / "build.duckdb"
    make_tables(database)
    land(database, "1", [list(line.talk) for line in labelled()])
    conversation_models.use(database)
    conversation_models.run()
    with duckdb.connect(str(database), read_only=True) as connection:
        return set(connection.execute(FOUND).fetchall())


def is_flagged(line: Line, flagged: set[tuple[str, int, str]]) -> bool:
    turn = 0 if line.rule == "crisis" else len(line.talk) - 1
    return (content_id(list(line.talk)), turn, line.rule) in flagged


def judged(lines: list[Line], flagged: set[tuple[str, int, str]]) -> Judged:
    counted = Counter((line.is_meant, is_flagged(line, flagged)) for line in lines)
    right, wrong, missed = counted[True, True], counted[False, True], counted[True, False]
    return Judged(right / ((right + wrong) or 1), right / ((right + missed) or 1))


def test_every_rule_has_lines_on_both_sides_in_every_language() -> None:
    lines = list(labelled())
    assert len(lines) >= 250
    assert {(line.rule, line.language, line.is_meant) for line in lines} == {
        (rule, language, is_meant)
        for rule in RULES
        for language in LANGUAGES
        for is_meant in (True, False)
    }


@pytest.mark.parametrize("rule", RULES)
def test_a_phrase_rule_is_right_in_all_languages(
    rule: str, flagged: set[tuple[str, int, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [line for line in labelled() if line.rule == rule]
    figures = {"all": judged(lines, flagged)} | {
        language: judged([line for line in lines if line.language == language], flagged)
        for language in LANGUAGES
    }
    wrong = [line.text for line in lines if line.is_meant != is_flagged(line, flagged)]
    with capsys.disabled():
        told = (f"{name} {one.precision:.2f}/{one.recall:.2f}" for name, one in figures.items())
        sys.stdout.write(f"\n{rule}, {len(lines)} lines, precision/recall: {'  '.join(told)}\n")
    assert figures["all"].precision >= LEAST["precision"], wrong
    assert figures["all"].recall >= LEAST["recall"], wrong
    assert min(map(min, figures.values())) >= LEAST_OF_LANGUAGE, wrong
