"""Files of ratings, whatever their shape, as a table of units by raters."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from python_models.experiments.agreement.measuring import table_of
from python_models.experiments.agreement.resampling import Floats
from python_models.experiments.rated_cells import Cell, NotRated, is_missing, numbers_of
from python_models.experiments.rated_tables import table_rows

Row = dict[str, Any]
FILE, PLACE = "file", "\0place"  # beside a record's own columns


def read_rows(path: Path, records: str | None = None) -> list[Row]:
    """Return the records of a JSONL, JSON, CSV or TSV file, each with the file's name as `file`.

    Raises:
        NotRated: it is none of these, or a line of it is not.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotRated(f"{path.name} is not UTF-8 ({error.reason}); save it as UTF-8") from error
    kind = path.suffix.lower()
    if kind in (".csv", ".tsv"):
        placed = table_rows(path.name, text, "\t" if kind == ".tsv" else None)
    elif kind in (".jsonl", ".ndjson", ".json"):
        placed = _json_rows(path, text, records)
    else:
        raise NotRated(f"{path.name}: files end in .jsonl, .json, .csv or .tsv")
    return [row | {FILE: path.stem, PLACE: place} for place, row in placed]


def _json_rows(path: Path, text: str, records: str | None) -> list[tuple[str, Row]]:
    if path.suffix.lower() == ".json":
        found = _decoded(path, "", text)
        places = "record"
    else:  # a line ends with a line feed: JSON strings may hold all other ends of lines
        lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        found = [_decoded(path, f", line {number}", line) for number, line in lines]
        places = "line"
    for name in records.split(".") if records else ():
        if not isinstance(found, dict) or name not in found:
            raise NotRated(f"{path.name}: there is no {records}")
        found = found[name]
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise NotRated(f"{path.name}: no list of records; name it with --records")
    numbers = [n for n, _ in lines] if places == "line" else range(1, len(found) + 1)
    return [(f"{places} {n}", row) for n, row in zip(numbers, found, strict=True)]


def _decoded(path: Path, place: str, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotRated(f"{path.name}{place}: {error}") from error


def inside(row: Row, path: str) -> Any:
    """Return a column of a record, or what lies inside it by a dotted path; null when missing."""
    if path in row:
        return row[path]
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def judged_texts(
    rows: Sequence[Row], text: str, recorded: str | None
) -> list[tuple[str | None, tuple[float, ...] | None]]:
    """Return judges' texts with the recorded score, or both of a pair.

    Raises:
        NotRated: no record has a text, or a recorded score is no number.
    """
    _check_columns(rows, [text])
    known: list[list[float | None]] = [[]] * len(rows)
    if recorded:
        _check_columns(rows, [recorded])
        given = [inside(row, recorded) for row in rows]
        lists = [found if isinstance(found, list) else [found] for found in given]
        known = _numbered(rows, lists, lambda _: recorded, None)
    found = []
    for row, scores in zip(rows, known, strict=True):
        said = inside(row, text)
        whole = tuple(score for score in scores if score is not None)
        complete = whole if len(whole) == len(scores) else ()
        found.append((None if said is None else str(said), complete or None))
    return found


def rated_columns(
    rows: Sequence[Row], raters: Sequence[str], order: Sequence[str] | None
) -> tuple[Floats, list[str]]:
    """Return ratings of files that have a column for each rater."""
    _check_columns(rows, raters)
    cells = [[inside(row, rater) for rater in raters] for row in rows]
    return _floats(_numbered(rows, cells, lambda place: raters[place], order)), list(raters)


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
    numbers = _floats(_numbered(rows, cells, lambda _: column, order))
    return numbers, [f"rating {place + 1}" for place in range(width)]


def rated_rows(
    rows: Sequence[Row], unit: Sequence[str], rater: str, score: str, order: Sequence[str] | None
) -> tuple[Floats, list[str]]:
    """Return ratings in long form; a unit's rating is the mean where one gave several."""
    _check_columns(rows, [*unit, rater, score])
    cells = [[inside(row, score)] for row in rows]
    scores = _floats(_numbered(rows, cells, lambda _: score, order))[:, 0]
    known = [place for place, value in enumerate(scores) if not np.isnan(value)]
    for place in known:
        for name in (*unit, rater):
            if is_missing(inside(rows[place], name)):
                where = f"{rows[place][FILE]}, {rows[place][PLACE]}"
                raise NotRated(f"{where}: a rating without {name}")
    units = [json.dumps([_named(rows[place], name) for name in unit]) for place in known]
    raters = [str(_named(rows[place], rater)) for place in known]
    return table_of(units, raters, [float(scores[place]) for place in known])


def _named(row: Row, column: str) -> Any:
    found = inside(row, column)
    return found.strip() if isinstance(found, str) else found


def _check_columns(rows: Sequence[Row], columns: Iterable[str]) -> None:
    """Refuse columns that no record has a value in."""
    for column in columns:
        if all(is_missing(inside(row, column)) for row in rows):
            names = sorted({name for row in rows[:1000] for name in row} - {FILE, PLACE})
            raise NotRated(f"no record has a value in {column}; columns: {', '.join(names)}")


def _numbered(
    rows: Sequence[Row],
    cells: Sequence[Sequence[Any]],
    column_of: Callable[[int], str],
    order: Sequence[str] | None,
) -> list[list[float | None]]:
    """Return cells of records as numbers, in the shape they came in."""
    flat = [
        Cell(value, column_of(place), str(row[FILE]), str(row[PLACE]))
        for row, values in zip(rows, cells, strict=True)
        for place, value in enumerate(values)
    ]
    numbers = iter(numbers_of(flat, order))
    return [[next(numbers) for _ in values] for values in cells]


def _floats(numbers: list[list[float | None]]) -> Floats:
    return np.array(numbers, dtype=float)
