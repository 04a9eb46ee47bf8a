"""Files of every kind are cut into records; what is damaged is told from what is not."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

import ingestion.conversations.json_stream as json_stream
from ingestion.conversations.decoding import Dialect, records
from ingestion.conversations.json_stream import Bad, json_values
from ingestion.conversations.payload import Wrapped
from ingestion.landing.rejecting import Unreadable

ROWS = [
    {"id": 1, "text": 'quoted "x" {[}] \\', "deep": {"a": [1, [2]]}},
    {"id": 2, "text": "你好\nline"},
    {"id": 3, "text": ""},
]


def read(path: Path, dialect: Dialect | None = None) -> list[Any]:
    """Return a file's records decoded, bad ones as their reason."""
    found: list[Any] = []
    for payload in records(path, path.name, dialect or Dialect()):
        if isinstance(payload, Wrapped):
            payload = payload.text
        if isinstance(payload, Bad):
            found.append(payload.reason)
        elif isinstance(payload, bytes):
            try:
                found.append(orjson.loads(payload))
            except orjson.JSONDecodeError:
                found.append("bad_json")
        else:
            found.append(payload)
    return found


def lines(rows: list[Any]) -> bytes:
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


BODIES: dict[str, bytes] = {
    "lines.jsonl": lines(ROWS),
    "named_otherwise.data": lines(ROWS),
    "no_last_line_end.jsonl": lines(ROWS).rstrip(),
    "empty_lines.jsonl": lines(ROWS).replace(b"\n", b"\r\n\r\n"),
    "marked.jsonl": b"\xef\xbb\xbf" + lines(ROWS),
    "array.json": orjson.dumps(ROWS),
    "pretty.json": json.dumps(ROWS, indent=4).encode(),
    "wide.json": json.dumps(ROWS, indent=1, ensure_ascii=False).encode("utf-16"),
    "objects_in_a_row.json": b"\n".join(json.dumps(row, indent=2).encode() for row in ROWS),
    "wrapped.json": orjson.dumps({"version": 1, "data": ROWS}),
    "pretty_wrapped.json": json.dumps({"version": 1, "data": ROWS}, indent=2).encode(),
    "packed.jsonl.gz": gzip.compress(lines(ROWS)),
    "packed.json.zst": zstandard.ZstdCompressor().compress(json.dumps(ROWS).encode()),
}


@pytest.mark.parametrize("name", BODIES)
def test_json_of_any_layout_is_cut_into_its_records(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(BODIES[name])
    assert read(path) == ROWS


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64])
def test_where_a_block_ends_does_not_matter(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "_BLOCK", block)
    body = json.dumps(ROWS, indent=1, ensure_ascii=False).encode()
    assert [orjson.loads(value) for value in json_values(io.BytesIO(body), 1)] == ROWS  # type: ignore[arg-type]


def test_a_zip_gives_the_records_of_its_data_files(tmp_path: Path) -> None:
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b/second.jsonl", lines(ROWS[1:]))
        archive.writestr("a_first.jsonl", lines(ROWS[:1]))
        archive.writestr("README.md", "nothing")
    assert read(path) == ROWS


def test_parquet_rows_come_with_their_lists(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    rows = [{"conversations": [{"from": "human", "value": "x"}], "n": 1}] * 1500
    pq.write_table(pa.Table.from_pylist(rows), path)
    assert read(path) == rows


def test_cells_may_hold_line_ends_of_any_kind(tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    path.write_bytes(
        b'\xef\xbb\xbfquestion,answer\r\n"one\r\ntwo\nthree","a ""b"""\r\n\r\nplain,"x,y"\n'
    )
    assert read(path) == [
        {"question": "one\r\ntwo\nthree", "answer": 'a "b"'},
        {"question": "plain", "answer": "x,y"},
    ]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_the_header_says_what_parts_the_cells(mark: str, tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    path.write_text(f"question{mark}answer\nwhy, really{mark}because\n")
    assert read(path) == [{"question": "why, really", "answer": "because"}]


def test_signs_that_keep_spreadsheets_from_calculating_are_taken_off(tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    path.write_text("question,answer\n'=1+1,''-x\n'quoted',-5\n")
    assert read(path) == [
        {"question": "=1+1", "answer": "'-x"},
        {"question": "'quoted'", "answer": "-5"},
    ]


def test_rows_that_cannot_be_used_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    path.write_bytes(b'question,answer\na\na,b,c\ncaf\xe9,x\ngood,row\nopen,"quote\n')
    assert read(path) == [
        "wrong_width", "wrong_width", "bad_encoding", {"question": "good", "answer": "row"},
        {"question": "open", "answer": "quote\n"},
    ]  # fmt: skip
    declared = read(path, Dialect(encoding="latin-1"))
    assert declared[2] == {"question": "café", "answer": "x"}


def test_a_bad_line_does_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "chats.jsonl"
    path.write_bytes(b'{"id": 1}\n{"id": \nnull\n\xff\xfe\n{"id": 2}\n')
    assert read(path) == [{"id": 1}, "bad_json", None, "bad_json", {"id": 2}]


def test_a_cut_array_gives_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "chats.json"
    path.write_bytes(json.dumps(ROWS, indent=2).encode()[:-12])
    assert read(path) == [*ROWS[:2], "truncated_json"]


def test_what_is_no_record_in_an_array_is_named(tmp_path: Path) -> None:
    path = tmp_path / "chats.json"
    path.write_bytes(b'[\n{"id": 1}, 7, "text", {"id": 2}, null\n]')
    assert read(path) == [{"id": 1}, "not_a_record", "text", {"id": 2}, "not_a_record"]


def test_a_record_that_is_too_long_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("documents", "json_stream"):
        monkeypatch.setattr(f"ingestion.conversations.{module}.MAX_RECORD", 4000)
    monkeypatch.setattr(json_stream, "_BLOCK", 512)
    long = {"parts": ["x" * 500] * 20}
    path = tmp_path / "chats.jsonl"
    path.write_bytes(lines([{"id": 1}, long, {"id": 2}]))
    assert read(path) == [{"id": 1}, "record_too_long", {"id": 2}]
    array = tmp_path / "chats.json"
    array.write_bytes(json.dumps([{"id": 1}, long, {"id": 2}], indent=1).encode())
    assert read(array) == [{"id": 1}, "record_too_long", {"id": 2}]


def test_an_array_of_turns_is_one_conversation(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    path = tmp_path / "chat.json"
    path.write_text(json.dumps(turns, indent=2))
    assert read(path) == [turns]


def test_lines_that_are_lists_are_a_record_each(tmp_path: Path) -> None:
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    path = tmp_path / "chats.jsonl"
    path.write_bytes(lines([turns, turns]))
    assert read(path) == [turns, turns]


def test_a_single_object_that_is_a_conversation_is_not_unwrapped(tmp_path: Path) -> None:
    record = {"conversations": [{"from": "human", "value": "Hello"}]}
    path = tmp_path / "chat.json"
    path.write_text(json.dumps(record, indent=2))
    assert read(path) == [record]


def test_texts_are_parted_by_their_end(tmp_path: Path) -> None:
    one = "<|im_start|>user\nHello\n\nyou<|im_end|>\n<|im_start|>assistant\nHi<|im_end|>"
    path = tmp_path / "chats.txt"
    path.write_text(f"{one}\n\n{one}<|endoftext|>{one}\n")
    assert read(path) == [one] * 3


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("a.jsonl", b"", "empty_file"),
        ("a.jsonl", b" \n\n", "empty_file"),
        ("a.jsonl.gz", gzip.compress(lines(ROWS * 50), mtime=0)[:-20], "corrupt_archive"),
        ("a.jsonl.zst", b"\x28\xb5\x2f\xfdgarbage", "corrupt_archive"),
        ("a.parquet", b"PAR1garbagePAR1", "corrupt_parquet"),
        ("a.zip", b"PK\x03\x04garbage", "corrupt_archive"),
        ("a.csv", b"question,question\na,b\n", "header_collision"),
        ("a.csv", b"\n\n,\n", "bad_header"),
    ],
)
def test_a_file_of_no_use_is_refused_whole(
    name: str, body: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(Unreadable) as error:
        read(path)
    assert error.value.reason == reason


def test_damaged_lines_at_the_start_swallow_no_sound_one(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"a": "\xff"}\n{"messages": [\n' + lines(ROWS) + b"[" * 500 + b"\n")
    assert read(path) == ["bad_json", "bad_json", *ROWS, "bad_json"]


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_a_document_that_is_only_called_lines_is_one(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "x.jsonl"
    text = json.dumps(ROWS, indent=indent)
    if indent is None:
        text = "[\n" + ",\n".join(json.dumps(row) for row in ROWS) + "\n]"
    path.write_text(text)
    assert read(path) == ROWS


def test_a_line_of_csv_without_end_is_not_read_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.conversations.tables._LINE", 1_000)
    path = tmp_path / "x.csv"
    path.write_text("question,answer\na,b\n" + "x" * 5_000 + ",c\n")
    assert read(path) == [{"question": "a", "answer": "b"}, "record_too_long"]
    path.write_text("q" * 5_000)
    with pytest.raises(Unreadable, match="longer than 1000"):
        read(path)
