"""Names become blocks, a code point each, in cells and in bytes of any kind that can be masked."""

from __future__ import annotations

import gzip
import json

import duckdb
import pytest

from ingestion.knowledge.read_back import pointed
from python_models.knowledge.forgetting.blob_copies import copy_of
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
    MASKS.give(session, "masked")
    [[masked, found]] = session.execute(
        f"select masked(said), {MASKS.sql_condition(['said'])} from t"
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
        b"<html><p>Zo&euml; Nov&#225;kov&#xE1;</p></html>",
        json.dumps([{"body": "by Zo&euml; Nov&aacute;kov&aacute; &amp; Jo"}]).encode(),
        zipped({"word/document.xml": f"<?xml version='1.0'?>{DOCX}", "a.bin": b"\x00\x01"}),
    ],
    ids=["text", "json", "utf-16", "gzip", "link", "html", "entities", "entities in json", "docx"],
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


@pytest.mark.parametrize(
    ("name", "text", "masked"),
    [
        ("Jan Strauß", "Jan Strauß, JAN STRAUSS", "██████████, ███████████"),
        ("Jan Strauss", "Jan Strauß", "██████████"),
        ("Steffi Fischer", "Steﬃ Fischer", "████████████"),
        ("José Roy", "Jose\u0301 Roy", "█████████"),
        ("Anna Schmidt", "Anna\nSchmidts, Anna\u00a0Schmidt", "████████████s, ████████████"),
        ("Anna Schmidt", "by Anna\r\n  Schmidt", "by ████\r\n  ███████"),
        ("Anna Berg", "Anna Berg Anna Berg Anna Berg", "█████████ █████████ █████████"),
        ("Anna Berg", "Joanna Berg, Anna Bergmann", "Joanna Berg, Anna Bergmann"),
        ("Jan", "Jan in January: Janet, Jans", "███ in January: Janet, ███s"),
        ("ann@firm.de", "joann@firm.de, ann@firm.dev", "joann@firm.de, ann@firm.dev"),
        ("ann@firm.de", "<mailto:Ann@firm.de>.", "<mailto:███████████>."),
        ("U1", "U12, <@U1>", "U12, <@██>"),
        ("田中", "田中さん", "██さん"),
    ],
)  # fmt: skip
def test_a_name_goes_however_it_is_written_and_nobody_elses(
    name: str, text: str, masked: str
) -> None:
    masks = Masks([name])
    assert masks.masked(text) == masked and len(masked) == len(text)
    assert masks.stand_in(text) == (masked != text) and not masks.stand_in(masked)
    asked = f"select {masks.sql_found(['t'])} from (select unnest(?) as t)"
    in_sql = [found for (found,) in duckdb.execute(asked, [[text, masked]]).fetchall()]
    assert in_sql == [masked != text, False]
    assert masks.without(masked.encode()) == masked.encode()


def test_a_name_after_an_escape_and_one_that_markup_cuts_go_too() -> None:
    masks = Masks(["Anna Berg"])
    assert masks.masked(r'{"a": "so\nAnna\nBerg", "b": "\u201eAnna Berg"}') == (
        r'{"a": "so\n████\n████", "b": "\u201e█████████"}'
    )
    assert masks.masked("/of%20Anna%20Berg.md") == "/of%20█████████.md"
    cut = b"<html><p>by <b>Anna</b> Berg</p><p>Then Joanna <b>Berg</b></p></html>"
    assert masks.without(cut) == (
        "<html><p>by <b>████</b>█████</p><p>Then Joanna <b>Berg</b></p></html>".encode()
    )
    assert masks.without(b"\xff\x00 Joanna Berg") == b"\xff\x00 Joanna Berg", "another's stays"


def test_rows_of_a_table_that_mean_another_of_that_name_stay() -> None:
    table = b"id,who\r\n1,Anna\r\n2,Anna\r\n"
    how = {"empty": [], "named": ["row=2"]}
    assert copy_of(table, [], ["Anna"], how) == "id,who\r\n1,Anna\r\n2,████\r\n".encode()


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
