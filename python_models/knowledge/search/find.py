"""Search of a release: one function for the page, the command and the API.

Words are found by the release's own SQL macro. Where the embedder of the released cell has a
weight, vectors are ranked beside them and both are fused by their places: unless the grid's
questions say that this is worse than words alone.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import duckdb
import pyarrow as pa

from python_models.knowledge.grid.measures import HYBRID_GAIN
from python_models.knowledge.search.hits import Ask, Filters, Hit, fused
from python_models.knowledge.search.nearest import embedders, nearest

BY_WORDS = """
select hits.*
from knowledge.search(
    $question, k := $k, source := $source, kind := $kind, since := $since, until := $until,
    tiers := $tiers, cell := $cell
) as hits
order by hits.rank
"""
BY_WORDS_AS_OF = """
select hits.*
from knowledge.search_as_of(
    $question, $as_of, k := $k, source := $source, kind := $kind, since := $since,
    until := $until, tiers := $tiers, cell := $cell
) as hits
order by hits.rank
"""
_CHOSEN = """
select embedder_id, chunker_id
from knowledge.grid_cells
where case when $cell is null then released else cell_id = $cell end
order by released desc, grid_id
limit 1
"""
# measured on the grid's questions: vectors make the search of this cell worse
_WORSE = f"""
select count(*) > 0 as is_worse
from knowledge.grid_metrics as metrics
inner join knowledge.grid_cells as cells using (grid_id, cell_id)
where metrics.metric = '{HYBRID_GAIN}' and metrics.high < 0
    and case when $cell is null then cells.released else cells.cell_id = $cell end
"""
WORDS = "select knowledge.search_words($question) as words"
FOUND_FIRST = 50
_COLUMNS = [one.name for one in fields(Hit) if one.name != "words"]


class NotSearchable(RuntimeError):
    """The release has nothing to search; the message says how to make it."""


def asking(connection: duckdb.DuckDBPyConnection) -> Ask:
    """Return what asks an opened release."""

    def ask(sql: str, **bound: Any) -> pa.Table:
        with connection.cursor() as cursor:
            return cursor.execute(sql, bound or None).to_arrow_table()

    return ask


def search(
    ask: Ask,
    question: str,
    k: int = 10,
    filters: Filters | None = None,
    cell: str | None = None,
) -> list[Hit]:
    """Return the k chunks that answer a question best.

    Args:
        ask: asks a release, as `asking` does.
        question: words, in any language the corpus has.
        k: how many at most.
        filters: what is searched.
        cell: cell of the grid, None for the released one.

    Raises:
        NotSearchable: the release holds no corpus.
    """
    asked = filters or Filters()
    then = {"as_of": asked.as_of} if asked.as_of else {}
    bound = _bound(question, k, asked, cell)
    try:
        words = tuple(ask(WORDS, question=question).to_pylist()[0]["words"])
        rows = ask(BY_WORDS_AS_OF if then else BY_WORDS, **bound, **then).to_pylist()
    except duckdb.CatalogException:
        raise NotSearchable(
            "This release holds no corpus to be searched: `make run DOMAIN=knowledge` makes one."
        ) from None
    hits = [Hit(**{name: row[name] for name in _COLUMNS}) for row in rows]
    best = hits if then else _fused(ask, bound, hits)
    return [replace(hit, words=words) for hit in best[:k]]


def _bound(question: str, k: int, asked: Filters, cell: str | None) -> dict[str, Any]:
    """Return what both searches bind."""
    return {
        "question": question,
        "k": max(k, FOUND_FIRST),  # both lists are fused before k are taken
        "source": asked.source,
        "kind": asked.kind,
        "since": asked.since,
        "until": asked.until,
        "tiers": list(asked.tiers) if asked.tiers is not None else None,
        "cell": cell,
    }


def _fused(ask: Ask, bound: dict[str, Any], hits: list[Hit]) -> list[Hit]:
    """Return hits by words and by vectors together, as the cell's embedder weighs them."""
    chosen = ask(_CHOSEN, cell=bound["cell"]).to_pylist()
    embedder = embedders().get(chosen[0]["embedder_id"]) if chosen else None
    if embedder is None or embedder.vector_weight <= 0:
        return hits
    if ask(_WORSE, cell=bound["cell"]).to_pylist()[0]["is_worse"]:
        return hits
    near = nearest(ask, embedder, chosen[0]["chunker_id"], bound)
    known = {hit.chunk_id: hit for hit in [*near, *hits]}
    lists = [
        (embedder.keyword_weight, [hit.chunk_id for hit in hits]),
        (embedder.vector_weight, [hit.chunk_id for hit in near]),
    ]
    return [
        replace(known[name], rank=rank, score=score)
        for rank, (name, score) in enumerate(fused(lists, bound["k"]), start=1)
    ]
