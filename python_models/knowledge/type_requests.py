"""Command `make knowledge-extract`: one more type is asked of documents that were read without it.

The request is a decision like those on entities: in the journal at once, landed by the run that
follows, taken back by `make knowledge-undo`. Only texts that may hold the type are asked.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping

import duckdb

from ingestion.knowledge.decisions import ASK_TYPE, DecisionRefused, decide, kept
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import say
from ingestion.lakehouse.settings import SettingsError, told
from ingestion.lakehouse.user_name import user_name
from python_models.release.reader import NothingReleased, open_release
from python_models.runs.slices import listed

_COVERAGE = """
select type, max(case when state = 'gap' then candidates end), bool_and(state = 'abstract')
from knowledge.coverage group by type order by type
"""


class TypeRefused(ValueError):
    """A type cannot be asked for; the message says why, and which can."""


def main(arguments: list[str] | None = None) -> int:
    """Keep the request; returns the exit code."""
    options = _options(arguments)
    try:
        with open_release() as release:
            gaps = gaps_of(release, options.type)
        for kind in gaps if not options.dry_run else ():
            _keep(kind, options)
    except (DecisionRefused, TypeRefused, NothingReleased) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for kind, count in gaps.items() if not options.json else ():
        say(f"{kind}: {count} texts may hold it; they alone are asked, for it alone.")
    return 0


def gaps_of(release: duckdb.DuckDBPyConnection, text: str) -> dict[str, int | str]:
    """Return the types that a text lists (commas), each with how many texts may hold it.

    Raises:
        TypeRefused: no ontology has one, or it was asked from the beginning.
    """
    found = {row[0]: row[1:] for row in release.execute(_COVERAGE).fetchall()}
    open_gaps = [kind for kind, (candidates, _) in found.items() if candidates]
    shown = f"Types nobody was asked for: {', '.join(open_gaps) or 'none'}."
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise TypeRefused(f"Which type? TYPE=. {shown}")
    requested = {row["anchor"] for row in kept() if row["kind"] == ASK_TYPE}
    gaps: dict[str, int | str] = {}
    for name in names:
        if name not in found:
            raise TypeRefused(f"No ontology of the release has a type {name!r}. {shown}")
        candidates, is_abstract = found[name]
        if is_abstract:
            raise TypeRefused(f"{name} stands above other types: ask for one of these. {shown}")
        if not candidates and f"type:{name}" not in requested:
            raise TypeRefused(f"{name} is asked of every text already. {shown}")
        gaps[name] = json.loads(candidates)["count"] if candidates else "the same"
    return gaps


def refuse_unrequested(chosen: Mapping[str, str]) -> None:
    """Refuse a run that would ask for a type nobody requested: the next one would drop it.

    Args:
        chosen: what the run is restricted to, {word: value}.

    Raises:
        SettingsError: it names such a type.
    """
    for kind in listed(chosen.get("type")):
        if not _is_requested(kind):
            raise SettingsError(
                f"Nobody requested the type {kind}: this run would pay for its answers, and the "
                f"next one drop them. `make knowledge-extract TYPE={kind}` requests it and runs."
            )


def _is_requested(kind: str) -> bool:
    undone = {row["undoes"] for row in kept() if row["kind"] == "undo"}
    return any(
        row["kind"] == ASK_TYPE and row["anchor"] == f"type:{kind}"
        for row in kept()
        if row["decision_id"] not in undone
    )


def _keep(kind: str, options: argparse.Namespace) -> None:
    if _is_requested(kind):
        return  # it is on record: what is new since is asked
    [decision] = decide(ASK_TYPE, [(f"type:{kind}", "")], options.reason, options.by)
    if not options.json:
        say(f"decision {decision}: {kind} is asked; `make knowledge-undo DECISION={decision}`")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = Arguments(prog="python -m python_models.knowledge.type_requests", description=__doc__)
    parser.add_argument("--type", default="", help="types of an ontology, by commas (TYPE=)")
    parser.add_argument("--reason", default="a type nobody was asked for", help="why (REASON=)")
    parser.add_argument("--by", default=user_name(), help="who asks")
    parser.add_argument("--dry-run", action="store_true", help="keep nothing")
    parser.add_argument("--json", action="store_true", help="say nothing but errors")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(told(main))
