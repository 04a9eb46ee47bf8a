"""Scores of the release against its labels, pooled and judged beside two yardsticks.

Always-on raises an alarm for every reading; the best single threshold is chosen in hindsight,
with the labels in sight, over every sensor. A method that does not beat both has not shown
that it knows more than they do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from ingestion.lakehouse.extensions import load_extensions

YARDSTICKS = ("sluice", "always_on", "best_threshold")
POOLED = "(all of them)"
SYNTHETIC = "demo_"  # how the sources of the simulator begin
REAL_CAVEAT = (
    "Real labels are drawn by people, often as wide windows: a reading inside one may be normal, "
    "and one outside may be odd and unlabelled."
)
SYNTHETIC_CAVEAT = (
    "Synthetic sources hold faults a simulator put in, each of one kind and known to the second: "
    "real machines will be found less well."
)
ALARM_LIMITS = (
    "Series without cycles: the rate of false alarms is bounded by what lies behind. A run that is "
    "labelled normal but drifts off after a steady lead-in raises many until half a day, or two "
    "lead-ins, have passed; a random walk raises more than the declared rate. docs/figures.md has "
    "both measured."
)
_COUNTS = ("true_positives", "false_positives", "false_negatives", "true_negatives")


class NothingReleased(RuntimeError):
    """There is no release, or none with labels; the message says what to do."""


@dataclass(frozen=True)
class Score:
    """Alarms of one method on one source, counted against its labels."""

    source: str
    level: str  # cycle | reading
    issue_kind: str  # 'any': any issue counts
    yardstick: str
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int

    @property
    def precision(self) -> float | None:
        """Share of alarms that were right; None when there was no alarm."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float | None:
        """Share of what was labelled that raised an alarm; None when nothing was labelled."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None when there is neither label nor alarm."""
        both = 2 * self.true_positives + self.false_positives + self.false_negatives
        return _share(2 * self.true_positives, both)

    @property
    def false_alarm_rate(self) -> float | None:
        """Share of what is normal that raised an alarm."""
        return _share(self.false_positives, self.false_positives + self.true_negatives)

    def as_row(self) -> dict:
        """Return counts and shares, for JSON."""
        names = ("precision", "recall", "f1", "false_alarm_rate")
        return asdict(self) | {name: getattr(self, name) for name in names}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def released_scores(database: Path) -> list[Score]:
    """Return the scores of whole sources in a release.

    Raises:
        NothingReleased: the release is missing or holds no labelled source.
    """
    if not database.exists():
        raise NothingReleased(f"There is no release at {database} yet: `make run` makes one.")
    # not `connect_duckdb`: a process opens one file with one set of options, the readers' plain one
    with duckdb.connect(str(database.resolve()), read_only=True) as connection:
        load_extensions(connection)
        try:
            rows = connection.execute(
                f"""
                select source, level, issue_kind, yardstick, {", ".join(_COUNTS)}
                from telemetry.detection_quality
                where control_id = 'all'
                order by source, level, issue_kind, yardstick
                """
            ).fetchall()
        except duckdb.CatalogException:
            raise NothingReleased(
                f"{database} holds no telemetry yet: `make run` builds and releases it."
            ) from None
    if not rows:
        raise NothingReleased(
            "No released source carries labels: declare `labels` for one (see "
            "ingestion/telemetry/sources/examples), land it and build."
        )
    return [Score(*row) for row in rows]


def with_always_on(scores: list[Score]) -> list[Score]:
    """Return the scores with an always-on row wherever the release has none."""
    known = {(score.source, score.level, score.issue_kind, score.yardstick) for score in scores}
    added = [
        Score(
            score.source,
            score.level,
            score.issue_kind,
            "always_on",
            score.true_positives + score.false_negatives,
            score.false_positives + score.true_negatives,
            0,
            0,
        )
        for score in scores
        if score.yardstick == "sluice"
        and score.issue_kind == "any"
        and (score.source, score.level, "any", "always_on") not in known
    ]
    return scores + added


def pooled(scores: Iterable[Score]) -> list[Score]:
    """Return one score for each level, kind and yardstick, over all sources."""
    totals: dict[tuple[str, str, str], list[int]] = {}
    for score in scores:
        total = totals.setdefault((score.level, score.issue_kind, score.yardstick), [0] * 4)
        for place, name in enumerate(_COUNTS):
            total[place] += getattr(score, name)
    return [Score(POOLED, *key, *counts) for key, counts in totals.items()]


def verdict(own: Score, yardsticks: list[Score]) -> str:
    """Return in words how a score stands beside its yardsticks."""
    if own.recall is None or own.f1 is None:
        return f"no anomaly labelled; {own.false_positives} false alarms"
    better = [
        f"{other.yardstick} {other.f1:.3f}"
        for other in yardsticks
        if other.f1 is not None and other.f1 >= own.f1
    ]
    if better:
        return "NOT BEATEN: " + ", ".join(better)
    return "beats " + " and ".join(other.yardstick for other in yardsticks)


def is_synthetic(source: str) -> bool:
    """Say whether a source was made by the simulator."""
    return source.startswith(SYNTHETIC)


def caveats(sources: Iterable[str]) -> list[str]:
    """Return what to bear in mind about the figures of such sources, real ones first."""
    kinds = {is_synthetic(source) for source in sources}
    return [
        text for kind, text in ((False, REAL_CAVEAT), (True, SYNTHETIC_CAVEAT)) if kind in kinds
    ]


def report(scores: list[Score]) -> dict:
    """Return what the command prints, as data."""
    scores = with_always_on(scores)
    sources = []
    found = {(score.source, score.level) for score in scores}
    for source, level in sorted(found, key=lambda one: (is_synthetic(one[0]), *one)):
        any_issue = {
            score.yardstick: score
            for score in scores
            if (score.source, score.level, score.issue_kind) == (source, level, "any")
        }
        own = any_issue.pop("sluice", None)
        if own is None:
            continue
        others = [any_issue[name] for name in YARDSTICKS if name in any_issue]
        sources.append(
            {
                "source": source,
                "level": level,
                "verdict": verdict(own, others),
                "scores": [score.as_row() for score in (own, *others)],
            }
        )
    cycle_scores = [s for s in scores if s.level == "cycle" and s.yardstick == "sluice"]
    kinds = sorted(
        pooled(cycle_scores), key=lambda score: (score.issue_kind != "any", score.issue_kind)
    )
    return {"sources": sources, "cycle_kinds": [score.as_row() for score in kinds]}
