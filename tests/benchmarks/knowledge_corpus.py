"""SYNTHETIC data to measure knowledge on: a release to search, exports to land, log lines."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from python_models.release.release_macros import create_macros

WORDS_OF_A_CHUNK, VOCABULARY, CHUNKS_OF_A_DOCUMENT = 40, 50_000, 10
TOPICS = 2_000  # that vectors are drawn round: texts that say alike lie near each other
EMBEDDER, CHUNKER = "bench", "headings"
PATTERN = (
    r"(?P<time>\S+ \S+) (?P<level>[A-Z]+) \[(?P<host>[^\]]*)\] (?P<component>\w+): (?P<message>.*)"
)
_ROWS = 50_000
_TABLES = """
create table places as
select cast(n as bigint) as n, md5('c' || n) || left(md5('d' || n), 8) as chunk_id,
    md5('o' || (n // {in_document})) as object_id, sha256('t' || n) as text_hash
from range({chunks}) as numbers (n);
create table documents as
select distinct object_id, 'v1' as version, repeat(object_id || ' ', 100) as text,
    'wiki' as source, 'page' as kind, 'Page' as title, cast(null as varchar) as uri,
    true as is_current, timestamp '2025-01-01' as updated_at, cast(null as timestamp) as created_at
from places;
create table chunks as
select chunk_id, object_id, 'v1' as version, '{chunker}' as chunker_id, text_hash,
    '[]' as heading_path, 'open' as tier, (n % {in_document}) * 300 as span_start,
    (n % {in_document}) * 300 + 290 as span_end
from places;
create table words as
select n, 'w' || cast(floor(pow(random(), 4) * {vocabulary}) as integer) as term
from range({chunks}) as numbers (n), range({words});
create table search_terms as
select '{chunker}' as chunker_id, term, chunk_id, 'open' as tier, count(*) as tf,
    cast({words} as bigint) as chunk_length
from words inner join places using (n)
group by term, chunk_id
order by term, chunk_id;
drop table words;
create table search_term_counts as
select chunker_id, term, tier, count(*) as chunk_count, cast(sum(tf) as bigint) as occurrence_count
from search_terms group by all
union all
select '{chunker}', '', 'open', {chunks}, {chunks} * {words};
create table grid_cells as
select 'bench' as grid_id, 'bench' as cell_id, '{chunker}' as chunker_id,
    '{embedder}' as embedder_id, true as released;
create table grid_metrics as
select '' as grid_id, '' as cell_id, '' as metric, 0.0 as value, 0.0 as high where false;
"""
_NAMES = ("documents", "chunks", "search_terms", "search_term_counts", "grid_cells", "grid_metrics")


def write_release(folder: Path, chunks: int, numbers: int) -> Path:
    """Write a release of so many chunks, each with a vector of so many numbers; returns its file.

    How often words occur falls off as in texts: the 100 commonest are in most chunks.
    """
    folder.mkdir(parents=True)
    with duckdb.connect() as session:
        session.execute(
            f"set threads = 2; set memory_limit = '3GB'; set temp_directory = '{folder}/spill';"
            "select setseed(0.5)"
        )
        session.execute(
            _TABLES.format(
                chunks=chunks,
                words=WORDS_OF_A_CHUNK,
                vocabulary=VOCABULARY,
                chunker=CHUNKER,
                in_document=CHUNKS_OF_A_DOCUMENT,
                embedder=EMBEDDER,
            )  # fmt: skip
        )
        for name in _NAMES:
            session.execute(
                f"copy {name} to '{folder}/{name}.parquet' (format parquet, compression zstd)"
            )
        hashes = session.sql("select text_hash from chunks").to_arrow_table().column(0)
    _write_vectors(folder / "embeddings.parquet", hashes, numbers)
    path = folder / "release.duckdb"
    with duckdb.connect(str(path)) as release:
        release.execute("create schema knowledge")
        for name in (*_NAMES, "embeddings"):
            release.execute(
                f"create view knowledge.{name} as from read_parquet(['{folder}/{name}.parquet'])"
            )
        create_macros(release)
    return path


def _write_vectors(path: Path, hashes: pa.ChunkedArray, numbers: int) -> None:
    chance = np.random.default_rng(1)
    shape = pa.schema(
        [("text_hash", pa.string()), ("embedder_id", pa.string()),
         ("vector", pa.list_(pa.float32()))]
    )  # fmt: skip
    with pq.ParquetWriter(path, shape) as writer:
        for start in range(0, len(hashes), _ROWS):
            names = hashes.slice(start, _ROWS).combine_chunks()
            made = _round_topics(len(names), numbers, chance)
            offsets = pa.array(np.arange(0, made.size + 1, numbers, dtype=np.int32))
            vectors = pa.ListArray.from_arrays(offsets, pa.array(made.ravel()))
            who = pa.array([EMBEDDER] * len(names))
            writer.write_table(pa.table([names, who, vectors], schema=shape))


def _round_topics(count: int, numbers: int, chance: np.random.Generator) -> np.ndarray:
    """Return float32 vectors of length 1, each as near to its topic (cosine 0.7) as to its own."""
    topics = np.random.default_rng(11).standard_normal((TOPICS, numbers), dtype=np.float32)
    made = chance.standard_normal((count, numbers), dtype=np.float32)
    made += topics[chance.integers(TOPICS, size=count)]
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


def question_vectors(count: int, numbers: int) -> np.ndarray:
    """Return vectors of questions, drawn as those of the chunks are."""
    return _round_topics(count, numbers, np.random.default_rng(2))


def questions(count: int) -> list[str]:
    """Return questions of five words, drawn as those of the chunks are."""
    chance = random.Random(7)
    return [
        " ".join(f"w{int(chance.random() ** 4 * VOCABULARY)}" for _ in range(5))
        for _ in range(count)
    ]


def write_exports(folder: Path, pages: int, messages: int) -> None:
    """Write an export of Notion and one of Slack, and what declares them."""
    chance = random.Random(3)
    said = [f"word{number}" for number in range(5_000)]
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "notion-2025-03-17.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(pages):
            text = "\n\n".join(" ".join(chance.choices(said, k=60)) for _ in range(6))
            packed.writestr(f"Page {number:032x}.md", f"# Page {number}\n\n{text}\n")
    with zipfile.ZipFile(folder / "slack-2025-03-17.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("channels.json", json.dumps([{"id": "C1", "name": "general"}]))
        packed.writestr("users.json", json.dumps([{"id": "U1", "name": "maya"}]))
        for number, day in enumerate(_days(messages, said, chance)):
            packed.writestr(f"general/{2000 + number // 336}-{number // 28 % 12 + 1:02}"
                            f"-{number % 28 + 1:02}.json", json.dumps(day))  # fmt: skip
    for kind in ("notion", "slack"):
        (folder / f"{kind}.yml").write_text(
            f"corpus_source: bench_{kind}\nname: Bench\nkind: {kind}\n"
            f"location: {folder}/{kind}-2025-03-17.zip\n"
        )


def _days(messages: int, said: list[str], chance: random.Random) -> Iterator[list[dict]]:
    for start in range(0, messages, 2_000):
        yield [
            {"type": "message", "user": "U1", "ts": f"{1_600_000_000 + number}.000100",
             "text": " ".join(chance.choices(said, k=12)), "team": "T1",
             "client_msg_id": f"{number:032x}"}
            for number in range(start, min(start + 2_000, messages))
        ]  # fmt: skip


def lines(count: int) -> bytes:
    """Return so many lines of a log, of 40 templates."""
    chance = random.Random(5)
    verbs = [
        f"{verb} {thing}"
        for verb in ("opened", "closed", "lost", "retried", "accepted")
        for thing in ("connection", "job", "lease", "batch", "file", "lock", "page", "row")
    ]
    found = []
    for number in range(count):
        second = number // 50
        at = f"2025-03-{second // 86_400 % 28 + 1:02} {second // 3600 % 24:02}"
        found.append(
            f"{at}:{second // 60 % 60:02}:{second % 60:02} INFO [host-{number % 9}] worker: "
            f"{chance.choice(verbs)} {chance.randrange(10**6)} in {chance.randrange(900)} ms\n"
        )
    return "".join(found).encode()
