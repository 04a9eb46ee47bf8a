"""A type asked later of texts that were read without it: only that type, where it may be found.

The former answers stay as they are and are not asked again; what the supplements say follows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from python_models.knowledge.extracted import EXTRACTED, asked_of
from python_models.knowledge.graph.mapping import Ontology, folded, versions_by_part
from python_models.knowledge.graph.tables import type_pattern
from python_models.knowledge.relations import rows_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

NODE = "llm_knowledge__supplemented"
SUPPLEMENTED = pa.schema([*EXTRACTED, ("type", pa.string())])  # as the ontology names it
Row = Mapping[str, Any]


def supplemented(
    session: duckdb.DuckDBPyConnection,
    queued: DuckDBPyRelation,
    extractors: Iterable[Row],
    requested: Iterable[Row],
    ontologies: DuckDBPyRelation,
    asked: DuckDBPyRelation,
) -> pa.Table:
    """Have the texts that may hold a requested type read for it, by each prompt that left it out.

    Args:
        session: dbt's connection.
        queued: text_hash, text, extractor_id: what extractors read.
        extractors: rows of the seed; rules can't be asked for more than they know.
        requested: type, is_asked_now.
        ontologies: lines of all versions.
        asked: axis_id (an extractor) and text_hash of what this run may ask for.

    Raises:
        StepFailed: more answers failed than are tolerated.
    """
    parts = [SUPPLEMENTED.empty_table()]
    wanted = sorted((row["type"], row["is_asked_now"]) for row in requested)
    if wanted:
        versions = [Ontology.of(one) for one in versions_by_part(rows_of(ontologies)).values()]
    for extractor in sorted(extractors, key=lambda row: row["extractor_id"]):
        if extractor["kind"] == "rules" or not wanted:
            continue
        mine = f"extractor_id = '{extractor['extractor_id']}'"
        rows = queued.filter(mine).project("text_hash, text").order("text_hash").to_arrow_table()
        may_ask = asked.filter(f"axis_id = '{extractor['extractor_id']}'").project("text_hash")
        hashes = {name for (name,) in may_ask.fetchall()}
        for kind, is_asked_now in wanted:
            found = _holding(rows, kind, versions)
            may_be_asked = hashes if is_asked_now else set()
            words = words_of(kind, versions) - set((extractor["types"] or "").split())
            if found.num_rows and words:
                parts.append(_answers(session, found, extractor, kind, words, may_be_asked))
    return pa.concat_tables(parts)


def _answers(
    session: duckdb.DuckDBPyConnection,
    texts: pa.Table,
    extractor: Row,
    kind: str,
    words: set[str],
    hashes: set[str],
) -> pa.Table:
    """Return what an extractor says of one type, by its words; only some texts may be asked."""
    names = texts["text_hash"].to_pylist()
    places = {at for at, name in enumerate(names) if name in hashes}
    answers = asked_of(session, texts, extractor, sorted(words), places, NODE)
    for name, value in (("extractor_id", extractor["extractor_id"]), ("type", kind)):
        ids = pa.array([value] * answers.num_rows, pa.string())
        answers = answers.append_column(name, ids)
    return _only(answers, words).select(SUPPLEMENTED.names).cast(SUPPLEMENTED)


def words_of(kind: str, versions: Sequence[Ontology]) -> set[str]:
    """Return what an extractor is asked for so that a type of any version comes of it."""
    here = [one for one in versions if kind in one.parents]
    return {word for one in here for word in one.says_type(kind)} or {folded(kind)}


def _holding(rows: pa.Table, kind: str, versions: Sequence[Ontology]) -> pa.Table:
    patterns = [text for one in versions for text in one.patterns.get(kind, ())]
    sought = type_pattern(patterns, kind)
    texts = rows["text"].to_pylist()
    places = [at for at, text in enumerate(texts) if sought.search(text)]
    return rows.take(pa.array(places, pa.int64()))


def _only(answers: pa.Table, words: set[str]) -> pa.Table:
    """Return answers with names of what was asked for, and statements of those, alone."""
    rows = answers.to_pylist()
    for row in rows:
        named = [one for one in row["mentions"] or () if folded(one["type"]) in words]
        names = {folded(one["name"]) for one in named}
        said = [
            one
            for one in row["statements"] or ()
            if folded(one["subject"]) in names or folded(one["object"] or "") in names
        ]
        if row["mentions"] is not None:
            row |= {"mentions": named, "statements": said}
    return pa.Table.from_pylist(rows, answers.schema)
