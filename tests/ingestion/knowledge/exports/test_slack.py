"""Records of a Slack export that are no messages of their own, and days in which some are odd."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ingestion.knowledge.read_back import content_of
from tests.ingestion.knowledge.exported import read_export, written


def said(ts: str, **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": "U1", "ts": ts, "text": "x"} | more


def day(folder: Path, *records: Any) -> dict[str, str]:
    """Return the messages of a day, content hash by `ts`."""
    place = written(folder / "export", {"general/2025-03-10.json": json.dumps(records)})
    seen, _, _ = read_export("slack", place)
    return {one.native_id.rpartition("/")[2]: one.content_hash for one in seen}


def test_that_a_thread_was_replied_to_is_no_message(tmp_path: Path) -> None:
    event = said("1741600009.000100", subtype="message_replied", hidden=True)
    assert day(tmp_path, said("1741600000.000100"), event).keys() == {"1741600000.000100"}


def test_a_day_may_begin_with_a_mark_of_its_encoding(tmp_path: Path) -> None:
    content = "\ufeff" + json.dumps([said("1741600000.000100")])
    seen, refused, sync = read_export(
        "slack", written(tmp_path / "e", {"g/2025-03-10.json": content})
    )
    assert (len(seen), refused, sync.error) == (1, [], None)
    assert b"1741600000" in content_of(seen[0].blob_hash, seen[0].locator, sync.store)


def test_half_a_character_costs_neither_its_message_nor_its_day(tmp_path: Path) -> None:
    first = said("1741600000.000100", text="cut \ud83d")
    other = said("1741600001.000100", text="whole \U0001f600, said \\ud83d")
    content = json.dumps([first, other])
    seen, refused, sync = read_export(
        "slack", written(tmp_path / "e", {"g/2025-03-10.json": content})
    )
    assert (len(seen), refused) == (2, [])
    texts = [json.loads(content_of(one.blob_hash, one.locator, sync.store))["text"] for one in seen]
    assert texts == ["cut \ufffd", other["text"]]


def test_an_edit_in_the_same_day_is_what_stands_of_a_plain_message(tmp_path: Path) -> None:
    first, edited = said("1741600000.000100"), {"ts": "1741600005.000100"}
    later = said("1741600000.000100", text="y", edited=edited)
    found = day(tmp_path, first, said("1741600001.000100"), later)
    assert len(found) == 2
    assert found["1741600000.000100"] != found["1741600001.000100"]
    assert day(tmp_path, later, first) == {"1741600000.000100": found["1741600000.000100"]}
