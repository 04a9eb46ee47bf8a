"""Names become blocks, a code point each, in cells and in bytes of any kind that can be masked."""

from __future__ import annotations

import gzip
import json

import duckdb
import pytest

from ingestion.knowledge.read_back import pointed
from python_models.knowledge.forgetting.lake_texts import texts_in
from python_models.knowledge.forgetting.masking import Masks, emptied, masked_at
from python_models.knowledge.forgetting.named_lines import hashes_in, name_hash
from tests.ingestion.knowledge.corpus import zipped

NAMES = ["Zoë Nováková", "zoe@firm.example", "U0ZOE"]
MASKS = Masks(NAMES)
TEXT = "zoë nováková (ZOE@firm.example, <@U0ZOE>) knows O'Brien."
BLOCKS = "████████████ (████████████████, <@█████>) knows O'Brien."
DOCX = (
    "<w:p><w:r><w:t>Zoë No</w:t></w:r><w:r><w:t>váková</w:t></w:r>"
    "<w:r><w:t> stays away</w:t></w:r></w:p>"
)


def test_a_text_keeps_its_length_in_python_and_in_sql() -> None:
    assert MASKS.masked(TEXT) == BLOCKS and len(TEXT) == len(BLOCKS)
    session = duckdb.connect()
    session.execute("create table t as select $text as said, 1 as number", {"text": TEXT})
    [[masked, found]] = session.execute(
        f"select {MASKS.sql('said')}, {MASKS.sql_condition(['said'])} from t"
    ).fetchall()
    assert (masked, found) == (BLOCKS, True)
    assert not MASKS.stand_in(BLOCKS) and MASKS.stand_in(TEXT)
    assert Masks([]).masked(TEXT) == TEXT and Masks([]).sql_condition(["said"]) == "false"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        json.dumps({"a": [TEXT]}).encode(),  # letters as escapes
        TEXT.encode("utf-16"),
        gzip.compress(TEXT.encode()),
        f"[see](Zo%C3%AB%20Nov%C3%A1kov%C3%A1.md) {TEXT}".encode(),
        f"<html><b>Zoë</b> Nováková {TEXT}</html>".encode(),
        zipped({"word/document.xml": f"<?xml version='1.0'?>{DOCX}", "a.bin": b"\x00\x01"}),
    ],
    ids=["text", "json", "utf-16", "gzip", "link", "html", "docx"],
)
def test_bytes_have_no_name_any_more_and_stay_what_they_are(content: bytes) -> None:
    assert any(MASKS.stand_in(text) for text in texts_in(content))
    masked = MASKS.masked_bytes(content)
    assert masked is not None
    assert not any(MASKS.stand_in(text) for text in texts_in(masked))
    assert any("█" in text for text in texts_in(masked)), "as many blocks stand there"
    assert MASKS.masked_bytes(content) == masked, "the same bytes again, so a killed one goes on"


def test_what_cannot_be_masked_for_sure_is_said_to_be_so() -> None:
    assert MASKS.masked_bytes(b"\xff\x00\x81 U0ZOE") is None
    assert MASKS.masked_bytes(zipped({"a.txt": TEXT})) is None  # a member of no known kind


def test_records_that_go_leave_their_places_to_the_others() -> None:
    day = json.dumps([{"text": "mine"}, {"text": TEXT}, {"text": "Zoë Nováková of another firm"}])
    left = emptied(day.encode(), ["/0"])
    assert left is not None
    assert pointed(json.loads(left), "/0") == {}
    assert pointed(json.loads(left), "/1") == {"text": TEXT}
    masked = json.loads(masked_at(left, ["/1"], Masks(["Zoë Nováková"])))
    assert masked[1]["text"].startswith("████████████ (ZOE@firm")
    assert masked[2]["text"].startswith("Zoë"), "where another is meant the name stays"
    rows = emptied(b"id,who\r\n1,Zoe\r\n2,Jo\r\n", ["row=1"])
    assert rows == b"id,who\r\n,\r\n2,Jo\r\n"


def test_a_name_is_found_again_by_the_hashes_of_its_words() -> None:
    wanted = name_hash("salt", "Zoë Nováková")
    assert wanted in set(hashes_in("Ask zoë.nováková today", "salt", {2}))
    assert wanted not in set(hashes_in(BLOCKS + " Zoë and Nováková", "salt", {2}))
