"""A file in another shape, without a lake."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ingestion.conversations.formats import standardise
from python_models.conversations import convert
from python_models.conversations.preview import RECORDS_SHOWN

RECORDS = [
    {"instruction": "How long for an egg?", "input": "", "output": "Six minutes."},
    {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]},
    {"prompt": "q", "completion": "bad", "label": False},
    {"speed": 7},
]


def converted(tmp_path: Path, to: str, *more: str, records: list | None = None) -> Path:
    source = tmp_path / "in.jsonl"
    lines = [json.dumps(one) for one in (RECORDS if records is None else records)]
    source.write_text("\n".join(lines) + "\n{broken\n")
    target = tmp_path / "out" / to
    assert convert.main(["--file", str(source), "--to", str(target), *more]) == 0
    return target


def test_every_record_is_written_or_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = converted(tmp_path, "chats.jsonl", "--template", "sharegpt")
    found = [standardise(json.loads(line)) for line in target.read_text().splitlines()]
    assert [one.conversation_id for one in found] == [
        standardise(record).conversation_id for record in RECORDS[:2]
    ]
    beside = target.with_name("chats.jsonl.left_out.jsonl").read_text().splitlines()
    named = {row["record_number"]: row["reason"] for row in map(json.loads, beside)}
    assert named == {
        3: "labelled undesirable",
        4: "unknown_format: no conversation",
        5: "bad_json: no conversation",
    }
    assert "2 of 5 records written" in capsys.readouterr().out
    assert {path.name for path in target.parent.iterdir()} == {
        target.name,
        "chats.jsonl.left_out.jsonl",
    }


@pytest.mark.parametrize("to", ["a.json", "a.jsonl.gz", "a.jsonl.zst", "a.csv.gz", "a.parquet"])
def test_the_ending_of_the_name_says_the_kind_of_file(to: str, tmp_path: Path) -> None:
    target = converted(tmp_path, to, "--template", "alpaca")
    if to.endswith("parquet"):
        found = pq.read_table(target).to_pylist()
    elif "csv" in to:
        found = pd.read_csv(target).to_dict("records")
    else:
        found = pd.read_json(target, lines=".jsonl" in to).to_dict("records")
    assert [row["output"] for row in found] == ["Six minutes.", "a"]


def test_a_trainers_shape_can_be_had_too(tmp_path: Path) -> None:
    target = converted(tmp_path, "a.jsonl", "--template", "kto", "--for", "trl")
    (record,) = map(json.loads, target.read_text().splitlines())
    assert record["label"] is False


def test_a_file_of_any_length_is_converted_whole(tmp_path: Path) -> None:
    many = [RECORDS[0]] * (RECORDS_SHOWN + 10)
    target = converted(tmp_path, "a.jsonl", records=many)
    assert len(target.read_text().splitlines()) == len(many)


@pytest.mark.parametrize(
    ("to", "said"), [("a.txt", "end its name with"), ("in.jsonl", "is there already")]
)
def test_a_target_that_cannot_be_had_is_refused(
    to: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(RECORDS[0]))
    assert convert.main(["--file", str(source), "--to", str(tmp_path / to)]) == 1
    assert said in capsys.readouterr().err
    assert source.read_text() == json.dumps(RECORDS[0])


def test_a_source_that_cannot_be_read_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.parquet"
    source.write_bytes(b"PAR1 and no more")
    target = tmp_path / "out" / "a.jsonl"
    assert convert.main(["--file", str(source), "--to", str(target)]) == 1
    assert "Parquet" in capsys.readouterr().err
    assert list(target.parent.iterdir()) == []
