"""Copies of blobs that stay for others: without what a forgotten person wrote in them."""

from __future__ import annotations

import json

import duckdb
import pytest

from ingestion.lakehouse.objects import object_store
from python_models.knowledge.canonical.docx import read_docx
from python_models.knowledge.forgetting.blob_copies import copies_of, copy_of
from python_models.knowledge.forgetting.person import Person
from tests.ingestion.knowledge.conftest import corpus  # noqa: F401  the fixture
from tests.python_models.knowledge.canonical.test_docx import docx, p

pytestmark = pytest.mark.usefixtures("corpus")  # a lake of its own
ANNA = "Anna Berg"
SAID = "The budget of the fourth quarter is a fiction."
COMMENT = f'<w:comment w:id="1" w:author="{ANNA}">{p(SAID)}</w:comment>'


def _copied(content: bytes, locator: str, others: str = "") -> tuple[Person, bytes]:
    """Return what is known of Anna then, and the copy of a blob of Jo's document."""
    blob, text = object_store().put(content), read_docx(content).text if others == "" else SAID
    session = duckdb.connect()
    session.execute("create table sightings as select $blob as blob_hash, 'doc' as object_id,"
                    " $at as locator", {"blob": blob, "at": locator})  # fmt: skip
    session.execute("create table documents as from (values ('doc', '[]', $text),"
                    " ('other', '[]', $others)) as rows (object_id, made_from, text)",
                    {"text": text, "others": others})  # fmt: skip
    anna = Person(["anna"], [ANNA], [ANNA], [])
    [[_, _, how]] = copies_of(session, anna, [], {"doc"}).made
    copy = copy_of(content, anna.masked, anna.here, how)
    assert copy is not None
    return anna, copy


def test_a_comment_in_another_ones_document_becomes_blocks() -> None:
    anna, copy = _copied(docx(p("A plan"), comments=COMMENT), "Plan.docx")
    assert anna.quoted == [SAID]
    text = read_docx(copy).text
    assert "A plan" in text and SAID not in text and ANNA not in text
    assert "█" * len(SAID) in text


@pytest.mark.parametrize("others", ["-", f"As is said: {SAID}"])
def test_a_shared_message_goes_and_words_that_another_document_has_stay_in_texts(
    others: str,
) -> None:
    day = [{"user": "U2", "text": "see", "attachments": [{"author": ANNA, "text": SAID}]}]
    anna, copy = _copied(json.dumps(day).encode(), "/0", others)
    assert anna.quoted == ([SAID] if others == "-" else [])
    assert json.loads(copy) == [{"user": "U2", "text": "see", "attachments": [{}]}]


def test_what_another_ones_change_says_of_their_words_goes_too() -> None:
    theirs = {
        "author": ANNA,
        "items": [
            {"field": "summary", "toString": "Mine all mine"},
            {"field": "status", "toString": "In Progress"},
        ],
    }
    others = {"author": "Jo", "items": [
        {"field": "summary", "fromString": "Mine all mine", "toString": "The outage"},
        {"field": "status", "fromString": "In Progress", "toString": "Done"},
        {"field": "environment", "fromString": SAID, "toString": ""},
    ]}  # fmt: skip
    issue = {"reporter": "Jo", "body": "x", "comments": [{"author": ANNA, "body": SAID}],
             "history": [theirs, others], "cached": f"Last said:\n{SAID}"}  # fmt: skip
    anna, copy = _copied(json.dumps([issue]).encode(), "/0", "-")
    assert anna.quoted == [SAID]
    (left,) = json.loads(copy)
    assert left["cached"] == f"Last said:\n{'█' * len(SAID)}"
    assert left["history"] == [{}, {"author": "Jo", "items": [
        {"field": "summary", "fromString": "", "toString": "The outage"},
        {"field": "status", "fromString": "In Progress", "toString": "Done"},
        {"field": "environment", "fromString": "", "toString": ""},
    ]}]  # fmt: skip
