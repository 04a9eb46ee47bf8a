"""Command `make ask`: a question to the corpus, and an answer that cites what it found."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

import duckdb

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit_document, filled, say
from ingestion.lakehouse.settings import told
from python_models.knowledge.answering import Answered, answered
from python_models.knowledge.search.find import NotSearchable, asking, search
from python_models.knowledge.search.hits import Filters, Hit
from python_models.llm.step import StepFailed
from python_models.release.reader import NothingReleased, open_release


def main(arguments: list[str] | None = None) -> int:
    """Answer one question; returns the exit code."""
    options = _options(arguments)
    filters = Filters(source=options.source, as_of=options.as_of)
    try:
        with open_release() as release:
            hits = search(asking(release), options.question, options.k, filters, options.cell)
        answer = None
        if not options.no_llm:
            with duckdb.connect() as session:
                answer = answered(session, options.question, hits)
    except (NothingReleased, NotSearchable, StepFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.json:
        emit_document(document(options.question, hits, answer))
    else:
        _show(hits, answer)
    return 0


def document(question: str, hits: list[Hit], answer: Answered | None) -> dict[str, Any]:
    """Return question, hits and answer as plain data."""
    found: dict[str, Any] = {"question": question, "hits": [_hit(hit) for hit in hits]}
    if answer is not None:
        found["answer"] = answer.text
        found["sentences"] = [
            {"text": text, "cited": [vars(one) for one in cited]}
            for text, cited in answer.sentences
        ]
        found |= {"status": answer.status, "error": answer.error, "call_id": answer.call_id,
                  "model": answer.model, "cost_usd": answer.cost_usd}  # fmt: skip
    return found


def _hit(hit: Hit) -> dict[str, Any]:
    start, end, marks = hit.snippet
    return {
        "rank": hit.rank,
        "score": hit.score,
        "chunk_id": hit.chunk_id,
        "object_id": hit.object_id,
        "version": hit.version,
        "source": hit.source,
        "title": hit.title,
        "uri": hit.uri,
        "said_at": hit.said_at.isoformat() if hit.said_at else None,
        "span": [hit.span_start, hit.span_end],
        "snippet": {"text": hit.shown(start, end), "start": start, "end": end,
                    "marks": [list(mark) for mark in marks]},
    }  # fmt: skip


def _show(hits: list[Hit], answer: Answered | None) -> None:
    if answer is not None:
        for text, cited in answer.sentences:
            places = sorted({f"[{one.passage}]" for one in cited})
            say(filled(f"{text} {''.join(places)}"))
        if not answer.sentences:
            say(answer.text if answer.error is None else f"No answer: {answer.error}")
        say("")
    if not hits:
        say("No document has these words.")
    for hit in hits:
        start, end, _ = hit.snippet
        say(f"[{hit.rank}] {hit.title}  ({hit.source}) {hit.uri or ''}".rstrip())
        say(filled(" ".join(hit.shown(start, end).split())))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = Arguments(prog="python -m python_models.knowledge.ask", description=__doc__)
    parser.add_argument("--question", required=True, help="what is asked (Q=)")
    parser.add_argument(
        "--as-of", type=datetime.fromisoformat, help="the corpus as it was known then (UTC)"
    )
    parser.add_argument("--source", help="only documents of this source")
    parser.add_argument("--cell", help="cell of the grid; default: the released one")
    parser.add_argument("--k", type=int, default=8, help="how many passages")
    parser.add_argument("--no-llm", action="store_true", help="search only, ask no model")
    parser.add_argument("--json", action="store_true", help="as a JSON document")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(told(main))
