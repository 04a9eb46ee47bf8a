"""The language of texts, told by py3langid offline; a text is looked at once in its life.

The detector does some 3,000 texts a second and core, more slowly than anything else in the
validation: it sees the beginning of a text only, and many texts are shared among processes.
"""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from itertools import islice
from typing import Any

import duckdb
import pyarrow as pa

SEEN_CHARS = 800  # of a text; more changes next to no answer and costs in proportion
BATCH = 1_000
WORTH_PROCESSES = 6_000  # texts from which starting processes is the smaller cost
SCHEMA = pa.schema(
    [
        ("conversation_id", pa.string()),
        ("language", pa.string()),
        ("confidence", pa.float64()),
    ]
)

Text = tuple[str, str]  # id, text
Found = tuple[str, str, float]  # id, language, probability

# roles are English words in every language, and addresses and markup belong to none
_ROLE = re.compile(r"^(?:system|user|assistant|tool): ", re.M)
_NO_WORDS = re.compile(r"https?://\S+|<[^<>]{1,80}>|[0-9{}\[\]\"`*_=<>|#/\\]+")


def detect_new(
    session: duckdb.DuckDBPyConnection, texts: duckdb.DuckDBPyRelation, known: str | None
) -> pa.Table:
    """Tell the language of texts not looked at before.

    Args:
        session: connection to the build database.
        texts: relation with conversation_id and text.
        known: query for the conversation ids told before; none: there are none.

    Returns:
        One row per new text: conversation_id, ISO 639-1 code, probability 0..1.
    """
    condition = f" where conversation_id not in ({known})" if known else ""
    query = (
        f"select conversation_id, left(text, {2 * SEEN_CHARS}) as text"
        f" from ({texts.sql_query()}){condition}"
    )
    counted = session.execute(f"select count(*) from ({query})").fetchone()
    count = counted[0] if counted else 0
    rows = _rows_of(session.cursor().execute(query))
    found = detect_many(rows, processes=workers_for(count))
    batches = (
        pa.RecordBatch.from_arrays(
            [pa.array(column) for column in zip(*part, strict=True)], schema=SCHEMA
        )
        for part in found
    )
    return pa.Table.from_batches(batches, SCHEMA)


def known_before(session: duckdb.DuckDBPyConnection, table: str) -> str:
    """Return a query for the ids whose language a table holds already."""
    return f"select conversation_id from {table}"


def workers_for(count: int) -> int:
    """Return how many processes pay for so many texts; 0: this one alone."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, 8) if count >= WORTH_PROCESSES and (cores or 1) > 1 else 0


def detect_many(texts: Iterable[Text], *, processes: int = 0) -> Iterator[list[Found]]:
    """Yield (id, language, probability) of texts batch by batch, in their order."""
    batches = _batches(texts)
    if not processes:
        yield from map(detect_batch, batches)
        return
    # forking a process that runs threads (a database's) can hang: start fresh ones
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting = [pool.submit(detect_batch, part) for part in islice(batches, 2 * processes)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(detect_batch, part) for part in islice(batches, 1)]


def detect_batch(texts: list[Text]) -> list[Found]:
    """Return (id, language, probability) of each text."""
    return [(text_id, *detect(text)) for text_id, text in texts]


def detect(text: str) -> tuple[str, float]:
    """Return the likeliest language of a text and its probability; `und`, 0 without words."""
    words = _NO_WORDS.sub(" ", _ROLE.sub("", text))[:SEEN_CHARS]
    if not any(letter.isalpha() for letter in words):
        return "und", 0.0
    language, probability = _identifier().classify(words)
    return str(language), float(probability)


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _rows_of(result: duckdb.DuckDBPyConnection) -> Iterator[Text]:
    while rows := result.fetchmany(BATCH):
        yield from rows


def _batches(texts: Iterable[Text]) -> Iterator[list[Text]]:
    remaining = iter(texts)
    while batch := list(islice(remaining, BATCH)):
        yield batch
