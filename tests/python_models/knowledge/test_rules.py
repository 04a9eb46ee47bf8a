"""The rule pack: what it reads in a sentence, and what it leaves alone."""

import pytest

from python_models.knowledge.rules import extract


def said(text: str) -> list[tuple[str, str, str | None, str, str | None]]:
    """Subject, predicate, object or value, polarity and time of every statement."""
    found = extract(text)
    return [
        (
            found.mentions[one.subject].text,
            one.predicate,
            one.value if one.object is None else found.mentions[one.object].text,
            one.polarity,
            one.time_expression,
        )
        for one in found.statements
    ]


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("pay-api is owned by Team Ledger since March 2025.",
         ("pay-api", "is owned by", "Team Ledger", "asserted", "since March 2025")),
        ("Team Ledger took over pay-api on 4 March 2025.",
         ("Team Ledger", "took over", "pay-api", "asserted", "on 4 March 2025")),
        ("pay-api no longer depends on pay-db since 2025-03-04.",
         ("pay-api", "depends on", "pay-db", "negated", "since 2025-03-04")),
        ("pay-api does not read from pay-db.",
         ("pay-api", "reads from", "pay-db", "negated", None)),
        ("pay-api will depend on pay-db from May 2025.",
         ("pay-api", "depends on", "pay-db", "planned", "from May 2025")),
        ("According to Maya Chen, Team Ledger owns pay-api.",
         ("Team Ledger", "owns", "pay-api", "reported", None)),
        ("The root cause of INC-7 was pay-db.",
         ("INC-7", "root cause was", "pay-db", "asserted", None)),
        ("pay-api was renamed to money-api on 2025-03-04.",
         ("pay-api", "was renamed to", "money-api", "asserted", "on 2025-03-04")),
        ("Maya is on call for pay-api.",
         ("Maya", "is on call for", "pay-api", "asserted", None)),
        ("Team Ledger is led by @Zoë O'Neill.",
         ("Team Ledger", "is led by", "Zoë O'Neill", "asserted", None)),
    ],
)  # fmt: skip
def test_a_sentence_is_read_with_its_polarity_and_time(text: str, statement: tuple[str, ...]):
    assert said(f"Some words before. {text} And after.") == [statement]


def test_a_list_of_names_makes_a_statement_of_each():
    assert [one[2] for one in said("INC-9 affected pay-api, pay-db and till-web.")] == [
        "pay-api",
        "pay-db",
        "till-web",
    ]


def test_names_of_two_sentences_are_not_joined():
    assert said("We looked at pay-api. depends on pay-db, it says\nTeam Ledger\nowns pay-api") == []


def test_evidence_begins_after_the_head_of_a_message_and_reads_back():
    text = "**Maya Chen** (2025-03-04 09:12): Team Ledger owns pay-api.\n\n**B C** (?): fine"
    (one,) = extract(text).statements
    assert text[one.evidence_start : one.evidence_end] == "Team Ledger owns pay-api."


def test_every_span_reads_back_its_words():
    text = "Zoë — Team Ledger owns pay-api.\nINC-3 was caused by pay-db; see maya@x.example, #ops."
    for one in extract(text).mentions:
        assert text[one.start : one.end] == one.text


@pytest.mark.parametrize(
    "text",
    [
        "Follow-up: the read-only switch is on-call material.",
        "The Weekly Summary is here.",
        "https://x.example/pay-api/owner and pay-api.py",
    ],
)
def test_words_that_only_look_like_names_are_none(text: str):
    assert extract(text).mentions == ()
