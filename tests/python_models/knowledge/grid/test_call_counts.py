"""What a grid costs: each stage is paid by its own inputs, counted at a server over HTTP."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings
from python_models.knowledge.chunking.chunk_rows import chunk_rows
from python_models.knowledge.embedded import embedded
from python_models.knowledge.extracted import extracted
from python_models.knowledge.grid.cells import Axes, cells_of
from python_models.llm.asking.runtime import close_runtime
from python_models.llm.prompting.identity import text_hash
from tests.python_models.llm.server import Server

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds" / "knowledge"
QUEUED = PROJECT_ROOT / (
    "dbt_project/models/knowledge/intermediate/int_knowledge__texts_queued.sql"
)
CHUNKERS = ("headings_256", "sentences_128", "fixed_256")
EXTRACTORS = ("prompted", "by_evidence")
EMBEDDERS = [
    {"embedder_id": name, "endpoint": "default", "model": name, "dimensions": 16,
     "keyword_weight": 1.0, "vector_weight": 0.0} for name in ("m-1", "m-2", "m-3")
]  # fmt: skip
KNOWN = Axes(
    {"chunker": CHUNKERS, "embedder": ["m-1", "m-2", "m-3"], "extractor": EXTRACTORS,
     "resolver": ["scored"], "ontology": ["v1", "v2", "v3"]},
    "corpus-1",
)  # fmt: skip


def seed(name: str) -> list[dict[str, Any]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    found = Server()
    monkeypatch.setenv("LLM_BASE_URL", found.url)
    monkeypatch.setenv("LLM_ENDPOINT_NAME", "test-server")
    monkeypatch.setenv("LLM_PRICE_INPUT_USD_PER_MILLION", "0")
    monkeypatch.setenv("LLM_PRICE_OUTPUT_USD_PER_MILLION", "0")
    reset_settings()
    yield found
    close_runtime()
    found.stop()


@pytest.fixture
def session() -> duckdb.DuckDBPyConnection:
    """Return a build database with documents cut by every chunker."""
    found = duckdb.connect()
    texts = [
        "\n\n".join(
            f"# Part {part}\n\n"
            + " ".join(f"Service {number}-{part}-{line} is owned by Atlas." for line in range(20))
            for part in range(3)
        )
        for number in range(2)
    ]  # fmt: skip
    documents = pa.Table.from_pylist(
        [{"object_id": str(at), "version": "1", "tier": "open", "text": text}
         for at, text in enumerate(texts)]
    )  # fmt: skip
    found.register("documents", documents)
    chunkers = [row for row in seed("knowledge_chunkers") if row["chunker_id"] in CHUNKERS]
    found.register("chunkers", pa.Table.from_pylist(chunkers))
    found.register("used", pa.table({"chunker_id": list(CHUNKERS)}))
    rows = chunk_rows(
        found, found.table("documents"), found.table("chunkers"), found.table("used"), None
    ).to_pylist()
    known = {row["text_hash"]: texts[int(row["object_id"])][row["span_start"] : row["span_end"]]
             for row in rows}  # fmt: skip
    assert all(text_hash(text) == name for name, text in known.items())
    found.register("int_knowledge__chunks", pa.Table.from_pylist(rows))
    found.register(
        "int_knowledge__texts", pa.table({"text_hash": [*known], "text": [*known.values()]})
    )
    return found


def built(session: duckdb.DuckDBPyConnection, named: Iterable[tuple[str, ...]]) -> None:
    """Build embeddings and extraction of cells, as the models do."""
    axes = ("chunker", "embedder", "extractor", "ontology")
    rows = [
        {"grid_id": "g", "cell_id": str(at), "released": at == 0}
        | dict(zip(axes, one, strict=True))
        for at, one in enumerate(named)
    ]
    session.register("int_knowledge__cells", cells_of(rows, KNOWN))
    query = QUEUED.read_text(encoding="utf-8")
    for name in ("chunks", "cells", "texts"):
        query = query.replace(f"{{{{ ref('int_knowledge__{name}') }}}}", f"int_knowledge__{name}")
    extractors = [row for row in seed("knowledge_extractors") if row["extractor_id"] in EXTRACTORS]
    answers = extracted(session, session.sql(query), extractors)
    assert set(answers.column("status").to_pylist()) <= {"ok", "repaired"}
    session.register("embedders", pa.Table.from_pylist(EMBEDDERS))
    session.register("no_questions", pa.table({"grid_id": ["g"], "question": ["none"]}))
    vectors = embedded(
        session, session.table("int_knowledge__cells"), session.table("embedders"),
        session.table("int_knowledge__chunks"), session.table("int_knowledge__texts"),
        session.table("no_questions"), "llm_knowledge__embedded",
    )  # fmt: skip
    assert {row[0] for row in vectors.project("status").fetchall()} == {"ok"}


def paid(server: Server) -> dict[str, int]:
    """Return what the server was asked since it was last looked at."""
    counted = server.counters()
    server.show()
    read = counted["steps"].get("knowledge_extraction", 0)
    assert counted["distinct_prompts"] == read, "nothing is asked twice"
    return {"texts read": read, "batches of vectors": counted["requests"] - read}


def test_24_cells_cost_6_extractions_and_a_25th_what_it_alone_has(
    server: Server, session: duckdb.DuckDBPyConnection
) -> None:
    cells = [*itertools.product(CHUNKERS, ("m-1", "m-2"), EXTRACTORS, ("v1", "v2"))]
    assert len(cells) == 24
    by_chunker = session.execute(
        "select count(distinct text_hash) from int_knowledge__chunks group by chunker_id"
    ).fetchall()
    texts = session.execute("select count(*) from int_knowledge__texts").fetchone()[0]
    assert len(by_chunker) == 3 and 0 < texts <= sum(count for (count,) in by_chunker)
    built(session, cells)
    # what two chunkers cut alike is read once; one batch of 128 texts a model
    assert paid(server) == {"texts read": len(EXTRACTORS) * texts, "batches of vectors": 2}
    nothing = {"texts read": 0, "batches of vectors": 0}
    built(session, cells)
    assert paid(server) == nothing
    built(session, [*cells, ("fixed_256", "m-2", "prompted", "v3")])
    assert paid(server) == nothing
    built(session, [*cells, ("fixed_256", "m-3", "prompted", "v1")])
    assert paid(server) == {"texts read": 0, "batches of vectors": 1}
