"""What a grid costs: each stage is paid by its own inputs, counted at a server over HTTP."""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import duckdb
import jinja2
import pyarrow as pa
import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.lakehouse.sql_text import literal
from python_models.knowledge.chunking.chunk_rows import chunk_rows
from python_models.knowledge.embedded import embedded
from python_models.knowledge.extracted import extracted
from python_models.knowledge.grid.cells import Axes, cells_of
from python_models.llm.prompting.identity import text_hash
from python_models.llm.step import GOOD
from tests.python_models.llm.server import Server

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds" / "knowledge"
DBT = PROJECT_ROOT / "dbt_project"
MODELS = DBT / "models/knowledge/intermediate"
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
        [{"object_id": str(at), "version": "1", "tier": "open", "text": text,
          "source": f"source-{at}", "native_id": f"n-{at}", "title": f"It's {at}"}
         for at, text in enumerate(texts)]
    )  # fmt: skip
    found.register("documents", documents)
    found.register("int_knowledge__documents", documents)
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


def query_of(model: str, chosen: Mapping[str, str]) -> str:
    """Return a model's SQL as dbt renders it for a run that is restricted to a slice."""

    def listed_variable(name: str) -> list[str]:
        return [literal(part.strip()) for part in chosen.get(name, "").split(",") if part.strip()]

    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals.update(
        {"ref": str, "return": str, "var": chosen.get, "listed_variable": listed_variable,
         "dbt": {"escape_single_quotes": str}, "config": lambda **_: "", "as_view": str}
    )  # fmt: skip
    macros = (DBT / "macros/incremental/in_slice.sql").read_text(encoding="utf-8")
    text = (MODELS / f"int_knowledge__{model}.sql").read_text(encoding="utf-8")
    return environment.from_string(macros + text).render()


def built(
    session: duckdb.DuckDBPyConnection,
    named: Iterable[tuple[str, ...]],
    chosen: Mapping[str, str] = MappingProxyType({}),
) -> Counter[str]:
    """Build embeddings and extraction of cells, as the models do.

    Returns:
        How many answers ended how, by stage and status.
    """
    axes = ("chunker", "embedder", "extractor", "ontology")
    rows = [
        {"grid_id": "g", "cell_id": str(at), "released": at == 0}
        | dict(zip(axes, one, strict=True))
        for at, one in enumerate(named)
    ]
    session.register("int_knowledge__cells", cells_of(rows, KNOWN))
    may_ask = session.sql(query_of("texts_asked", chosen))
    extractors = [row for row in seed("knowledge_extractors") if row["extractor_id"] in EXTRACTORS]
    answers = extracted(
        session, session.sql(query_of("texts_queued", {})), extractors,
        may_ask.filter("stage = 'extraction'"),
    )  # fmt: skip
    session.register("embedders", pa.Table.from_pylist(EMBEDDERS))
    session.register("no_questions", pa.table({"grid_id": ["g"], "question": ["none"]}))
    vectors = embedded(
        session, session.table("int_knowledge__cells"), session.table("embedders"),
        session.table("int_knowledge__chunks"), session.table("int_knowledge__texts"),
        session.table("no_questions"), "llm_knowledge__embedded",
        may_ask.filter("stage = 'embeddings'"),
    )  # fmt: skip
    ended = [f"extraction {'ok' if one in GOOD else one}" for one in answers["status"].to_pylist()]
    ended += [f"embeddings {status}" for (status,) in vectors.project("status").fetchall()]
    return Counter(ended)


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
    assert set(built(session, cells)) == {"extraction ok", "embeddings ok"}
    # what two chunkers cut alike is read once; one batch of 128 texts a model
    assert paid(server) == {"texts read": len(EXTRACTORS) * texts, "batches of vectors": 2}
    nothing = {"texts read": 0, "batches of vectors": 0}
    built(session, cells)
    assert paid(server) == nothing
    built(session, [*cells, ("fixed_256", "m-2", "prompted", "v3")])
    assert paid(server) == nothing
    built(session, [*cells, ("fixed_256", "m-3", "prompted", "v1")])
    assert paid(server) == {"texts read": 0, "batches of vectors": 1}


def texts_of(session: duckdb.DuckDBPyConnection, condition: str) -> int:
    return session.execute(
        f"select count(distinct text_hash) from int_knowledge__chunks where {condition}"
    ).fetchone()[0]


@pytest.mark.parametrize(
    ("chosen", "condition", "batches"),
    [
        ({"knowledge_source": "source-1"}, "object_id = '1'", 1),
        ({"knowledge_document": "It's 0, n-1"}, "true", 1),
        ({"knowledge_document": "0"}, "object_id = '0'", 1),
        ({"knowledge_chunker": "fixed_256"}, "chunker_id = 'fixed_256'", 1),
        ({"knowledge_cell": "1"}, "chunker_id = 'sentences_128'", 1),
        ({"knowledge_ontology": "v3"}, "chunker_id = 'fixed_256'", 1),
        ({"knowledge_source": "source-0", "knowledge_stage": "extraction"}, "object_id = '0'", 0),
        ({"knowledge_stage": "embeddings"}, "false", 1),
        ({"knowledge_stage": "chunks,graph"}, "false", 0),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else str(value),
)
def test_a_slice_asks_for_what_it_names_and_the_whole_run_for_the_rest(
    server: Server,
    session: duckdb.DuckDBPyConnection,
    chosen: dict[str, str],
    condition: str,
    batches: int,
) -> None:
    ontologies = {"fixed_256": "v3"}
    cells = [(name, "m-1", "prompted", ontologies.get(name, "v1"))
             for name in ("headings_256", "sentences_128", "fixed_256")]  # fmt: skip
    texts = texts_of(session, "true")
    ended = built(session, cells, chosen)
    read = texts_of(session, condition)
    assert paid(server) == {"texts read": read, "batches of vectors": batches}
    assert (ended["extraction ok"], ended["extraction pending"]) == (read, texts - read)
    # answers that are there count whatever a run is restricted to
    assert built(session, cells, {"knowledge_source": "none"}) == ended
    assert paid(server) == {"texts read": 0, "batches of vectors": 0}
    assert built(session, cells) == Counter({"extraction ok": texts, "embeddings ok": texts})
    assert paid(server)["texts read"] == texts - read
