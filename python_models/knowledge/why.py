"""Command `make knowledge-why`: why an edge is there, from its facts to the bytes and the call."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import duckdb

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit_document, filled, say
from ingestion.lakehouse.settings import told
from python_models.release.reader import NothingReleased, open_release

_EDGES = """
select edge_id, subject_id, relation, coalesce(object_id, value) as object, valid_from, valid_to,
    known_from, known_to
from knowledge.edges
where graph_id = (select graph_id from knowledge.current)
    and (edge_id = $edge or (length($edge) >= 6 and edge_id like $edge || '%'))
order by edge_id, known_from desc
"""


class UnknownEdge(LookupError):
    """No edge of the released graph has the id, or several begin so."""


def why(release: duckdb.DuckDBPyConnection, edge: str) -> dict[str, Any]:
    """Return an edge with the facts that support it.

    Raises:
        UnknownEdge: there is none, or there are several.
    """
    found = _rows(release, _EDGES, {"edge": edge})
    ids = sorted({row["edge_id"] for row in found})
    if not ids:
        raise UnknownEdge(f"The released graph has no edge {edge!r}; knowledge.edges lists them.")
    if len(ids) > 1:
        raise UnknownEdge(f"{edge} is the beginning of {len(ids)} edges: give more of it.")
    facts = _rows(release, "select * from knowledge.why($edge)", {"edge": ids[0]})
    return {**found[0], "facts": facts}


def _rows(
    release: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = release.execute(query, parameters).to_arrow_table().to_pylist()
    return found


def main(arguments: list[str] | None = None) -> int:
    """Say why an edge is there; returns the exit code."""
    options = _options(arguments)
    try:
        with open_release() as release:
            found = why(release, options.edge)
    except (UnknownEdge, NothingReleased) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.json:
        emit_document(found)
        return 0
    ends = f" until {found['valid_to']}" if found["valid_to"] else ""
    say(f"{found['subject_id']} {found['relation']} {found['object']}")
    say(f"since {found['valid_from']}{ends}, known since {found['known_from']}")
    for fact in found["facts"]:
        say("")
        say(filled(f'"{fact["words"]}"'))
        place = f"{fact['title']} ({fact['source']}) {fact['uri'] or ''}".rstrip()
        span = (
            "" if fact["field"] else f", characters {fact['evidence_start']}-{fact['evidence_end']}"
        )
        say(f"  {place}{span}")
        say(f"  bytes {fact['blob_hash']} at {fact['locator']}; call {fact['call_id'] or 'none'}")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = Arguments(prog="python -m python_models.knowledge.why", description=__doc__)
    parser.add_argument("--edge", required=True, help="edge, or the beginning of its id (EDGE=)")
    parser.add_argument("--json", action="store_true", help="as a JSON document")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(told(main))
