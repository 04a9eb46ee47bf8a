"""Ratings that people give essays without knowing who wrote them, and how far judges agree.

Ratings are rows of one CSV file of the lake, `ratings/experiments.csv`, in the long form that
`make ratings FILES=` reads (unit, rater, score): only ever appended, a later one of the same
person and essay counts. The order in which essays are shown follows from a seed alone.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from ingestion.lakehouse.clock import now
from ingestion.lakehouse.file_lock import one_at_a_time
from ingestion.lakehouse.lake import lake

Row = dict[str, Any]
LOWEST, HIGHEST = 0.0, 10.0  # scale people rate on
COLUMNS = ("unit", "rater", "score", "cohort", "seed", "rated_at")
NAME = re.compile(r"[^\W_](?:[\w .-]{0,58}[\w.])?")  # begins with what no table takes for a formula
STATISTICS = ("pearson", "spearman", "kappa_quadratic")


class RatingRefused(ValueError):
    """A rating cannot be kept; the message says why."""


@dataclass(frozen=True)
class Rating:
    """What one person gives one essay, from LOWEST to HIGHEST."""

    unit: str
    rater: str
    score: float
    cohort: str
    seed: int = 0


def ratings_file() -> Path:
    """Return where ratings are kept."""
    return lake().ratings / "experiments.csv"


def rater_name(text: str) -> str:
    """Return a person's name as it is kept.

    Raises:
        RatingRefused: it is none.
    """
    name = " ".join(text.split())
    if not NAME.fullmatch(name):
        raise RatingRefused("A name begins with a letter or digit and has letters, digits, . _ -")
    return name


def keep_rating(rating: Rating) -> None:
    """Append a rating; it is on the disk when this returns.

    Raises:
        RatingRefused: the name or the score cannot be used; nothing is kept.
        OSError: it could not be written.
    """
    if not (isfinite(rating.score) and LOWEST <= rating.score <= HIGHEST):
        raise RatingRefused(f"A score lies between {LOWEST:g} and {HIGHEST:g}.")
    name, path = rater_name(rating.rater), ratings_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    row = (rating.unit, name, f"{rating.score:g}", rating.cohort, rating.seed, now().isoformat())
    with one_at_a_time(path.parent), path.open("a+", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if file.tell() == 0:
            writer.writerow(COLUMNS)
        elif not _ends_whole(path):  # what a power cut left of a row is a row of its own
            file.write("\n")
        writer.writerow(row)
        file.flush()
        os.fsync(file.fileno())


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def kept_ratings() -> list[Row]:
    """Return the rating each person gave each essay last, in the order they came."""
    try:
        # what a power cut left of a row may end within a letter
        with ratings_file().open(newline="", encoding="utf-8", errors="replace") as file:
            rows = [row for row in csv.DictReader(file) if row["rated_at"]]
    except FileNotFoundError:
        return []
    last = {(row["rater"], row["unit"]): row for row in rows}
    return [row | {"score": float(row["score"])} for row in last.values()]


def in_order(units: Iterable[str], seed: int) -> list[str]:
    """Return essays shuffled by a seed, each at the place it has whatever others there are."""
    return sorted(units, key=lambda unit: hashlib.sha256(f"{seed}\n{unit}".encode()).hexdigest())


def agreement_with_judges(ratings: Sequence[Row], judged: Sequence[Row]) -> list[Row]:
    """Return how far each person agrees with each judge, on the essays both rated.

    Args:
        ratings: as `kept_ratings` gives them.
        judged: `unit`, `judge` and `share` of its scale, one row for each essay and judge.

    Returns:
        a row for each person, judge and statistic (value, low, high, n, reason).
    """
    # scipy and scikit-learn take seconds, which a page that measures nothing has no use for
    from python_models.experiments.agreement.measuring import table_of
    from python_models.experiments.agreement.pairwise import pairwise

    scale = HIGHEST - LOWEST
    given = [(row["unit"], (0, row["rater"]), (row["score"] - LOWEST) / scale) for row in ratings]
    given += [(row["unit"], (1, row["judge"]), row["share"]) for row in judged]
    if not given:
        return []
    units, raters, shares = zip(*given, strict=True)
    names = sorted(set(raters))
    table, _ = table_of(units, [f"{names.index(one):06d}" for one in raters], shares)
    rows = []
    for at, (is_judge, person) in enumerate(names):
        for other, (is_other_judge, judge) in enumerate(names):
            if is_judge or not is_other_judge:
                continue
            found = pairwise(table[:, at], table[:, other])
            rows += [
                {"rater": person, "judge": judge, "statistic": name, "value": found[name].value,
                 "low": found[name].low, "high": found[name].high, "n": found[name].n,
                 "reason": found[name].why}
                for name in STATISTICS
            ]  # fmt: skip
    return rows
