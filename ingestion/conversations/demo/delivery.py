"""Write the demo's files, and beside them what is true of each record."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from ingestion.conversations.demo.dialogues import Dialogue, dialogues
from ingestion.conversations.demo.rendering import RENDERERS, fits


class OtherDemo(RuntimeError):
    """The folder holds the demo of another seed or size."""


@dataclass(frozen=True)
class Place:
    """A dataset's one file."""

    dataset: str
    file: str
    formats: tuple[str, ...]
    topics: tuple[str, ...]


PLACES = (
    Place("demo_support", "support_desk.jsonl", ("messages",), ("support",)),
    Place("demo_wellbeing", "wellbeing.json", ("sharegpt",), ("wellbeing",)),
    Place("demo_tutor", "tutor.json", ("alpaca",), ("learning",)),
    Place("demo_pairs", "judged_pairs.jsonl", ("preference",), ("learning", "support")),
    Place("demo_questions", "questions.csv", ("qa",), ("wellbeing", "learning")),
    Place("demo_chatml", "chats.jsonl.gz", ("chatml",), ("wellbeing", "support")),
    Place("demo_prompts", "prompts.parquet", ("prompt_response",), ("support", "learning")),
    Place("demo_mixed", "mixed.jsonl.zst", tuple(RENDERERS), ("wellbeing", "support", "learning")),
)  # fmt: skip
BROKEN_SHARE = 0.06
# records of demo_mixed that cannot be standardised, and why
BROKEN: tuple[tuple[str, str], ...] = (
    ("bad_json", '{"messages": [{"role": "user", "content": "Hel'),
    ("unknown_role", '{"messages": [{"role": "narrator", "content": "It was a dark night."}]}'),
    ("unknown_format", '{"title": "A report", "body": "Nobody talks in it."}'),
    ("no_roles", '["Good morning", "Good morning to you"]'),
    ("empty_answer", '{"instruction": "Tell me about bread.", "input": "", "output": ""}'),
    ("plain_text", '"A sentence that nobody answers."'),
)
TRUTH = ("dataset", "file", "record_number", "key", "format", "language", "topic", "marks",
         "twin_of", "twin_kind", "expected", "reason")  # fmt: skip


@dataclass
class _Record:
    text: str  # JSON, or what is broken
    truth: dict[str, Any]


def deliver(out: Path, seed: int, count: int) -> int:
    """Write all files, README.md last; returns how many records there are, 0 if all was there.

    Raises:
        OtherDemo: the folder holds another demo.
    """
    mark = f"seed {seed}, {count} conversations"
    readme = out / "README.md"
    if readme.exists():
        if mark not in readme.read_text():
            raise OtherDemo(f"{out} holds another demo; remove it, or choose another --out.")
        return 0
    out.mkdir(parents=True, exist_ok=True)
    records = _placed(dialogues(seed, count), random.Random(seed + 1))
    truth = []
    for place in PLACES:
        listed = records[place.file]
        for number, record in enumerate(listed, start=1):
            record.truth |= {"dataset": place.dataset, "file": place.file, "record_number": number}
            truth.append(record.truth)
        _WRITERS[place.file.partition(".")[2]](out / place.file, [one.text for one in listed])
    with (out / "truth.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, TRUTH)
        writer.writeheader()
        writer.writerows(truth)
    readme.write_text(_README.format(mark=mark, count=len(truth)))
    return len(truth)


def _placed(made: list[Dialogue], dice: random.Random) -> dict[str, list[_Record]]:
    """Give each dialogue a file that can carry it; broken records stand between the mixed ones."""
    records: dict[str, list[_Record]] = {place.file: [] for place in PLACES}
    for one in made:
        choices = [
            (place, form)
            for place in PLACES
            for form in (dice.choice(place.formats),)
            if one.topic in place.topics and fits(form, one)
        ]
        place, form = dice.choice(choices) if choices else (PLACES[-1], "messages")
        value = RENDERERS[form](one, dice)
        text = json.dumps(value, ensure_ascii=False)
        marks = list(one.marks)
        if place.dataset == "demo_mixed":
            while dice.random() < BROKEN_SHARE:
                records[place.file].append(_broken(dice))
            garbled = _mojibake(text) if one.language != "zh" and dice.random() < 0.3 else text
            if garbled != text:
                marks.append("mojibake")
                text = garbled
        records[place.file].append(_Record(text, _truth(one, form, marks)))
    return records


def _truth(one: Dialogue, form: str, marks: list[str]) -> dict[str, Any]:
    return {
        "key": one.key, "format": form, "language": one.language, "topic": one.topic,
        "marks": " ".join(marks), "twin_of": one.twin_of, "twin_kind": one.twin_kind,
        "expected": "standardised", "reason": "",
    }  # fmt: skip


def _broken(dice: random.Random) -> _Record:
    reason, text = dice.choice(BROKEN)
    truth = dict.fromkeys(TRUTH, "") | {"expected": "rejected", "reason": reason}
    return _Record(text, truth)


def _mojibake(text: str) -> str:
    """What UTF-8 looks like when it is read as cp1252."""
    try:
        return text.encode("utf-8").decode("cp1252")
    except UnicodeDecodeError:
        return text


def _lines(texts: list[str]) -> bytes:
    return "".join(f"{text}\n" for text in texts).encode()


def _write_jsonl(path: Path, texts: list[str]) -> None:
    path.write_bytes(_lines(texts))


def _write_array(path: Path, texts: list[str]) -> None:
    values = [json.loads(text) for text in texts]
    path.write_text(json.dumps(values, ensure_ascii=False, indent=2), encoding="utf-8")


def _write_csv(path: Path, texts: list[str]) -> None:
    """As spreadsheets write it: byte order mark, line ends of two kinds, cells over lines."""
    text = io.StringIO()
    rows = [json.loads(one) for one in texts]
    writer = csv.DictWriter(text, ("id", "question", "answer", "topic"), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(b"\xef\xbb\xbf" + text.getvalue().encode())


def _write_gzip(path: Path, texts: list[str]) -> None:
    path.write_bytes(gzip.compress(_lines(texts), mtime=0))


def _write_zstd(path: Path, texts: list[str]) -> None:
    path.write_bytes(zstandard.ZstdCompressor().compress(_lines(texts)))


def _write_parquet(path: Path, texts: list[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist([json.loads(text) for text in texts]), path)


_WRITERS: dict[str, Callable[[Path, list[str]], None]] = {
    "jsonl": _write_jsonl,
    "json": _write_array,
    "csv": _write_csv,
    "jsonl.gz": _write_gzip,
    "jsonl.zst": _write_zstd,
    "parquet": _write_parquet,
}


def truth_rows(out: Path) -> Iterator[dict[str, str]]:
    """Yield what is true of each record: the columns of TRUTH."""
    with (out / "truth.csv").open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


_README = """# SYNTHETIC conversations

Made by rules ({mark}); nobody said any of this. {count} records in eight files of several formats
(OpenAI messages, ShareGPT, Alpaca, preference pairs, question and answer, ChatML text, prompt and
response, all of them mixed), some in other languages, some repeated exactly or nearly, some with
made-up personal data, words of crisis, insults, refusals, repetition, or broken.

`truth.csv` says of each record what it is: its format, its twin, its marks, and why it cannot be
read where that is so. Written by `python -m ingestion.conversations.demo`.
"""
