"""Search of a release: one function for the page, the command and the API.

Words are found by the release's index, as its own SQL macro finds them: that is asked where there
is no index, and for a day that is past. Where the embedder of the released cell has a weight,
vectors are ranked beside them and both are fused by their places: unless the grid's questions say
that this is worse than words alone.
"""

from __future__ import annotations

import logging
from dataclasses import fields, replace
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.lakehouse.tiers import TIERS
from python_models.knowledge.grid.measures import HYBRID_GAIN
from python_models.knowledge.search import by_index
from python_models.knowledge.search.hits import Ask, Filters, Hit, fused
from python_models.knowledge.search.index import Index, source_of
from python_models.knowledge.search.indexing import index_of
from python_models.knowledge.search.nearest import Embedder, embedders, nearest, question_vector
from python_models.release.reader import NothingReleased, open_release, release_path

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
LOG = logging.getLogger(__name__)
_COLUMNS = [one.name for one in fields(Hit) if one.name != "words"]


NO_CORPUS = "This release holds no corpus to be searched: `make run DOMAIN=knowledge` makes one."


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
    asked, first = filters or Filters(), max(k, FOUND_FIRST)  # both lists are fused before k
    then = {"as_of": asked.as_of} if asked.as_of else {}
    bound = _bound(question, first, asked, cell)
    try:
        words = tuple(ask(WORDS, question=question).to_pylist()[0]["words"])
        index = None if then else released_index(ask)
        if index is not None:
            best = _by_index(ask, index, question, words, asked, first, k, cell)
        else:
            rows = ask(BY_WORDS_AS_OF if then else BY_WORDS, **bound, **then).to_pylist()
            hits = [Hit(**{name: row[name] for name in _COLUMNS}) for row in rows]
            best = hits if then else _fused(ask, bound, hits)
    except duckdb.CatalogException:
        raise NotSearchable(NO_CORPUS) from None
    return [replace(hit, words=words) for hit in best[:k]]


def released_index(ask: Ask) -> Index | None:
    """Return the index of a release, made where it is missing; None where there can be none."""
    weighty = [name for name, one in embedders().items() if one.vector_weight > 0]
    source = source_of(ask, weighty)
    return index_of(source) if source is not None else None


def index_release() -> None:
    """Make the indexes of the release in force, so that nobody's first question waits for them."""
    for tier in TIERS:
        try:
            with open_release(release_path(tier=tier)) as release:
                released_index(asking(release))
        except (NothingReleased, duckdb.Error) as error:
            LOG.warning("no index of the tier %s was made: %s", tier, error)


def _by_index(
    ask: Ask, index: Index, question: str, words: tuple[str, ...], asked: Filters, first: int,
    k: int, cell: str | None,
) -> list[Hit]:  # fmt: skip
    """Return the k best chunks by an index, fused as the cell's embedder weighs them."""
    chosen = ask(_CHOSEN, cell=cell).to_pylist()
    if not chosen:
        return []
    chunker_id = chosen[0]["chunker_id"]
    scope = by_index.scope_of(index, chunker_id, asked)
    found = by_index.by_words(index, chunker_id, words, scope, first)
    embedder = _weighty(ask, chosen, cell)
    if embedder is not None:
        is_there = embedder.embedder_id in index.facts["vectors"]
        vector = question_vector(question, embedder) if is_there else None
        near = by_index.nearest(index, embedder.embedder_id, vector, scope, first)
        lists = [
            (embedder.keyword_weight, [place for place, _ in found]),
            (embedder.vector_weight, [place for place, _ in near]),
        ]
        found = fused(lists, first)
    return by_index.hits_of(index, found[:k])


def _bound(question: str, k: int, asked: Filters, cell: str | None) -> dict[str, Any]:
    """Return what both searches bind."""
    return {
        "question": question,
        "k": k,
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
    embedder = _weighty(ask, chosen, bound["cell"])
    if embedder is None:
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


def _weighty(ask: Ask, chosen: list[dict[str, Any]], cell: str | None) -> Embedder | None:
    """Return the embedder of a cell where vectors weigh and were not found to be worse."""
    embedder = embedders().get(chosen[0]["embedder_id"]) if chosen else None
    if embedder is None or embedder.vector_weight <= 0:
        return None
    return None if ask(_WORSE, cell=cell).to_pylist()[0]["is_worse"] else embedder
