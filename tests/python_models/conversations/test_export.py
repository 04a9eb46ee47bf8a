"""Exports, read back by readers that are not ours."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
import zstandard
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ingestion.conversations.safe_cells import made_safe, restored
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.conversations import export, exporting, released_set
from python_models.conversations.templates import TEMPLATES
from python_models.conversations.writers import COMPRESSIONS, FORMATS
from python_models.release.reader import open_release
from tests.python_models.conversations.released import Member, Turns, id_of, publish_set

PLAIN = (("user", "What is rain?"), ("assistant", "Water, falling.\nFrom clouds — 雨 ☔"))
WITH_SYSTEM = (("system", "Be kind."), ("user", "Hi"), ("assistant", "Hello!"))
LONG = (*PLAIN, ("user", '=HYPERLINK("x")'), ("assistant", "-5"))
WITH_TOOL = (
    ("user", "Weather?"),
    ("assistant", '{"name": "weather"}'),
    ("tool", '{"sky": "grey, \\"low\\""}'),
    ("assistant", "Grey."),
)
MARKED = (("user", "What does <|im_end|> mean?"), ("assistant", "The end of a turn."))
ALL: tuple[Turns, ...] = (PLAIN, WITH_SYSTEM, LONG, WITH_TOOL, MARKED)


@pytest.fixture(scope="module")
def lake_with_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish the set of all conversations once; publishing costs more than exporting."""
    folder = tmp_path_factory.mktemp("letters")
    splits = ("train", "validation", "test", "train", "train")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SLUICE_LAKE", str(folder))
        reset_settings()
        publish_set([Member(turns, split=split) for turns, split in zip(ALL, splits, strict=True)])
    reset_settings()
    return folder


@pytest.fixture
def letters(lake_with_all: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in the lake that holds the set of all conversations."""
    monkeypatch.setenv("SLUICE_LAKE", str(lake_with_all))
    reset_settings()


def exported(tmp_path: Path, **choices: Any) -> tuple[Path, dict[str, Any]]:
    """Export without writing it down, which would make a new release file each time."""
    with open_release() as connection:
        wanted = released_set.released_set(connection, "letters_set")
        written = exporting.export_set(wanted, exporting.Request(**choices), tmp_path / "out")
    return written.folder, json.loads((written.folder / "manifest.json").read_text())


def unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(data)
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    return data


def read_with_others(path: Path, form: str) -> list[dict[str, Any]]:
    """Read a file with pandas, polars or pyarrow; all that can must agree."""
    if form == "parquet":
        found = pq.read_table(path).to_pylist()
        assert pl.read_parquet(path).to_dicts() == found
        return found
    data = unpacked(path)
    if form == "jsonl":
        found = pd.read_json(io.BytesIO(data), lines=True, dtype=False).to_dict("records")
        assert pl.read_ndjson(io.BytesIO(data)).to_dicts() == found if found else not data
        return found
    if form == "json":
        found = json.loads(data)
        assert pd.read_json(io.BytesIO(data), dtype=False).to_dict("records") == found
        return found
    frame = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    assert pl.read_csv(io.BytesIO(data), infer_schema=False).to_dicts() == frame.to_dict("records")
    rows = [
        {name: restored(cell) for name, cell in row.items()} for row in frame.to_dict("records")
    ]
    nested = ("messages", "conversations")
    return [
        {name: json.loads(cell) if name in nested else cell for name, cell in row.items()}
        for row in rows
    ]


def turns_of(record: dict[str, Any], template: str) -> list[tuple[str, str]]:
    """Read a record as its template says, without our own reader."""
    if template == "messages":
        return [(turn["role"], turn["content"]) for turn in record["messages"]]
    if template == "alpaca":
        return [("user", record["instruction"]), ("assistant", record["output"])]
    if template == "chatml":
        parts = record["text"].removeprefix("<|im_start|>").split("<|im_end|>\n")
        said = [part.removeprefix("<|im_start|>").split("\n", 1) for part in parts if part]
        return [(role, text) for role, text in said]
    names = {"human": "user", "gpt": "assistant", "system": "system", "tool": "tool"}
    return [(names[turn["from"]], turn["value"]) for turn in record["conversations"]]


CARRIED = {
    "messages": set(range(5)),
    "sharegpt": set(range(5)),
    "chatml": {0, 1, 2, 3},
    "vicuna": {0, 2, 4},
    "alpaca": {0, 4},
}


@pytest.mark.parametrize("template", sorted(TEMPLATES))
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.usefixtures("letters")
def test_other_readers_find_the_turns_that_went_in(
    form: str, template: str, tmp_path: Path
) -> None:
    compression = random.Random(form + template).choice(sorted(COMPRESSIONS))
    folder, manifest = exported(tmp_path, format=form, template=template, compression=compression)
    found = {
        record["id"]: turns_of(record, template)
        for one in manifest["files"]
        for record in read_with_others(folder / one["file"], form)
    }
    assert found == {id_of(at + 1): list(ALL[at]) for at in CARRIED[template]}
    assert manifest["exported"] == len(found)
    assert manifest["left_out"]["count"] == len(ALL) - len(found)


@pytest.mark.usefixtures("letters")
def test_what_a_template_cannot_carry_is_counted_and_named(tmp_path: Path) -> None:
    folder, manifest = exported(tmp_path, template="alpaca")
    assert manifest["left_out"]["reasons"] == {
        "a system prompt, plain Alpaca has none": 1,
        "a turn of a tool, plain Alpaca has none": 1,
        "several turns, plain Alpaca has no history": 1,
    }
    lines = (folder / manifest["left_out"]["file"]).read_text().splitlines()
    named = {row["conversation_id"]: row["reason"] for row in map(json.loads, lines)}
    assert set(named) == {id_of(2), id_of(3), id_of(4)}
    assert named[id_of(2)].startswith("a system prompt")


@pytest.mark.usefixtures("letters")
def test_the_manifest_says_what_the_files_are(tmp_path: Path) -> None:
    folder, manifest = exported(tmp_path)
    assert [one["split"] for one in manifest["files"]] == ["train", "validation", "test"]
    assert [one["rows"] for one in manifest["files"]] == [3, 1, 1]
    for one in manifest["files"]:
        data = (folder / one["file"]).read_bytes()
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
        assert one["bytes"] == len(data)
        assert one["rows"] == len(data.splitlines())
    assert manifest["licenses"] == {"CC-BY-4.0": ["letters"]}
    assert manifest["release_id"] == 1
    assert manifest["set_definition"]["policy"] == "highest_quality"
    assert {path.name for path in folder.iterdir()} == {
        *(one["file"] for one in manifest["files"]),
        "manifest.json",
        "left_out.jsonl",
    }


@pytest.mark.usefixtures("letters")
def test_the_same_release_gives_the_same_bytes(tmp_path: Path) -> None:
    told = [
        exported(tmp_path / name, compression="gzip", format=form)[1]["files"]
        for form in ("csv", "json")
        for name in (f"one-{form}", f"two-{form}")
    ]
    assert told[0] == told[1] and told[2] == told[3]


@pytest.mark.usefixtures("letters")
def test_a_released_table_shows_each_file(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    arguments = ["--set", "letters_set", "--dir", str(folder), "--format", "csv"]
    assert export.main([*arguments, "--template", "vicuna"]) == 0
    manifest = json.loads((folder / "manifest.json").read_text())
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as connection:
        rows = connection.execute(
            "select file, sha256, row_count, left_out_count, release_id, template"
            " from conversations.exports where export_id = ? order by split",
            [manifest["export_id"]],
        ).fetchall()
    expected = [(one["file"], one["sha256"], one["rows"]) for one in manifest["files"]]
    assert sorted(row[:3] for row in rows) == sorted(expected)
    assert {row[3:] for row in rows} == {(2, 1, "vicuna")}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "1 private, 2 restricted"),
        (("--tiers", "open,restricted"), "1 private"),
    ],
)
def test_a_set_with_a_tier_one_may_not_have_is_refused_before_anything_is_written(
    more: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiers = ("open", "restricted", "restricted", "private")
    publish_set([Member(PLAIN, tier=tier, dataset_id=tier) for tier in tiers])
    target = tmp_path / "out"
    assert export.main(["--set", "letters_set", "--dir", str(target), *more]) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.glob("*out*")) == []
    _, manifest = exported(tmp_path, tiers=("open", "restricted", "private"))
    assert manifest["licenses"] == {"CC-BY-4.0": ["open"], "unknown": ["private", "restricted"]}


def test_what_the_set_left_out_needs_no_tier_and_is_not_exported(tmp_path: Path) -> None:
    publish_set([Member(PLAIN), Member(LONG, tier="private", split=None)])
    _, manifest = exported(tmp_path)
    assert manifest["members"] == manifest["exported"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", "nobody"), "there are: letters_set"),
        (("--set", "letters_set", "--tiers", "secret"), "none of open, restricted, private"),
    ],
)
@pytest.mark.usefixtures("letters")
def test_a_wrong_choice_is_refused_with_the_right_ones(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export.main(list(arguments)) == 1
    assert said in capsys.readouterr().err


def test_without_a_release_there_is_a_word_on_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert export.main(["--set", "letters_set"]) == 1
    assert "make run" in capsys.readouterr().err


@pytest.mark.usefixtures("letters")
def test_a_folder_in_use_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    assert export.main(["--set", "letters_set", "--dir", str(tmp_path / "out")]) == 1
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


@pytest.mark.usefixtures("letters")
def test_an_export_that_breaks_off_leaves_nothing_and_shows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def full(path: Path) -> str:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(exporting, "sha256_of", full)
        assert export.main(["--set", "letters_set", "--dir", str(tmp_path / "out")]) == 1
    assert list(tmp_path.glob("*out*")) == []
    exported(tmp_path)


def test_a_set_is_read_in_parts_that_fit_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(released_set, "CONVERSATIONS_AT_ONCE", 3)
    publish_set([Member((("user", f"question {at}"), ("assistant", "yes"))) for at in range(50)])
    folder, manifest = exported(tmp_path)
    lines = (folder / manifest["files"][0]["file"]).read_text().splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert ids == sorted(id_of(at + 1) for at in range(50))


# as tokenizers carry it: the template of Qwen's and many others' ChatML
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content']"
    " + '<|im_end|>' + '\\n' }}{% endfor %}"
)


@pytest.mark.usefixtures("letters")
def test_a_chat_template_of_a_tokenizer_renders_messages_into_our_chatml(tmp_path: Path) -> None:
    render = ImmutableSandboxedEnvironment(trim_blocks=True).from_string(CHAT_TEMPLATE)
    records = {
        name: {
            record["id"]: record
            for one in manifest["files"]
            for record in map(json.loads, (folder / one["file"]).read_text().splitlines())
        }
        for name in ("messages", "chatml")
        for folder, manifest in [exported(tmp_path / name, template=name)]
    }
    assert len(records["chatml"]) == 4
    for conversation_id, record in records["chatml"].items():
        messages = records["messages"][conversation_id]["messages"]
        assert render.render(messages=messages) == record["text"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"),
        ("'=1", "''=1"),
        ("-5", "-5"),
        ("+4.25", "+4.25"),
        ("'-5", "''-5"),
        ("'tis", "'tis"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_a_cell_is_no_formula_and_comes_back_as_it_was(cell: str, shown: str) -> None:
    assert made_safe(cell) == shown
    assert restored(made_safe(cell)) == cell


def test_no_cell_of_a_csv_starts_a_formula(tmp_path: Path) -> None:
    evil = ("=1+1", "+1+1", "-1+1", "@A1", "\t=1", "'=1")
    publish_set([Member((("user", text), ("assistant", text))) for text in evil])
    folder, manifest = exported(tmp_path, format="csv", template="alpaca")
    with (folder / manifest["files"][0]["file"]).open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == len(evil)
    for row in rows:
        assert not any(cell[:1] in "=+-@\t\r" for cell in row.values() if cell)
        assert restored(row["instruction"]) in evil
