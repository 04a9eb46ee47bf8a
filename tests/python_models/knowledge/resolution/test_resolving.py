"""What is taken for one thing, and what is not; decisions outrank and are taken back."""

from __future__ import annotations

import random

import pytest

from python_models.knowledge.resolution.anchors import (
    ANYWHERE,
    Account,
    Anchor,
    Decision,
    Same,
    Settings,
    anchor_text,
)
from python_models.knowledge.resolution.names import likeness, name_key
from python_models.knowledge.resolution.resolving import Resolution, resolve


def _named(object_id: str, kind: str, name: str) -> Anchor:
    return Anchor(object_id, kind, name_key(kind, name), None, name)


def _strong(object_id: str, kind: str, strong: str) -> Anchor:
    return Anchor(object_id, kind, "", strong)


def _groups(found: Resolution) -> set[frozenset[str]]:
    """Return anchors of one group together."""
    groups: dict[str, set[str]] = {}
    for text, unit in found.units.items():
        groups.setdefault(found.group_of[unit], set()).add(text)
    return {frozenset(group) for group in groups.values()}


def _resolved(anchors: list[Anchor], accounts=(), same=(), decisions=(), **settings) -> Resolution:
    return resolve(anchors, accounts, same, list(decisions), Settings(**settings))


def _together(found: Resolution, one: Anchor, other: Anchor) -> bool:
    return found.group_of[found.units[one.text]] == found.group_of[found.units[other.text]]


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("service", "the Ledger service", "ledger"),
        ("team", "Team Atlas", "@atlas"),
        ("team", "Atlas’s", "the Atlas team"),
        ("service", "quay-db", "Quay DB"),
        ("person", "MIRA  Okafor", "Mira Okafor,"),
    ],
)
def test_spellings_of_one_name_have_one_key(kind: str, one: str, other: str) -> None:
    assert name_key(kind, one) == name_key(kind, other)


def test_numbers_and_other_words_tell_names_apart() -> None:
    assert likeness("inc 12", "inc 13") == 0
    assert likeness("mira okafor", "mira okada") < 0.9
    assert likeness("payments", "payments gateway") < 0.94
    assert likeness("harbor", "harbour") > 0.94
    assert likeness("okafor mira", "mira okafor") == 1


def test_a_name_in_two_documents_is_one_thing_and_of_two_types_two() -> None:
    one, two = _named("d1", "service", "Ledger"), _named("d2", "service", "the ledger service")
    team = _named("d2", "team", "Ledger")
    found = _resolved([one, two, team])
    assert _together(found, one, two) and not _together(found, one, team)


def test_an_account_brings_its_names_and_ids_together() -> None:
    account = Account("person", ("slack_user:U1", "email:mira@x.io"), ("Mira Okafor", "mira.o"))
    named, mail = _named("d1", "person", "Mira Okafor"), _strong("d2", "person", "email:mira@x.io")
    user = _strong("d3", "person", "slack_user:U1")
    found = _resolved([named, mail, user], [account])
    assert len(_groups(found)) == 1
    assert {merge.rule for merge in found.merges} == {"account", "name of an account"}


def test_two_people_of_one_name_are_told_apart_by_the_document() -> None:
    accounts = [
        Account("person", ("slack_user:U1",), ("Jo Berg",)),
        Account("person", ("slack_user:U2",), ("Jo Berg",)),
    ]
    one, two = _named("d1", "person", "Jo Berg"), _named("d2", "person", "Jo Berg")
    third = _named("d3", "person", "Jo Berg")
    ids = [_strong("d1", "person", "slack_user:U1"), _strong("d2", "person", "slack_user:U2")]
    found = _resolved([one, two, third, *ids], accounts)
    assert _together(found, one, ids[0]) and _together(found, two, ids[1])
    assert not _together(found, one, two)
    assert not _together(found, third, one) and not _together(found, third, two), "nobody knows"


def test_what_stands_around_a_shared_name_tells_who_is_meant() -> None:
    accounts = [
        Account("person", ("slack_user:U1",), ("Jo Berg",)),
        Account("person", ("slack_user:U2",), ("Jo Berg",)),
    ]
    told = _named("d3", "person", "Jo Berg")
    anchors = [
        _strong("d1", "person", "slack_user:U1"), _named("d1", "service", "Ledger"),
        _strong("d2", "person", "slack_user:U2"), _named("d2", "service", "Harbor"),
        told, _named("d3", "service", "Harbor"),
    ]  # fmt: skip
    found = _resolved(anchors, accounts)
    assert _together(found, told, anchors[2]) and not _together(found, told, anchors[0])


def test_two_strong_ids_of_one_kind_never_merge_by_score() -> None:
    accounts = [
        Account("person", ("slack_user:U1",), ("Jo Bergmann",)),
        Account("person", ("slack_user:U2",), ("Jo Bergman",)),
    ]
    anchors = [
        _strong("d1", "person", "slack_user:U1"), _strong("d2", "person", "slack_user:U2"),
        _named("d3", "person", "Jo Bergmann"), _named("d4", "person", "Jo Bergman"),
    ]  # fmt: skip
    assert likeness("jo bergmann", "jo bergman") > 0.94
    assert not _together(_resolved(anchors, accounts), anchors[0], anchors[1])
    assert _together(_resolved(anchors[2:]), anchors[2], anchors[3])


def test_a_first_name_is_the_one_person_who_has_it() -> None:
    full, first = _named("d1", "person", "Mira Okafor"), _named("d2", "person", "Mira")
    assert _together(_resolved([full, first]), full, first)
    other = _named("d3", "person", "Mira Lund")
    assert not _together(_resolved([full, first, other]), full, first)
    beside = _named("d2", "person", "Mira Lund")
    found = _resolved([full, first, other, beside])
    assert _together(found, first, beside) and not _together(found, first, full)


def test_names_a_document_tells_apart_are_not_merged_by_score() -> None:
    one, two = _named("d1", "service", "Harbor"), _named("d2", "service", "Harbour")
    assert _together(_resolved([one, two]), one, two)
    alike = [_named("d1", "service", "Northgate"), _named("d2", "service", "Northgaze")]
    assert _together(_resolved(alike), *alike)
    assert not _together(_resolved([*alike, _named("d1", "service", "Northgaze")]), *alike)
    assert not _together(_resolved([one, two], uses_scores=False), one, two)


def test_a_document_that_tells_of_a_renaming_makes_two_names_one() -> None:
    old, new = _named("d1", "service", "Beacon"), _named("d2", "service", "Lantern")
    same = [Same("service", "beacon", "service", "lantern")]
    assert not _together(_resolved([old, new]), old, new)
    assert _together(_resolved([old, new], same=same), old, new)


def test_decisions_outrank_rules_and_taken_back_leave_the_former_groups() -> None:
    one, two = _named("d1", "service", "Ledger"), _named("d2", "service", "Ledger")
    three = _named("d3", "service", "Quay")
    apart = Decision("x1", "keep_apart", one.text, two.text)
    found = _resolved([one, two, three], decisions=[apart])
    assert not _together(found, one, two) and found.decided == {"x1"}
    merge = Decision("x2", "merge", anchor_text("service", "quay", ANYWHERE, None), two.text)
    found = _resolved([one, two, three], decisions=[apart, merge])
    assert _together(found, two, three) and not _together(found, one, three)
    assert _groups(_resolved([one, two, three])) == {
        frozenset({one.text, two.text}), frozenset({three.text})
    }  # fmt: skip
    nothing = Decision("x3", "merge", "name:service:nowhere:*", one.text)
    assert _resolved([one, two], decisions=[nothing]).decided == set()


def test_the_order_of_rows_changes_nothing() -> None:
    names = ["Mira Okafor", "Mira", "Mira Lund", "Jo Berg", "Okafor, Mira", "Mira Okafr", "Jo"]
    anchors = [_named(f"d{place % 5}", "person", name) for place, name in enumerate(names * 3)]
    expected = _groups(_resolved(anchors))
    for seed in range(5):
        mixed = anchors[:]
        random.Random(seed).shuffle(mixed)
        assert _groups(_resolved(mixed)) == expected
