"""What stages of knowledge cost: calls at a server that counts them, and a new ontology's seconds.

All is SYNTHETIC. Calls are counted over HTTP and held against the texts that are new, which are
counted apart from what asks for them.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa

from ingestion.lakehouse.settings import reset_settings
from python_models.knowledge.chunking.chunk_rows import chunk_rows
from python_models.knowledge.graphs import graphs_projected
from python_models.llm.asking.runtime import close_runtime
from python_models.llm.prompting.identity import text_hash
from tests.benchmarks.knowledge_figures import Figure, taking
from tests.python_models.knowledge.grid.test_call_counts import (
    CHUNKERS,
    EXTRACTORS,
    built,
    paid,
    seed,
)
from tests.python_models.knowledge.test_graphs import Corpus
from tests.python_models.llm.server import Server

_PARTS = 6  # of a document, each a chunk
ONTOLOGY_SECONDS = 15.0


def call_figures(documents: int) -> list[Figure]:
    """Count what a corpus costs, once 1 % of it changed, and what 24 cells of a grid do."""
    texts = {str(number): _document(number) for number in range(documents)}
    with _counted() as server:
        session = duckdb.connect()
        cell = [("headings_256", "m-1", "prompted", "v1")]
        new = _cut(session, texts, "headings_256")
        built(session, cell)
        figures = [_calls(f"{documents:,} documents", paid(server)["texts read"], len(new))]
        built(session, cell)
        figures += [_calls("  unchanged", paid(server)["texts read"], 0)]
        for number in range(0, documents, 100):
            texts[str(number)] = texts[str(number)].replace("is owned by", "is now run by", 1)
        changed = _cut(session, texts, "headings_256") - new
        built(session, cell)
        figures += [_calls("  1 % changed", paid(server)["texts read"], len(changed))]
        return figures + _grid_figures(session, server, dict(list(texts.items())[:20]))


def _grid_figures(
    session: duckdb.DuckDBPyConnection, server: Server, texts: dict[str, str]
) -> list[Figure]:
    few = {f"grid {name}": f"# Grid\n\n{text}" for name, text in texts.items()}
    # a document in other words: nothing of it was read above
    few = {name: text.replace("Service", "Task") for name, text in few.items()}
    distinct = len(_cut(session, few, *CHUNKERS))
    cells = [*itertools.product(CHUNKERS, ("m-1", "m-2"), EXTRACTORS, ("v1", "v2"))]
    figures = []
    for what, more, wanted in (
        ("24 cells of a grid", (), 2 * distinct),
        ("  a 25th: another ontology", [("fixed_256", "m-2", "prompted", "v3")], 0),
        ("  a 26th: another embedder", [("fixed_256", "m-3", "prompted", "v1")], 0),
    ):
        cells += more
        built(session, cells)
        figures.append(_calls(what, paid(server)["texts read"], wanted))
    return figures


def ontology_figures(facts: int) -> list[Figure]:
    """Measure another version of the ontology over so many facts, beside reading their rows."""
    corpus, each = Corpus(), 50
    day = datetime(2025, 1, 1)
    for number in range(facts // each):
        said = (
            (f"svc-{(number * each + at) % 997}", "owned by", f"Team {at % 23}")
            for at in range(each)
        )
        corpus.add(f"d{number}", "1", (day, None), day + timedelta(hours=number), *said)
    ready = corpus.ready()
    with taking() as floor:
        rows = ready.read.facts.to_arrow_table().to_pylist()
    corpus.ontologies = ("v2",)
    again = corpus.ready(ready)
    with taking() as took:
        found = graphs_projected(*again.arguments)
    edges = found.column("row_kind").to_pylist().count("edge")
    return [
        Figure(f"another ontology over {len(rows):,} facts ({edges:,} edges), CPU seconds",
               took.cpu, f"< {ONTOLOGY_SECONDS:g}", took.cpu < ONTOLOGY_SECONDS),
        Figure("  floor: their rows, CPU seconds", floor.cpu),
    ]  # fmt: skip


def _document(number: int) -> str:
    return "\n\n".join(
        f"# Part {part}\n\n"
        + " ".join(f"Service {number}-{part}-{line} is owned by Atlas." for line in range(12))
        for part in range(_PARTS)
    )


def _cut(session: duckdb.DuckDBPyConnection, texts: dict[str, str], *chunkers: str) -> set[str]:
    """Cut documents into chunks; returns the hashes of their texts."""
    documents = pa.Table.from_pylist(
        [{"object_id": name, "version": text_hash(text), "tier": "open", "text": text,
          "source": "bench", "native_id": name, "title": name} for name, text in texts.items()]
    )  # fmt: skip
    session.register("int_knowledge__documents", documents)
    rows = [row for row in seed("knowledge_chunkers") if row["chunker_id"] in chunkers]
    session.register("chunkers", pa.Table.from_pylist(rows))
    session.register("used", pa.table({"chunker_id": list(chunkers)}))
    chunks = chunk_rows(
        session, session.table("int_knowledge__documents"), session.table("chunkers"),
        session.table("used"), None,
    )  # fmt: skip
    session.register("int_knowledge__chunks", chunks)
    known = {row["text_hash"]: texts[row["object_id"]][row["span_start"] : row["span_end"]]
             for row in chunks.to_pylist()}  # fmt: skip
    session.register(
        "int_knowledge__texts", pa.table({"text_hash": [*known], "text": [*known.values()]})
    )
    return set(known)


def _calls(what: str, made: int, wanted: int) -> Figure:
    return Figure(f"{what}: texts read", made, f"= {wanted:,}", made == wanted)


@contextmanager
def _counted() -> Iterator[Server]:
    server = Server()
    os.environ |= {"LLM_BASE_URL": server.url, "LLM_ENDPOINT_NAME": "bench-server",
                   "LLM_PRICE_INPUT_USD_PER_MILLION": "0",
                   "LLM_PRICE_OUTPUT_USD_PER_MILLION": "0"}  # fmt: skip
    reset_settings()
    try:
        yield server
    finally:
        close_runtime()
        server.stop()
        del os.environ["LLM_BASE_URL"]
        reset_settings()
