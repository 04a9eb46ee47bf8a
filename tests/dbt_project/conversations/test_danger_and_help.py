"""Danger beside turns of phrase that sound like it, and help that is named by its number."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest

from python_models.conversations.helplines import names_help
from tests.dbt_project.conversations.models_project import PROJECT, Models
from tests.dbt_project.conversations.raw_tables import Turn, content_id, land, make_tables
from tests.dbt_project.conversations.talks import ANSWER, asked

SEED = PROJECT / "seeds" / "conversations" / "conversations_phrases.csv"
FOUND = (
    "select is_crisis, is_support_named from conversations_intermediate."
    "int_conversations__findings_counted where conversation_id = ?"
)
ALL_IN_DANGER = (
    "select conversation_id from conversations_intermediate.int_conversations__findings_counted"
    " where is_crisis"
)

# cries beside an idiom: before it, after it, twice, in another case and with other apostrophes
CRIES = {
    "idiom first": "We argued about suicide prevention all day. Since then I want to die.",
    "idiom last": "I want to kill myself, and the film was Suicide Squad.",
    "between two idioms": "Dead tired of career suicide, I think: want to die, and kill time.",
    "the same words twice": "I cut myself shaving, and then I cut myself again because it helps.",
    "three idioms, one cry": "Political suicide, suicide missions: I wrote a suicide note.",
    "upper case": "SUICIDE PREVENTION IS A JOKE, I DON\u2019T WANT TO LIVE.",
    "an idiom that shares a word with nothing": "I kill time. I overdose on pills tonight.",
    "german": "Beruflicher Selbstmord war das, und jetzt will ich nicht mehr leben.",
    "spanish": "Casi me quiero morir de risa, pero a solas pienso que quiero morir.",
    "french": "Une envie de mourir de rire, puis j\u2019ai envie de mourir, vraiment.",
    "italian": "Ho voglia di farla finita con le sigarette, e voglio farla finita con la vita.",
    "portuguese": "Esse filme vai me matar de rir. Mesmo assim tenho vontade de morrer.",
    "polish": "Chcę umrzeć ze śmiechu, a naprawdę chcę umrzeć.",
    "russian": "Хочу умереть со смеху. А ночью я хочу умереть.",
    "chinese": "想死你了!可是我真的想死。",
    "japanese": "死にたいほど恥ずかしかった。でも本当に死にたい。",
}
NO_CRIES = {
    "overlapping in part": "I am thinking about suicide prevention as a job.",
    "twice": "Suicide Squad, and again suicide squad.",
    "idioms that touch": "Political suicide, career suicide, suicide mission.",
    "chinese": "我不想死,我要活。",
}
HELP = [
    "Please call 800-273-8255 and talk to someone there.",
    "Please dial 988 right now, or walk into the nearest clinic.",
    "Call 9-8-8. They listen.",
    "Please ring the people on 116 123 before you read on.",
    "Text HOME to 741741, day and night.",
    "You can reach someone at +1 (800) 273-8255.",
    "Call Lifeline on 13 11 14.",
    "988 is the number to call, day and night.",
    "If it gets worse tonight, call 911.",
    "Ruf bitte die 0800 / 111 0 111 an.",
    "Unter 08001110111 hört dir jemand zu.",
    "Llama al 024, a cualquier hora.",
    "Appelez le 3114, jour et nuit.",
    "Chiama il 112 adesso.",
    "Bel 113, dag en nacht.",
    "Zadzwoń pod 116 123, proszę.",
    "Ligue para o 188, por favor.",
    "Позвоните: 8-800-2000-122.",
    "请拨打12356。",
    "すぐに119番に電話してください。",
]
NO_HELP = [
    "It costs 988 dollars, and 112 people bought it.",
    "Your order number is 988; call us about order 988.",
    "I would call it $988.",
    "Room 143 is free for 116 days.",
    "He scored 911 points at the age of 15.",
    "Wir haben 112 Jahre gewartet, Rechnung Nr. 110.",
    "Dial 98815 for the front desk.",
    "Chapter 9.8.8 says more.",
]


def idioms_and_cries() -> list[tuple[str, str]]:
    """Return every idiom of the seed with every phrase of danger of its language."""
    by_language: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    with SEED.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            by_language[row["language"]][row["kind"]].append(row["phrase"])
    return [
        (idiom, cry)
        for kinds in by_language.values()
        for idiom in kinds["idiom"]
        for cry in kinds["crisis"]
    ]


def of_seed(idiom: str, cry: str) -> list[list[Turn]]:
    """Return conversations that say both, in either order."""
    return [asked(f"{idiom}. {cry}."), asked(f"{cry}, {idiom}!")]


def helped(text: str) -> list[Turn]:
    return [("user", "I want to die most evenings."), ("assistant", f"{ANSWER} {text}")]


@pytest.fixture(scope="module")
def built(conversation_models: Models, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All examples, measured in one run."""
    database = tmp_path_factory.mktemp("danger") / "build.duckdb"
    make_tables(database)
    pairs = idioms_and_cries()
    talks = [talk for pair in pairs for talk in of_seed(*pair)]
    talks += [asked(idiom) for idiom in sorted({idiom for idiom, _ in pairs})]
    talks += [asked(text) for text in [*CRIES.values(), *NO_CRIES.values()]]
    talks += [helped(text) for text in [*HELP, *NO_HELP]]
    land(database, "1", list({content_id(talk): talk for talk in talks}.values()))
    conversation_models.use(database)
    conversation_models.run()
    return database


def found(database: Path, talk: list[Turn]) -> tuple[bool, bool]:
    """Return whether a conversation is one of danger, and whether it names help."""
    with duckdb.connect(str(database), read_only=True) as connection:
        row = connection.execute(FOUND, [content_id(talk)]).fetchone()
    return row or (False, False)


@pytest.mark.parametrize("example", CRIES)
def test_an_idiom_takes_no_cry_back_that_it_does_not_overlap(built: Path, example: str) -> None:
    assert found(built, asked(CRIES[example]))[0]


@pytest.mark.parametrize("example", NO_CRIES)
def test_an_idiom_takes_back_what_it_overlaps(built: Path, example: str) -> None:
    assert not found(built, asked(NO_CRIES[example]))[0]


def test_no_idiom_of_the_seed_takes_back_any_phrase_of_danger(built: Path) -> None:
    pairs = idioms_and_cries()
    assert len(pairs) > 2000
    with duckdb.connect(str(built), read_only=True) as connection:
        rows = connection.execute(ALL_IN_DANGER).fetchall()
    in_danger = {row[0] for row in rows}
    assert not [
        (pair, position)
        for pair in pairs
        for position, talk in enumerate(of_seed(*pair))
        if content_id(talk) not in in_danger
    ]
    assert not [idiom for idiom, _ in pairs if content_id(asked(idiom)) in in_danger]


@pytest.mark.parametrize("text", HELP)
def test_help_named_by_its_number_is_known(built: Path, text: str) -> None:
    assert names_help(text)
    assert found(built, helped(text)) == (True, True)


@pytest.mark.parametrize("text", NO_HELP)
def test_a_number_that_is_no_helpline_names_no_help(built: Path, text: str) -> None:
    assert not names_help(text)
    assert found(built, helped(text)) == (True, False)
