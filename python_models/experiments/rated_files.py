"""Files of ratings, whatever their shape, as a table of units by raters."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from python_models.experiments.agreement.measuring import table_of
from python_models.experiments.agreement.resampling import Floats

Row = dict[str, Any]


class NotRated(ValueError):
    """A file does not hold what was said of it."""


def read_rows(path: Path, records: str | None = None) -> list[Row]:
    """Return the records of a JSONL, JSON, CSV or TSV file, each with the file's name as `file`.

    Raises:
        NotRated: it is none of these, or a line of it is not.
    """
    text = path.read_text(encoding="utf-8-sig")
    kind = path.suffix.lower()
    if kind in (".csv", ".tsv"):
        delimiter = "\t" if kind == ".tsv" else ","
        rows: list[Row] = list(csv.DictReader(text.splitlines(), delimiter=delimiter))
    elif kind in (".jsonl", ".ndjson", ".json"):
        rows = _json_rows(path, text, records)
    else:
        raise NotRated(f"{path.name}: files end in .jsonl, .json, .csv or .tsv")
    return [row | {"file": path.stem} for row in rows]


def _json_rows(path: Path, text: str, records: str | None) -> list[Row]:
    try:
        if path.suffix.lower() == ".json":
            found = json.loads(text)
        else:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError as error:
        raise NotRated(f"{path.name}: {error}") from error
    for name in records.split(".") if records else ():
        if not isinstance(found, dict) or name not in found:
            raise NotRated(f"{path.name}: there is no {records}")
        found = found[name]
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise NotRated(f"{path.name}: no list of records; name it with --records")
    return found


def inside(row: Row, path: str) -> Any:
    """Return a column of a record, or what lies inside it by a dotted path; null when missing."""
    if path in row:
        return row[path]
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def judged_texts(
    rows: Iterable[Row], text: str, recorded: str | None
) -> list[tuple[str | None, tuple[float, ...] | None]]:
    """Return judges' texts with the recorded score, or both of a pair."""
    found = []
    for row in rows:
        said = inside(row, text)
        known = inside(row, recorded) if recorded else None
        scores = known if isinstance(known, list) else [known]
        values = [_number(score) for score in scores]
        complete = tuple(value for value in values if value is not None)
        found.append((None if said is None else str(said), complete or None))
    return found


def rated_columns(
    rows: Sequence[Row], raters: Sequence[str], order: Sequence[str] | None
) -> tuple[Floats, list[str]]:
    """Return ratings of files that have a column for each rater."""
    for rater in raters:
        if not any(inside(row, rater) is not None for row in rows):
            raise NotRated(f"no record has a value in {rater}")
    cells = [[inside(row, rater) for rater in raters] for row in rows]
    return _numbered(cells, order), list(raters)


def rated_lists(
    rows: Sequence[Row], column: str, order: Sequence[str] | None
) -> tuple[Floats, list[str]]:
    """Return ratings of records with a list of ratings each, of raters without names."""
    lists = [
        found if isinstance(found, list) else [] for found in (inside(r, column) for r in rows)
    ]
    width = max((len(found) for found in lists), default=0)
    if width < 2:
        raise NotRated(f"no record has two ratings in {column}")
    cells = [[*found, *([None] * (width - len(found)))] for found in lists]
    return _numbered(cells, order), [f"rating {place + 1}" for place in range(width)]


def rated_rows(
    rows: Sequence[Row], unit: Sequence[str], rater: str, score: str, order: Sequence[str] | None
) -> tuple[Floats, list[str]]:
    """Return ratings in long form; a unit's rating is the mean where one gave several."""
    scores = _numbered([[inside(row, score)] for row in rows], order)[:, 0]
    known = [place for place, value in enumerate(scores) if not np.isnan(value)]
    if not known:
        raise NotRated(f"no record has a rating in {score}")
    units = [json.dumps([inside(rows[place], name) for name in unit]) for place in known]
    raters = [str(inside(rows[place], rater)) for place in known]
    return table_of(units, raters, [float(scores[place]) for place in known])


def _numbered(cells: list[list[Any]], order: Sequence[str] | None) -> Floats:
    """Return cells as numbers; words by their place in the order given, or in the alphabet."""
    texts = {str(cell).strip() for row in cells for cell in row if cell not in (None, "")}
    if all(_number(text) is not None for text in texts) and not order:
        return np.array([[_number(cell, np.nan) for cell in row] for row in cells], dtype=float)
    places = {word: float(place) for place, word in enumerate(order or sorted(texts))}
    found = [[places.get(str(cell).strip(), np.nan) for cell in row] for row in cells]
    return np.array(found, dtype=float)


def _number(value: Any, otherwise: float | None = None) -> float | None:
    if value is None or isinstance(value, bool):
        return otherwise
    try:
        return float(value)
    except (TypeError, ValueError):
        return otherwise
