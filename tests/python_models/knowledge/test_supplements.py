"""A type asked later: only it, only where it may stand, and nothing that was paid again."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion.knowledge.ontologies import BUNDLED, landed_rows, read_version
from python_models.knowledge.extracted import mentions_of, statements_of
from python_models.knowledge.extracting import ExtractionAnswer, SaidMention, SaidStatement
from python_models.knowledge.graph.mapping import Ontology, versions_by_part
from python_models.knowledge.supplements import supplemented, words_of
from tests.python_models.knowledge.grid.test_call_counts import query_of
from tests.python_models.llm.server import Server

TEXTS = {
    "h1": "ledger-api runs on host-3.",
    "h2": "ledger-api is owned by Team Atlas.",
    "h3": "Which host does quay-db need?",
}
EXTRACTORS = [
    {"extractor_id": "narrow", "kind": "prompt", "prompt": "extract.jinja", "model": "",
     "types": "person team service"},
    {"extractor_id": "wide", "kind": "prompt", "prompt": "extract.jinja", "model": "",
     "types": "person team service host"},
    {"extractor_id": "rules", "kind": "rules", "prompt": "", "model": "", "types": "service"},
]  # fmt: skip


def lines(*names: str) -> list[dict[str, str]]:
    return [
        {"part": part, "content": json.dumps(row)}
        for name in names
        for part, rows in landed_rows(read_version(BUNDLED / name)).items()
        for row in rows
    ]


def supplements(texts: dict[str, str], may_ask: list[str], is_asked_now: bool = True) -> pa.Table:
    session = duckdb.connect()
    queued = [
        {"text_hash": name, "text": text, "extractor_id": extractor["extractor_id"]}
        for name, text in texts.items()
        for extractor in EXTRACTORS
    ]
    asked = pa.table(
        {"axis_id": ["narrow"] * len(may_ask), "text_hash": pa.array(may_ask, pa.string())}
    )
    return supplemented(
        session, session.from_arrow(pa.Table.from_pylist(queued)), EXTRACTORS,
        [{"type": "Host", "is_asked_now": is_asked_now}],
        session.from_arrow(pa.Table.from_pylist(lines("v1", "v2"))), session.from_arrow(asked),
    )  # fmt: skip


def states(found: pa.Table) -> list[tuple[str, ...]]:
    names = ("text_hash", "extractor_id", "type", "status")
    return [tuple(row[name] for name in names) for row in found.to_pylist()]


def test_only_texts_that_may_hold_it_are_asked_by_prompts_that_left_it_out(server: Server) -> None:
    assert states(supplements(TEXTS, ["h1", "h2"])) == [
        ("h1", "narrow", "Host", "ok"),
        ("h3", "narrow", "Host", "pending"),  # this run may not ask for it
    ]
    assert server.counters()["requests"] == 1
    found = supplements(TEXTS, ["h1", "h2", "h3"]).to_pylist()
    assert server.counters()["requests"] == 2, "what is paid is not paid again"
    # what the answer says of other types is not what was asked
    assert [(row["mentions"][0]["type"], len(row["mentions"])) for row in found[:1]] == [
        ("host", 1)
    ]
    assert [one["predicate"] for one in found[0]["statements"]] == ["runs on"]
    assert states(supplements(TEXTS, ["h1", "h2", "h3"], is_asked_now=False)) == [
        ("h1", "narrow", "Host", "ok"),
        ("h3", "narrow", "Host", "ok"),
    ]
    assert supplements({"h2": TEXTS["h2"]}, ["h2"]).num_rows == 0, "it can't stand there"
    assert server.counters()["requests"] == 2


def test_a_type_without_a_mapping_is_called_by_its_name() -> None:
    v2 = Ontology.of(versions_by_part(lines("v2"))["v2"])
    assert words_of("Vendor", [v2]) == {"vendor"}
    assert v2.type_of("vendor", lambda term: ()).name == "Vendor"
    assert v2.type_of("supplier", lambda term: ()).name is None
    assert words_of("Nothing", [v2]) == {"nothing"}


def row(answer: ExtractionAnswer, call_id: str, **more: Any) -> dict[str, Any]:
    text = "Acme sells disks to Team Atlas."
    return {"text_hash": "t", "extractor_id": "x", "text": text, "status": "ok",
            "call_id": call_id, **answer.model_dump(), **more}  # fmt: skip


def test_what_it_says_follows_the_former_answer_and_names_its_things() -> None:
    before = ExtractionAnswer(mentions=[SaidMention(type="team", name="Team Atlas")], statements=[])
    said = SaidStatement(
        subject="Acme", predicate="sells to", object="Team Atlas",
        evidence="Acme sells disks to Team Atlas",
    )  # fmt: skip
    later = ExtractionAnswer(mentions=[SaidMention(type="vendor", name="Acme")], statements=[said])
    rows, further = [row(before, "c1")], [row(later, "c2", type="Vendor")]
    found = mentions_of(rows, further).to_pylist()
    assert [(one["ordinal"], one["type"], one["name"], one["call_id"]) for one in found] == [
        (0, "team", "Team Atlas", "c1"),
        (1, "vendor", "Acme", "c2"),
        (2, "team", "Team Atlas", "c2"),  # typed as the former answer did
    ]
    [one] = statements_of(rows, further).to_pylist()
    assert (one["subject_ordinal"], one["object_ordinal"], one["object_type"]) == (1, 2, "team")
    assert mentions_of(rows).to_pylist() == found[:1]


def test_a_run_for_a_type_asks_for_nothing_else() -> None:
    session = duckdb.connect()
    session.execute(
        "create table int_knowledge__chunks as select 'c' as chunker_id, 'o' as object_id,"
        " 'v' as version, 'h' as text_hash;"
        "create table int_knowledge__documents as select 'o' as object_id, 'v' as version,"
        " 's' as source, 'n' as native_id, 't' as title;"
        "create table int_knowledge__cells as select 'c' as chunker_id, 'e' as embedder_id,"
        " 'x' as extractor_id"
    )
    stages = {
        word: session.sql(query_of("texts_asked", chosen))
        .order("stage")
        .project("stage")
        .fetchall()
        for word, chosen in (("all", {}), ("type", {"knowledge_type": "Vendor"}))
    }
    assert stages == {
        "all": [("embeddings",), ("extraction",), ("supplements",)],
        "type": [("supplements",)],
    }


@pytest.mark.parametrize(
    ("former", "later", "awaited"),
    [("ok", "pending", ["new"]), ("ok", "ok", []), ("failed", "pending", []), (None, "failed", [])],
)
def test_what_a_later_version_was_not_asked_yet_withdraws_nothing(
    former: str | None, later: str, awaited: list[str]
) -> None:
    session = duckdb.connect()
    session.execute(
        "create table int_knowledge__chunks as from (values ('c', 'o', 'old', 'h1'),"
        " ('c', 'o', 'new', 'h2')) as rows(chunker_id, object_id, version, text_hash);"
        "create table int_knowledge__cells as select 'c' as chunker_id, 'x' as extractor_id;"
        "create table int_knowledge__members as from (values ('o', 'old', date '2025-01-01'),"
        " ('o', 'new', date '2025-02-01')) as rows(object_id, version, known_from);"
        "create table llm_knowledge__extracted as from (values ('h1', 'x', 'ok'),"
        " ('h2', 'x', 'ok')) as rows(text_hash, extractor_id, status);"
        "create table llm_knowledge__supplemented (text_hash varchar, extractor_id varchar,"
        " type varchar, status varchar)"
    )
    for text_hash, status in (("h1", former), ("h2", later)):
        if status:
            session.execute(
                "insert into llm_knowledge__supplemented values (?, 'x', 'Vendor', ?)",
                [text_hash, status],
            )
    found = session.sql(query_of("versions_awaited", {})).project("version").fetchall()
    assert [version for (version,) in found] == awaited
