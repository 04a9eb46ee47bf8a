"""Questions with the spans that answer them, over Markdown files: what each chunker finds.

Reads the layout of `chunking_evaluation`: `questions.csv` (question, references, corpus_id) and
`corpora/<corpus_id>.md`; a reference is {content, start_index, end_index} in code points.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from ingestion.lakehouse.settings import SettingsError
from python_models.knowledge.chunking.chunkers import chunks_of
from python_models.knowledge.grid.measures import OF_QUESTIONS, interval
from python_models.knowledge.grid.ranking import make_macros, ranked
from python_models.knowledge.grid.retrieval import K, Place, measured, merged

Row = dict[str, Any]
_POSTINGS = """
create temp table search_terms as
with words as (
    select chunker_id, chunk_id, unnest(search_words(text)) as term from chunk_rows
)
select chunker_id, term, chunk_id, count(*) as tf,
    sum(count(*)) over (partition by chunker_id, chunk_id) as chunk_length
from words group by chunker_id, chunk_id, term;
create temp table search_term_counts as
select chunker_id, term, count(*) as chunk_count, sum(tf) as occurrence_count
from search_terms group by chunker_id, term
union all
select chunker_id, '', count(distinct chunk_id), sum(tf) from search_terms group by chunker_id
"""


class Question(NamedTuple):
    """What is asked, and where it is answered."""

    text: str
    gold: tuple[Place, ...]


def is_there(folder: Path) -> bool:
    """Say whether a folder holds such a set."""
    return (folder / "questions.csv").is_file() and (folder / "corpora").is_dir()


def evaluated(folder: Path, chunkers: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """Yield the measures of each chunker, by words, with a 95 % interval.

    Args:
        folder: of the set.
        chunkers: rows of the seed.

    Raises:
        SettingsError: no question can be measured.
    """
    corpora = {path.stem: path.read_bytes().decode() for path in (folder / "corpora").glob("*.md")}
    questions, broken = _questions(folder, corpora)
    if not questions:
        raise SettingsError(f"{folder} has no question whose references read back in its corpora")
    session = duckdb.connect()
    chunks = pa.Table.from_pylist([row for one in chunkers for row in _chunks(one, corpora)])
    session.register("chunk_rows", chunks)
    make_macros(session)
    session.execute(_POSTINGS)
    found = ranked(
        session,
        [one.text for one in questions],
        session.table("search_terms"),
        session.table("search_term_counts"),
        session.table("chunk_rows"),
        K,
    )
    for chunker in chunkers:
        name = chunker["chunker_id"]
        values = [measured(one.gold, found.get((name, one.text), [])) for one in questions]
        for metric in OF_QUESTIONS:
            value, low, high = interval([float(one[metric] or 0.0) for one in values])
            yield {"set": folder.name, "what": name, "metric": metric, "value": value, "low": low,
                   "high": high, "n": len(questions), "left_out": broken}  # fmt: skip


def _questions(folder: Path, corpora: Mapping[str, str]) -> tuple[list[Question], int]:
    """The questions whose references all read back, and how many do not."""
    found, broken = [], 0
    with (folder / "questions.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            text = corpora.get(row["corpus_id"], "")
            references = json.loads(row["references"])
            spans = [(one["start_index"], one["end_index"]) for one in references]
            if [text[start:end] for start, end in spans] != [one["content"] for one in references]:
                broken += 1
                continue
            places = merged((row["corpus_id"], start, end) for start, end in spans)
            found.append(Question(row["question"], tuple(places)))
    return found, broken


def _chunks(chunker: Mapping[str, Any], corpora: Mapping[str, str]) -> Iterator[Row]:
    for name, text in corpora.items():
        parts = chunks_of(text, chunker["kind"], json.loads(chunker["parameters"]))
        for ordinal, one in enumerate(parts):
            yield {"chunker_id": chunker["chunker_id"], "object_id": name,
                   "chunk_id": f"{chunker['chunker_id']}/{name}/{ordinal}", "span_start": one.start,
                   "span_end": one.end, "text": text[one.start : one.end]}  # fmt: skip
