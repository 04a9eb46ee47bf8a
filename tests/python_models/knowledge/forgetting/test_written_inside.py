"""Records with a writer of their own inside of what others wrote."""

from __future__ import annotations

from typing import Any

import pytest

from python_models.knowledge.forgetting.written_inside import (
    changes_of,
    former_of,
    lines_of,
    places_in,
)

CALLED = {"u1", "anna@firm.example", "anna berg"}
JIRA = {
    "key": "OPS-1",
    "fields": {
        "reporter": {"emailAddress": "jo@firm.example"},
        "comment": {"comments": [
            {"author": {"displayName": "Anna Berg"}, "body": "it was me"},
            {"author": {"displayName": "Jo Berg"}, "body": "it was her"},
        ]},
    },
    "changelog": {"histories": [
        {"author": {"emailAddress": "Anna@firm.example"},
         "items": [{"field": "summary", "fromString": "I broke it", "toString": "It broke"}]},
    ]},
}  # fmt: skip
GITHUB = {"body": "x", "user": {"login": "jo"}, "edits": [{"editor": "jo", "diff": "y"}],
          "timeline": [{"actor": {"login": "u1"}, "event": "renamed",
                        "rename": {"from": "a", "to": "b"}}]}  # fmt: skip


@pytest.mark.parametrize(
    ("document", "kept", "places"),
    [
        ([{"user": "U1", "text": "a"}, {"user": "U2", "text": "b"}], [], ["/0"]),
        ([JIRA], ["/0"], ["/0/fields/comment/comments/0", "/0/changelog/histories/0"]),
        ([GITHUB], ["/0"], ["/0/timeline/0"]),
        # a record of others that they began, and a page that is called after them, stay
        ({"user": "U1", "messages": [{"user": "U2", "text": "b"}]}, ["/messages/0"], []),
        ([{"reactions": [{"name": "up", "users": ["U1", "U2"]}]}], ["/0"], []),
        ([{"author": ["U1", "U2"], "text": "ours"}], [], []),
        ([{"text": "yes", "root": {"user": "U1", "text": "a"}}], ["/0"], ["/0/root"]),
    ],
)
def test_what_somebody_wrote_is_found_at_any_depth(
    document: Any, kept: list[str], places: list[str]
) -> None:
    assert places_in(document, CALLED, kept) == places


def test_what_a_message_said_before_goes_with_it_whoever_is_named_there() -> None:
    day = [{"message": {"text": "b"}, "previous_message": {"text": "a"}}, {"message": {}}]
    assert former_of(day, ["/0/message", "/1/message"]) == ["/0/previous_message"]


def test_lines_are_cut_where_texts_differ_from_records() -> None:
    record = {"text": "Ask <@U2> for &lt;all&gt; the keys of the house\nno", "blocks": ["and two"]}
    assert lines_of(record, 6) == {"for <all> the keys of the house", "and two"}


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"field": "description", "fromString": "I broke it. Sorry", "toString": "x y z"},
         ["/fromString"]),
        ({"items": [{"field": "summary", "from": None, "toString": "then I broke it"}]},
         ["/items/0/toString"]),
        ({"event": "renamed", "rename": {"from": "I broke it", "to": "Outage"}}, ["/rename/from"]),
        ({"changes": {"title": {"previous": "I broke it", "current": "b"}}},
         ["/changes/title/previous"]),
        ({"fromTitle": "I broke it", "toTitle": "b"}, ["/fromTitle"]),
        # a state is anybody's, and so is what is no change
        ({"field": "status", "fromString": "I broke it", "toString": "Done"}, []),
        ({"body": "I broke it"}, []),
    ],
)  # fmt: skip
def test_a_change_by_another_has_their_words(change: Any, at: list[str]) -> None:
    assert list(changes_of(change, "", {"I broke it"})) == at
