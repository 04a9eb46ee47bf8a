"""Files of logs over deliveries: what grew, was rotated or packed is counted once."""

import gzip
import hashlib
import json
from datetime import datetime

import duckdb
import pyarrow as pa

from python_models.knowledge.log_files import tables
from python_models.knowledge.log_files.reading import LogReader
from python_models.knowledge.log_files.tables import template_rows

DECLARED = [{"load_id": "1", "source": "s", "declaration": json.dumps({}), "zone": "UTC"}]


class Blobs(dict):
    """Blobs in memory, and the rows of files that name them."""

    def file(self, content: bytes, day: int, locator: str = "app.log") -> dict:
        name = hashlib.sha256(content).hexdigest()
        self[name] = content
        return {
            "object_id": name[:16],
            "blob_hash": name,
            "source": "s",
            "tier": "open",
            "title": "app",
            "locator": locator,
            "known_from": datetime(2025, 3, day),
            "sync_from": f"sync{day}",
        }

    def get(self, name: str) -> bytes:
        return self[name]


def line(number: int) -> bytes:
    return f"2025-03-01 10:00:{number:02d} INFO step {number} done\n".encode()


def reading(blobs: Blobs, *files: dict, known: list | None = None) -> list[dict]:
    return list(LogReader(blobs, DECLARED, known or []).rows(files))


def kept(rows: list[dict]) -> list[str]:
    """What the table holds: the newest row of a position."""
    return [row["message"] for row in {row["position"]: row for row in rows}.values()]


def test_a_file_that_grew_gives_its_new_lines_only():
    blobs = Blobs()
    first = blobs.file(line(1) + line(2), 1)
    second = blobs.file(line(1) + line(2) + line(3), 2)
    rows = reading(blobs, first, second)
    assert kept(rows) == ["step 1 done", "step 2 done", "step 3 done"]
    assert len(rows) == 4  # the last line known is read again: it may have gone on


def test_a_last_line_that_was_not_finished_is_replaced_by_its_whole():
    blobs = Blobs()
    first = blobs.file(line(1) + b"2025-03-01 10:00:02 INFO half", 1)
    second = blobs.file(line(1) + b"2025-03-01 10:00:02 INFO half and more\n", 2)
    assert kept(reading(blobs, first, second)) == ["step 1 done", "half and more"]


def test_of_a_file_that_grew_between_two_deliveries_of_one_build_each_line_is_once(monkeypatch):
    blobs = Blobs()
    files = [
        blobs.file(line(1) + b"2025-03-01 10:00:02 INFO half", 1),
        blobs.file(line(1) + b"2025-03-01 10:00:02 INFO half and more\n", 2),
        blobs.file(line(1) + b"2025-03-01 10:00:02 INFO half and more\n" + line(3), 3),
    ]
    monkeypatch.setattr(tables, "object_store", lambda: blobs)
    session = duckdb.connect()
    versions = pa.Table.from_pylist([one | {"kind": "log_file"} for one in files])
    session.register("versions", versions)
    session.register("declared", pa.Table.from_pylist(DECLARED))
    found = tables.events_read(session, session.table("versions"), session.table("declared"), None)
    assert found["message"].to_pylist() == ["step 1 done", "half and more", "step 3 done"]


def test_a_file_that_was_rotated_and_packed_meanwhile_is_counted_once():
    blobs = Blobs()
    content = line(1) + line(2)
    first = blobs.file(content, 1)
    packed = blobs.file(gzip.compress(content), 2, "app.log.1.gz")
    other = blobs.file(line(7), 2)
    assert kept(reading(blobs, first, packed, other)) == [
        "step 1 done",
        "step 2 done",
        "step 7 done",
    ]


def test_what_an_earlier_build_read_is_gone_on_from():
    blobs = Blobs()
    first = blobs.file(line(1) + line(2), 1)
    rows = reading(blobs, first)
    known = [
        {
            **{name: rows[0][name] for name in ("source", "stream", "first_hash", "object_id")},
            "blob_hash": first["blob_hash"],
            "origin": rows[0]["origin"],
            "last_offset": rows[-1]["byte_offset"],
        }
    ]
    second = blobs.file(line(1) + line(2) + line(3), 2)
    later = reading(blobs, second, known=known)
    assert kept(rows + later) == ["step 1 done", "step 2 done", "step 3 done"]
    assert [row["position"] for row in later] == [rows[-1]["position"], later[-1]["position"]]


def test_rotated_parts_of_one_delivery_are_read_oldest_first():
    blobs = Blobs()
    parts = [
        blobs.file(line(3), 1, "app.log"),
        blobs.file(line(1), 1, "app.log.2.gz"),
        blobs.file(line(2), 1, "app.log.1"),
    ]
    assert kept(reading(blobs, *parts)) == ["step 1 done", "step 2 done", "step 3 done"]


def test_a_template_has_a_new_version_only_when_what_is_told_of_it_changes():
    def row(day: int, count: int, host: str) -> dict:
        return {
            "source": "s", "template_id": "t", "known_from": datetime(2025, 3, day),
            "sync_from": f"sync{day}", "tier": "open", "template": "step <*> done",
            "level": "INFO", "event_count": count, "first_at": datetime(2025, 3, day),
            "last_at": datetime(2025, 3, day), "hosts": [host], "streams": ["app"],
            "samples": ["step 1 done", "step 2 done", "step 3 done"],
        }  # fmt: skip

    found = list(template_rows([row(1, 200, "a"), row(2, 50, "a"), row(3, 9, "b")]))
    assert [(one["event_count"], one["known_to"]) for one in found] == [
        (250, datetime(2025, 3, 3)),
        (259, None),
    ]
    assert len({one["object_id"] for one in found}) == 1


def test_a_file_written_years_ago_has_lines_of_then():
    blobs = Blobs()
    file = blobs.file(b"Mar 27 13:06:56 h sshd: a\n", 3)
    old, unknown = datetime(2021, 3, 28), datetime(1980, 1, 1)  # a zip that knows no time
    found = [reading(blobs, file | {"updated_at": at})[0] for at in (old, unknown)]
    assert [row["logged_at"].year for row in found] == [2021, 2024]
