"""Each rule of tiers 1 and 2, by conversations with one fault, through the models as they are."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt_project.conversations.models_project import PROJECT, Models
from tests.dbt_project.conversations.raw_tables import content_id, land, make_tables
from tests.dbt_project.conversations.talks import (
    DANGER,
    FAULTS,
    INNOCENT,
    LANGUAGES,
    NO_DANGER,
    SOUND,
)

CHECKS = (
    "role_order, answered, empty_turns, length, encoding, truncation, repetition, boilerplate, "
    "personal_data, toxicity_score, turn_balance, lexical_diversity"
)
SCHEMA = "conversations_intermediate"


@pytest.fixture(scope="module")
def built(conversation_models: Models, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All examples, validated in one run."""
    database = tmp_path_factory.mktemp("rules") / "build.duckdb"
    make_tables(database)
    talks = [SOUND, *[talk for talk, _ in FAULTS.values()], *INNOCENT.values()]
    land(database, "1", [*talks, *DANGER.values(), *NO_DANGER.values()])
    conversation_models.use(database)
    conversation_models.run()
    return database


def ask(database: Path, query: str, talk: Any) -> dict[str, Any]:
    """Return the one row about a conversation."""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(query, [content_id(talk)]).to_arrow_table().to_pylist()
    return found[0] if found else {}


def scores(database: Path, talk: Any) -> dict[str, Any]:
    query = f"select {CHECKS} from {SCHEMA}.int_conversations__checks_scored"
    return ask(database, f"{query} where conversation_id = ?", talk)


def test_a_sound_conversation_passes_every_check(built: Path) -> None:
    assert set(scores(built, SOUND).values()) == {1.0}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_in_its_own_check(built: Path, fault: str) -> None:
    talk, check = FAULTS[fault]
    assert scores(built, talk)[check] < 1


@pytest.mark.parametrize("example", INNOCENT)
def test_what_only_looks_like_a_fault_costs_nothing(built: Path, example: str) -> None:
    found = scores(built, INNOCENT[example])
    found.pop("length")
    found.pop("turn_balance")
    assert {value for value in found.values() if value is not None} == {1.0}


@pytest.mark.parametrize("example", DANGER)
def test_danger_is_flagged_and_leaves_the_conversation_in(built: Path, example: str) -> None:
    flags = f"select is_crisis from {SCHEMA}.int_conversations__findings_counted"
    tiers = f"select failed_check from {SCHEMA}.int_conversations__tiers_scored"
    talk = DANGER[example]
    assert ask(built, f"{flags} where conversation_id = ?", talk)["is_crisis"]
    assert ask(built, f"{tiers} where conversation_id = ?", talk)["failed_check"] is None


@pytest.mark.parametrize("example", NO_DANGER)
def test_a_turn_of_phrase_is_no_danger(built: Path, example: str) -> None:
    flags = f"select is_crisis from {SCHEMA}.int_conversations__findings_counted"
    found = ask(built, f"{flags} where conversation_id = ?", NO_DANGER[example])
    assert not found.get("is_crisis")


def test_personal_data_is_not_written_down_a_second_time(built: Path) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        rows = connection.execute(
            f"select kind, hint from {SCHEMA}.int_conversations__personal_data_found"
        ).fetchall()
    assert {kind for kind, _ in rows} == {"email", "phone", "card", "ip"}
    assert all(len(hint) <= 8 for _, hint in rows)


def test_a_failed_check_says_what_to_do(built: Path) -> None:
    with duckdb.connect(str(built), read_only=True) as connection:
        silent = connection.execute(
            f"select count(*) from {SCHEMA}.int_conversations__tiers_scored "
            "where failed_check is not null and recommendations is null"
        ).fetchone()
        failed = connection.execute(
            f"select count(*) from {SCHEMA}.int_conversations__tiers_scored "
            "where failed_check is not null"
        ).fetchone()
    assert silent == (0,)
    assert failed and failed[0] >= 5


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("two answers in a row", "(role_order 0.33 in turn 2)"),
        ("circles", "(repetition 0.0 in turn 1)"),
        ("cut off", "(truncation 0.0 in turn 1)"),
    ],
)
def test_advice_names_the_weak_score_and_its_turn(built: Path, fault: str, told: str) -> None:
    advice = f"select recommendations from {SCHEMA}.int_conversations__tiers_scored"
    found = ask(built, f"{advice} where conversation_id = ?", FAULTS[fault][0])
    assert told in found["recommendations"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_that_only_speaks_of_it_is_no_danger(built: Path, language: str) -> None:
    flags = f"select is_crisis from {SCHEMA}.int_conversations__findings_counted"
    talk = INNOCENT[f"{language}, an answer"]
    assert not ask(built, f"{flags} where conversation_id = ?", talk).get("is_crisis")


def test_of_equally_weak_checks_the_first_by_name_is_told(built: Path) -> None:
    tiers = f"select weakest_check from {SCHEMA}.int_conversations__tiers_scored"
    # in a sound conversation every check scores 1
    assert ask(built, f"{tiers} where conversation_id = ?", SOUND)["weakest_check"] == "answered"


def test_no_expression_holds_so_much_that_an_engine_loses_track(
    built: Path, conversation_models: Models
) -> None:
    name = "int_conversations__turns_suspected.sql"
    (compiled,) = (conversation_models.folder / "target/run").rglob(f"intermediate/{name}")
    patterns = re.findall(r"regexp_matches\(.*?, '((?:[^']|'')*)'", compiled.read_text())
    numbers, lexicon = (
        sum(1 for _ in csv.DictReader((PROJECT / "seeds/conversations" / seed).open()))
        for seed in ("conversations_helplines.csv", "conversations_phrases.csv")
    )
    assert sum(map(len, patterns)) > 8 * lexicon > 8 * numbers
    # with the numbers of helplines and 350 phrases in one of 23,700 letters, a turn took 0.4 ms
    assert max(map(len, patterns)) < 12_000
    assert sum(len(pattern) > 7_000 for pattern in patterns) <= 1  # that of the helplines
