"""Commands `make knowledge-merge`, `-split` and `-undo`: what a person decides of entities."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from ingestion.knowledge.decisions import DecisionRefused, decide, kept
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.settings import told
from ingestion.lakehouse.user_name import user_name
from python_models.knowledge.resolution.anchors import ANYWHERE, anchor_text
from python_models.release.reader import NothingReleased, open_release

_PLACES = """
with chosen as (select resolution_id from knowledge.current)
select places.entity_id, places.type, places.name, places.anchor, places.object_id,
    places.mention_count,
    count(distinct others.entity_id) as bearers
from knowledge.entity_mentions as places
inner join chosen on places.resolution_id = chosen.resolution_id
left join knowledge.entity_mentions as others
    on places.resolution_id = others.resolution_id
    and regexp_replace(places.anchor, ':[^:]*$', '') = regexp_replace(others.anchor, ':[^:]*$', '')
where places.entity_id in (select entity_id from knowledge.entity_ids($entity))
group by all
"""


class UnknownEntity(LookupError):
    """No thing of the release is meant, or several are."""


class Place(NamedTuple):
    """A name or strong id of a thing in a document, and how many things bear it."""

    entity_id: str
    type: str
    name: str
    anchor: str
    object_id: str
    mention_count: int
    bearers: int

    @property
    def is_strong(self) -> bool:
        """Say whether it is a strong id."""
        return self.anchor.startswith("strong:")

    @property
    def called(self) -> tuple[str, str]:
        """Return its name and its strong id, without case."""
        return self.name.casefold(), self.anchor.removeprefix("strong:").casefold()

    @property
    def everywhere(self) -> str:
        """Return the anchor of the name wherever it stands, where one thing alone bears it."""
        if self.is_strong or self.bearers > 1:
            return self.anchor
        kind, key = self.anchor.removeprefix("name:").rsplit(":", 1)[0].split(":", 1)
        return anchor_text(kind, key, ANYWHERE, None)


def places_of(release: duckdb.DuckDBPyConnection, entity: str) -> list[Place]:
    """Return where a thing is named, the surest first.

    Raises:
        UnknownEntity: nothing is called so, or several things are.
    """
    found = [Place(*row) for row in release.execute(_PLACES, {"entity": entity}).fetchall()]
    things = sorted({one.entity_id for one in found})
    if not things:
        raise UnknownEntity(
            f"Nothing of the release is called {entity!r}; knowledge.entities has all."
        )
    if len(things) > 1:
        raise UnknownEntity(f"{entity!r} may be {', '.join(things)}: give one of these ids.")
    return sorted(found, key=lambda one: (not one.is_strong, -one.mention_count, one.anchor))


def merge_pair(release: duckdb.DuckDBPyConnection, one: str, other: str) -> tuple[str, str]:
    """Return the anchors of two things that are to be one.

    Raises:
        UnknownEntity: one is not known, or they are one already.
    """
    first, second = places_of(release, one)[0], places_of(release, other)[0]
    if first.entity_id == second.entity_id:
        raise UnknownEntity(f"{one!r} and {other!r} are one thing already: {first.entity_id}.")
    return first.everywhere, second.everywhere


def split_pairs(
    release: duckdb.DuckDBPyConnection, entity: str, mentions: Sequence[str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the anchors to keep apart, and those of what is split off that stay together.

    Args:
        release: the release.
        entity: the thing.
        mentions: names of it, strong ids, or documents (object ids) in which another is meant.

    Raises:
        UnknownEntity: it has no such name, or nothing would be left.
    """
    places = places_of(release, entity)
    off: dict[str, None] = {}
    for mention in mentions:
        by_name = [one for one in places if mention.casefold() in one.called]
        in_document = [one for one in places if one.object_id == mention]
        if not by_name and not in_document:
            raise UnknownEntity(
                f"{mention!r} is no name of {entity!r} and no document that has it."
            )
        off |= dict.fromkeys(one.everywhere for one in by_name)
        off |= dict.fromkeys(one.anchor for one in in_document)
    rest = [one for one in places if one.anchor not in off and one.everywhere not in off]
    if not rest:
        raise UnknownEntity(f"Nothing of {entity!r} would be left: name fewer mentions.")
    split = list(off)
    return [(one, rest[0].everywhere) for one in split], [(split[0], one) for one in split[1:]]


def main(arguments: list[str] | None = None) -> int:
    """Keep a decision; returns the exit code."""
    options = _options(arguments)
    try:
        made = _decided(options)
    except (DecisionRefused, UnknownEntity, NothingReleased) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if options.json:
        emit_document({"decisions": made})
    else:
        for decision_id in made:
            say(f"decision {decision_id}: {options.do}")
        say("It holds from the next run on (`make knowledge`).")
        if options.do != "undo":
            say(f"`make knowledge-undo DECISION={made[0]}` takes it back.")
    return 0


def _decided(options: argparse.Namespace) -> list[str]:
    by, reason = options.by, options.reason
    if options.do == "undo":
        return decide("undo", [], reason, by, undoes=_known(options.decision))
    with open_release() as release:
        if options.do == "merge":
            return decide("merge", [merge_pair(release, options.a, options.b)], reason, by)
        mentions = [part.strip() for part in options.mentions.split(",") if part.strip()]
        apart, together = split_pairs(release, options.entity, mentions)
    made = decide("keep_apart", apart, reason, by)
    return made + (decide("merge", together, reason, by) if together else [])


def _known(text: str) -> str:
    """Return the id of the decision that a text is, or begins.

    Raises:
        DecisionRefused: none, or more than one.
    """
    ids = {row["decision_id"] for row in kept()}
    try:
        with open_release() as release:
            ids |= {row[0] for row in release.execute(
                "select decision_id from knowledge.entity_decisions").fetchall()}  # fmt: skip
    except NothingReleased:
        pass
    found = sorted(one for one in ids if one.startswith(text)) if text else []
    if len(found) != 1:
        raise DecisionRefused(
            f"{text!r} is {'no decision' if not found else 'the beginning of several'}; "
            "knowledge.entity_decisions lists them."
        )
    return found[0]


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = Arguments(prog="python -m python_models.knowledge.deciding", description=__doc__)
    parser.add_argument("do", choices=("merge", "split", "undo"))
    parser.add_argument("--a", default="", help="a thing: id, name or strong id (A=)")
    parser.add_argument("--b", default="", help="the other thing (B=)")
    parser.add_argument("--entity", default="", help="thing that is two (ENTITY=)")
    parser.add_argument(
        "--mentions", default="", help="names or documents of the other (MENTIONS=)"
    )
    parser.add_argument("--decision", default="", help="decision to take back (DECISION=)")
    parser.add_argument("--reason", default="", help="why (REASON=)")
    parser.add_argument("--by", default=user_name(), help="who decides")
    parser.add_argument("--json", action="store_true", help="as a JSON document")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(told(main))
