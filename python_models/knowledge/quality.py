"""`python -m python_models.knowledge.quality`: the released graph against what is known to be true.

A folder of truth has CSV files: `entities` (entity, type, names: JSON list of [since, name],
strong_ids: JSON list of `kind:id`), `facts` (fact, subject, relation, object, value, valid_from,
valid_to), `said` (delivery, source, native_id, quote, fact, polarity, known_at) and, of logs,
`log_lines` (file, offset, template). The demo writes one. Relations are in the words of the
ontology that is measured.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import duckdb

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import Row, emit
from python_models.release.reader import NothingReleased, open_release

Edge = tuple[str, str, str]  # subject, relation, object or value
_NONE: dict[str, object] = dict.fromkeys(("figure", "precision", "recall", "found", "true"))


class Score(NamedTuple):
    """How what was found compares with what is true."""

    precision: float
    recall: float
    found: int
    true: int

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass
class Truth:
    """What is true of a corpus."""

    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # entities by name
    strong: dict[str, str] = field(default_factory=dict)  # entity by `kind:id`
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    said: list[dict[str, str]] = field(default_factory=list)
    log_lines: list[dict[str, str]] = field(default_factory=list)
    spoken_of: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # by document

    def entity(self, name: str, strong: str | None, native_id: str) -> str | None:
        """Return who a name or id means in a document, None where truth does not say.

        Of several who bear a name it is the one of whom the document is known to speak.
        """
        if strong is not None:
            return self.strong.get(strong.lower())
        known = self.names.get(name.lower().lstrip("@"), set())
        known = known if len(known) == 1 else known & self.spoken_of.get(native_id, set())
        return next(iter(known)) if len(known) == 1 else None

    def edges(self, day: str, is_complete: Mapping[str, bool]) -> set[Edge]:
        """Return the edges that hold on a day and that a document of that day says."""
        found: set[Edge] = set()
        for one in self.said:
            is_there = one["known_at"] == day or (
                one["known_at"] < day and not is_complete.get(one["source"], True)
            )
            fact = self.facts.get(one["fact"])
            if fact is None or one["polarity"] != "asserted" or not is_there:
                continue
            if fact["valid_from"] < day and (not fact["valid_to"] or day <= fact["valid_to"]):
                other = fact["object"] or fact["value"]
                found.add((fact["subject"], fact["relation"], other))
        return found

    @property
    def days(self) -> list[str]:
        """The days on which something was learnt."""
        return sorted({one["known_at"] for one in self.said})


def read_truth(folder: Path) -> Truth:
    """Read a folder of truth; files that are not there say nothing."""
    truth = Truth()
    for row in _rows(folder / "entities.csv"):
        for _, name in json.loads(row["names"]):
            truth.names[name.lower()].add(row["entity"])
        truth.strong |= {one.lower(): row["entity"] for one in json.loads(row["strong_ids"])}
    truth.facts = {row["fact"]: row for row in _rows(folder / "facts.csv")}
    truth.said = _rows(folder / "said.csv")
    truth.log_lines = _rows(folder / "log_lines.csv")
    for one in truth.said:
        fact = truth.facts.get(one["fact"])
        if fact is not None:
            truth.spoken_of[one["native_id"]] |= {fact["subject"], fact["object"]}
    return truth


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def compared(found: set[Edge], true: set[Edge]) -> Score:
    """Compare two sets."""
    both = len(found & true)
    return Score(both / (len(found) or 1), both / (len(true) or 1), len(found), len(true))


def b_cubed(pairs: Iterable[tuple[Hashable, Hashable]]) -> Score:
    """Compare two groupings of the same things, given as (group found, true group) of each."""
    joint = Counter(pairs)
    found, true = Counter[Hashable](), Counter[Hashable]()
    for (one, other), count in joint.items():
        found[one] += count
        true[other] += count
    total = sum(found.values()) or 1
    precision = sum(count * count / found[one] for (one, _), count in joint.items()) / total
    recall = sum(count * count / true[other] for (_, other), count in joint.items()) / total
    return Score(precision, recall, len(found), len(true))


def grouping_accuracy(pairs: Iterable[tuple[Hashable, Hashable]]) -> float:
    """Return the share of lines whose template holds just the lines of their true one."""
    joint = Counter(pairs)
    found, true = Counter[Hashable](), Counter[Hashable]()
    for (one, other), count in joint.items():
        found[one] += count
        true[other] += count
    same = sum(
        count
        for (one, other), count in joint.items()
        if count == found[one] and count == true[other]
    )
    return same / (sum(found.values()) or 1)


class Quality:
    """A release beside the truth of its corpus."""

    def __init__(self, release: duckdb.DuckDBPyConnection, truth: Truth, ontology: str) -> None:
        self.release, self.truth = release, truth
        found = release.execute(
            "select graph_id, resolution_id from knowledge.grid_cells where ontology_id = ? "
            "order by released desc, cell_id limit 1",
            [ontology],
        ).fetchone()
        if found is None:
            raise SystemExit(f"no cell of the release has the ontology {ontology}")
        self.graph, self.resolution = found
        self.people = list(self._people())

    def _people(self) -> Iterable[tuple[str, str]]:
        """Yield (entity found, true entity) of every place at which truth knows who is meant."""
        for entity, name, anchor, native_id in self.release.execute(
            "select m.entity_id, m.name, m.anchor, d.native_id from knowledge.entity_mentions m "
            "join knowledge.documents d using (object_id, version) where m.resolution_id = ?",
            [self.resolution],
        ).fetchall():
            strong = anchor.removeprefix("strong:") if anchor.startswith("strong:") else None
            if true := self.truth.entity(name or "", strong, native_id):
                yield entity, true

    def resolution_score(self) -> Score:
        """B-cubed over names and ids as they stand in documents."""
        return b_cubed(self.people)

    def mixed(self) -> int:
        """Count found entities that hold two different true ones."""
        known: dict[str, set[str]] = defaultdict(set)
        for entity, true in self.people:
            known[entity].add(true)
        return sum(len(one) > 1 for one in known.values())

    def edge_score(self, day: str) -> Score:
        """Compare edges as of a day, in the world and in what was known."""
        complete = dict(
            self.release.execute("select source, is_complete from knowledge.sources").fetchall()
        )
        true = self.truth.edges(day, complete)
        relations = {fact["relation"] for fact in self.truth.facts.values()}
        found: set[Edge] = set()
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for entity, one in self.people:
            votes[entity][one] += 1
        called = {entity: count.most_common(1)[0][0] for entity, count in votes.items()}
        for subject, relation, other, value in self.release.execute(
            "select subject_id, relation, object_id, value from knowledge.edges "
            "where graph_id = $1 and valid_from <= $2::timestamp and known_from <= $2::timestamp "
            "and coalesce(valid_to > $2::timestamp, true) "
            "and coalesce(known_to > $2::timestamp, true)",
            [self.graph, day],
        ).fetchall():
            if relation in relations:
                to = value if other is None else called.get(other, f"unknown {other}")
                found.add((called.get(subject, f"unknown {subject}"), relation, to))
        return compared(found, true)

    def rows(self) -> Iterable[Row]:
        """Yield one row per figure."""
        for day in self.truth.days:
            yield _shown(f"edges as of {day}", self.edge_score(day))
        yield _shown("entities, B-cubed", self.resolution_score())
        yield _NONE | {"figure": "entities that mix two", "found": self.mixed()}
        if self.truth.log_lines:
            share, count = self.log_accuracy()
            yield _NONE | {
                "figure": "log lines grouped",
                "precision": f"{share:.3f}",
                "found": count,
            }

    def log_accuracy(self) -> tuple[float, int]:
        """Return grouping accuracy of log lines, and of how many."""
        true = {(one["file"], int(one["offset"])): one["template"] for one in self.truth.log_lines}
        events = self.release.execute(
            "select strftime(e.known_from, '%Y-%m-%d') || '/' || o.uri, e.byte_offset, "
            "e.template_id from knowledge.log_events e join knowledge.objects o using (object_id)"
        ).fetchall()
        pairs = [(found, true[file, at]) for file, at, found in events if (file, at) in true]
        return grouping_accuracy(pairs), len(pairs)


def _shown(figure: str, score: Score) -> Row:
    return {
        "figure": figure,
        "precision": f"{score.precision:.3f}",
        "recall": f"{score.recall:.3f}",
        "found": score.found,
        "true": score.true,
    }


def main(arguments: list[str] | None = None) -> int:
    """Print how good the release is; 2 when there is none."""
    parser = Arguments(prog="python -m python_models.knowledge.quality", description=__doc__)
    parser.add_argument("--truth", required=True, help="folder of truth (TRUTH=)")
    parser.add_argument("--ontology", default="v1", help="whose words the truth uses (ONTOLOGY=)")
    parser.add_argument("--json", action="store_true", help="as a JSON document")
    options = parser.parse_args(arguments)
    try:
        with open_release() as release:
            quality = Quality(release, read_truth(Path(options.truth)), options.ontology)
            rows = list(quality.rows())
    except NothingReleased as error:
        sys.stderr.write(f"{error}\n")
        return 2
    emit(rows, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
