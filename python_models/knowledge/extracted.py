"""Texts read by extractors: one row per text and extractor, then mentions and statements."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse.sql_text import literal
from python_models.knowledge.extracting import (
    EXTRACTION,
    PROMPTS,
    ExtractionAnswer,
    as_answer,
    read_answer,
)
from python_models.knowledge.extraction import Extraction
from python_models.llm import run_step
from python_models.llm.asking.results import CALL_FIELDS, answer_fields
from python_models.llm.step import GOOD

NODE = "llm_knowledge__extracted"
RULES = "python_models.knowledge.rules"  # has `extract`
EXTRACTED = pa.schema(
    [
        ("text_hash", pa.string()),
        ("extractor_id", pa.string()),
        *answer_fields(ExtractionAnswer),
        *CALL_FIELDS,
    ]
)
_OF_A_TEXT = [("text_hash", pa.string()), ("extractor_id", pa.string()), ("ordinal", pa.int64())]
MENTIONS = pa.schema(
    [
        *_OF_A_TEXT,
        ("type", pa.string()),  # as said; empty where nobody said it
        ("name", pa.string()),
        ("span_start", pa.int64()),
        ("span_end", pa.int64()),
        ("confidence", pa.float64()),
        ("found", pa.string()),  # exact | folded | near | unfounded
        ("call_id", pa.string()),
    ]
)
STATEMENTS = pa.schema(
    [
        *_OF_A_TEXT,
        ("subject_ordinal", pa.int64()),
        ("subject_type", pa.string()),
        ("subject_name", pa.string()),
        ("predicate", pa.string()),  # as written
        ("object_ordinal", pa.int64()),
        ("object_type", pa.string()),
        ("object_name", pa.string()),
        ("value", pa.string()),
        ("evidence_start", pa.int64()),
        ("evidence_end", pa.int64()),
        ("polarity", pa.string()),
        ("time_expression", pa.string()),
        ("confidence", pa.float64()),
        ("found", pa.string()),
        ("call_id", pa.string()),
    ]
)
Row = Mapping[str, Any]


def extracted(
    session: duckdb.DuckDBPyConnection, wanted: Any, extractors: Iterable[Row], asked: Any = None
) -> pa.Table:
    """Have each text read by the extractors that want it.

    Args:
        session: dbt's connection.
        wanted: a relation with text_hash, text, extractor_id.
        extractors: rows of the seed.
        asked: a relation with the axis_id (an extractor) and text_hash of what a model may be asked
            for; the others have the answers there are. None: all.

    Raises:
        StepFailed: more answers failed than are tolerated.
    """
    parts = [EXTRACTED.empty_table()]
    for extractor in sorted(extractors, key=lambda row: row["extractor_id"]):
        mine = literal(extractor["extractor_id"])
        texts = wanted.filter(f"extractor_id = {mine}").project("text_hash, text")
        rows = texts.order("text_hash").to_arrow_table()
        if rows.num_rows:
            found = (
                _by_rules(rows)
                if extractor["kind"] == "rules"
                else asked_of(
                    session,
                    rows,
                    extractor,
                    (extractor["types"] or "").split(),
                    _places(rows, asked, mine),
                    NODE,
                )  # fmt: skip
            )
            ids = pa.array([extractor["extractor_id"]] * found.num_rows, pa.string())
            parts.append(found.append_column("extractor_id", ids).select(EXTRACTED.names))
    return pa.concat_tables([part.cast(EXTRACTED) for part in parts])


def _places(rows: pa.Table, asked: Any, extractor: str) -> set[int] | None:
    """Return the places of the texts that a run may ask an extractor (a literal) for."""
    if asked is None:
        return None
    own = asked.filter(f"axis_id = {extractor}").project("text_hash").fetchall()
    hashes = {text_hash for (text_hash,) in own}
    return {at for at, name in enumerate(rows["text_hash"].to_pylist()) if name in hashes}


def asked_of(
    session: duckdb.DuckDBPyConnection,
    rows: pa.Table,
    extractor: Row,
    types: Iterable[str],
    places: set[int] | None,
    node: str,
) -> pa.Table:
    """Ask a model for things of some types; several extractors are one step, told apart by prompt.

    Args:
        session: dbt's connection.
        rows: text_hash and text.
        extractor: a row of the seed.
        types: what to look for.
        places: of the rows that may be asked; None: all.
        node: the model that asks.

    Raises:
        StepFailed: more answers failed than are tolerated.
    """
    step = replace(
        EXTRACTION,
        template=PROMPTS / (extractor["prompt"] or "extract.jinja"),
        model=extractor["model"] or None,
    )
    said = [", ".join(types)] * rows.num_rows
    asked = rows.append_column("asked_types", pa.array(said, pa.string()))
    return run_step(session, asked, step, node=node, wanted=places)


def _by_rules(rows: pa.Table) -> pa.Table:
    extract = importlib.import_module(RULES).extract
    answers = [as_answer(text, extract(text)).model_dump() for text in rows["text"].to_pylist()]
    called = {"status": "ok", "provider": "rules", "attempts": 0, "cost_usd": 0.0}
    found = [
        {"text_hash": text_hash, **called, **answer}
        for text_hash, answer in zip(rows["text_hash"].to_pylist(), answers, strict=True)
    ]
    fields = [field for field in EXTRACTED if field.name != "extractor_id"]
    return pa.Table.from_pylist(found, pa.schema(fields))


def _read(
    rows: Iterable[Row], supplements: Iterable[Row]
) -> Iterator[tuple[Row, Extraction, int, int]]:
    """Yield answers with how many mentions and statements of their text stand before theirs."""
    further = sorted(supplements, key=lambda row: row["type"])
    asked_again = {(row["text_hash"], row["extractor_id"]) for row in further}
    types: dict[tuple[str, str], dict[str, str]] = {}  # what earlier answers call names
    mentions: Counter[tuple[str, str]] = Counter()
    statements: Counter[tuple[str, str]] = Counter()
    for row in chain(rows, further):
        if row["status"] not in GOOD:
            continue
        key = (row["text_hash"], row["extractor_id"])
        said = {name: row[name] or [] for name in ExtractionAnswer.model_fields}
        answer = ExtractionAnswer.model_validate(said)
        known = types.setdefault(key, {}) if key in asked_again else {}
        found = read_answer(row["text"], answer, known)
        yield row, found, mentions[key], statements[key]
        if key in asked_again:
            known |= {one.text.casefold(): one.type for one in found.mentions if one.type}
            mentions[key] += len(found.mentions)
            statements[key] += len(found.statements)


def mentions_of(rows: Iterable[Row], supplements: Iterable[Row] = ()) -> pa.Table:
    """Return the mentions of texts.

    Args:
        rows: those of `EXTRACTED` with the `text`.
        supplements: what types asked later gave, with the `text`; it follows what `rows` say.
    """
    found = [
        {
            "text_hash": row["text_hash"],
            "extractor_id": row["extractor_id"],
            "ordinal": before + ordinal,
            "type": one.type,
            "name": one.text,
            "span_start": one.start,
            "span_end": one.end,
            "confidence": one.confidence,
            "found": one.found,
            "call_id": row["call_id"],
        }
        for row, extraction, before, _ in _read(rows, supplements)
        for ordinal, one in enumerate(extraction.mentions)
    ]
    return pa.Table.from_pylist(found, MENTIONS)


def statements_of(rows: Iterable[Row], supplements: Iterable[Row] = ()) -> pa.Table:
    """Return the statements of texts; see `mentions_of`."""
    found = []
    for row, extraction, names_before, before in _read(rows, supplements):
        for ordinal, one in enumerate(extraction.statements):
            subject = extraction.mentions[one.subject]
            other = None if one.object is None else extraction.mentions[one.object]
            found.append(
                {
                    "text_hash": row["text_hash"],
                    "extractor_id": row["extractor_id"],
                    "ordinal": before + ordinal,
                    "subject_ordinal": names_before + one.subject,
                    "subject_type": subject.type,
                    "subject_name": subject.text,
                    "predicate": one.predicate,
                    "object_ordinal": None if one.object is None else names_before + one.object,
                    "object_type": other.type if other else None,
                    "object_name": other.text if other else None,
                    "value": one.value,
                    "evidence_start": one.evidence_start,
                    "evidence_end": one.evidence_end,
                    "polarity": one.polarity,
                    "time_expression": one.time_expression,
                    "confidence": one.confidence,
                    "found": one.found,
                    "call_id": row["call_id"],
                }
            )
    return pa.Table.from_pylist(found, STATEMENTS)
