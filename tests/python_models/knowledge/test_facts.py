"""Facts: which day they were said, and from when to when they hold."""

from __future__ import annotations

from datetime import datetime

from python_models.knowledge.facts import FACTS, facts_of
from python_models.knowledge.resolution.tables import place_rows

JAN, FEB, MAR = (datetime(2025, month, 1) for month in (1, 2, 3))
SYNCS = [datetime(2025, month, 10) for month in (1, 2, 3)]
STRONG = [
    {"kind": "email", "type": "", "pattern": r"[^@\s]+@[^@\s]+\.\w+"},
    {"kind": "incident", "type": "incident", "pattern": r"INC-\d+"},
]


def _said(version: str, value: str = "Atlas", **given) -> dict:
    row = dict.fromkeys(FACTS.names)
    return row | {
        "fact_id": f"{version}{value}", "object_id": "d", "version": version,
        "extractor_id": "x", "evidence_start": 0, "evidence_end": 5, "subject_type": "Service",
        "subject_name": "the Ledger service", "predicate": "owned by", "object_type": "team",
        "object_name": value, "polarity": "asserted", "confidence": 1.0,
    } | given  # fmt: skip


def _document(
    version: str, updated_at: datetime | None, created_at: datetime | None = None
) -> dict:
    ids = {"object_id": "d", "version": version, "content_hash": version}
    times = {"created_at": created_at, "updated_at": updated_at}
    return {"source": "pages", "tier": "open", **ids, **times}


def _facts(said: list[dict], documents: list[dict], messages: list[dict] = []) -> list[dict]:  # noqa: B006
    members = [
        {"object_id": "d", "version": one["version"], "known_from": at}
        for one, at in zip(documents, SYNCS, strict=False)
    ]
    return facts_of(said, documents, members, messages, STRONG).to_pylist()


def test_a_fact_holds_from_the_day_of_its_document_or_as_its_words_say() -> None:
    [plain] = _facts([_said("v1")], [_document("v1", FEB, JAN)])
    assert (plain["said_at"], plain["valid_from"], plain["valid_to"]) == (FEB, FEB, None)
    [created] = _facts([_said("v1")], [_document("v1", None, JAN)])
    assert created["valid_from"] == JAN
    [unknown] = _facts([_said("v1")], [_document("v1", None)])
    assert unknown["valid_from"] == SYNCS[0]
    [since] = _facts([_said("v1", time_expression="since 2024-11-05")], [_document("v1", FEB)])
    assert since["valid_from"] == datetime(2024, 11, 5)
    [until] = _facts([_said("v1", time_expression="until 3 January 2025")], [_document("v1", FEB)])
    assert until["valid_to"] is None or until["valid_from"] < until["valid_to"]


def test_what_a_message_says_was_said_when_it_was_sent() -> None:
    messages = [
        {
            "object_id": "d",
            "version": "v1",
            "span_start": start,
            "span_end": start + 9,
            "sent_at": at,
        }
        for start, at in ((0, JAN), (10, FEB))
    ]
    said = [_said("v1"), _said("v1", "Quay", evidence_start=12, evidence_end=15)]
    found = {row["value"]: row["said_at"] for row in _facts(said, [_document("v1", MAR)], messages)}
    assert found == {"Atlas": JAN, "Quay": FEB}


def test_what_goes_on_over_versions_keeps_its_first_day_and_what_comes_back_gets_a_new_one() -> (
    None
):
    documents = [_document("v1", JAN), _document("v2", FEB), _document("v3", MAR)]
    going_on = [_said("v1"), _said("v2"), _said("v3")]
    assert [row["valid_from"] for row in _facts(going_on, documents)] == [JAN, JAN, JAN]
    back = [_said("v1"), _said("v2", "Quay"), _said("v3")]
    assert [row["valid_from"] for row in _facts(back, documents)] == [JAN, FEB, MAR]


def test_names_are_folded_and_ids_are_seen() -> None:
    [row] = _facts([_said("v1")], [_document("v1", JAN)])
    assert (row["subject_type"], row["subject_key"], row["object_key"]) == (
        "service", "ledger", "atlas",
    )  # fmt: skip
    assert row["subject_strong"] is None
    mail = _said("v1", "Mira@X.io", object_type="person")
    number = _said("v1", subject_type="incident", subject_name="INC-7")
    rows = _facts([mail, number], [_document("v1", JAN)])
    assert rows[0]["object_strong"] == "email:mira@x.io"
    assert rows[1]["subject_strong"] == "incident:inc-7"


def test_a_version_that_is_no_member_gives_no_fact() -> None:
    assert facts_of([_said("v9")], [_document("v9", JAN)], [], [], STRONG).num_rows == 0


def test_a_name_of_marks_alone_names_nothing() -> None:
    document = _document("v1", FEB)
    [masked] = _facts([_said("v1", "█████", subject_type="person")], [document])
    assert (masked["object_key"], masked["object_type"], masked["value"]) == (None, None, "█████")
    assert _facts([_said("v1", subject_type="person", subject_name="-")], [document]) == []
    mention = {"object_id": "d", "version": "v1", "type": "person", "name": "-", "key": "",
               "strong": None, "mention_count": 3}  # fmt: skip
    assert [row["type"] for row in place_rows([mention], [masked])] == ["person"]
    assert place_rows([mention], []) == []
    assert len(place_rows([mention | {"strong": "slack_user:U1"}], [])) == 1
