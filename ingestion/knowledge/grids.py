"""Experiment grids: which cells are compared, and the questions they are measured by.

A grid is declared once (`grids/examples/every_key.yml` shows how); its cells and questions are CSV
files. They land whole when they changed; what landed last is what holds.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.declarations import Declared, Grammar, VariableMissing, expand
from ingestion.tables.grammar import Strict

HERE = Path(__file__).parent
AXES = ("corpus", "chunker", "embedder", "extractor", "resolver", "ontology")
CELL_COLUMNS = ("cell", *AXES, "released")
QUESTION_COLUMNS = ("question_id", "question", "answer", "references")
YES, NO = ("true", "yes", "1"), ("false", "no", "0", "")
Rows = list[dict[str, Any]]


class Grid(Strict):
    """One grid."""

    grid: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)
    name: str = ""
    cells: str  # CSV: cell, the six axes (empty: the default), released
    questions: str | None = None  # CSV: question_id, question, answer, references


GRIDS = Grammar("grid", Grid, HERE / "grids")


class GridError(ValueError):
    """A file of a grid cannot be used; the message names the file and the line."""


def unlanded_grids(known: set[tuple[str, str]], broken: list[str]) -> dict[str, Rows]:
    """Return the rows of grids that say something else than what has landed last, by raw table.

    Args:
        known: (grid, hash) that landed last.
        broken: takes a sentence for each grid that cannot be used.
    """
    cells: Rows = []
    questions: Rows = []
    for entry in GRIDS.read_all(broken).values():
        try:
            files = _files(entry)
            if files is None:  # the demo's grid, where nobody made the demo's data
                continue
            digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[
                :16
            ]
            if (entry.name, digest) in known:
                continue
            own = {"grid_id": entry.name, "grid_hash": digest}
            found = [own | row for row in cell_rows(files[0])]
            asked = [own | row for row in question_rows(files[1])] if len(files) > 1 else []
        except (GridError, VariableMissing, OSError, UnicodeError) as error:
            broken.append(f"grid {entry.name}: {error}")
            continue
        cells += found
        questions += asked
    return {"grid_cells": cells, "questions": questions}


def _files(entry: Declared) -> list[Path] | None:
    """Return the files of a grid; None for a shipped one whose files are not there."""
    declared: Grid = entry.declaration
    named = [declared.cells, *([declared.questions] if declared.questions else [])]
    paths = [Path(expand(text)).expanduser() for text in named]
    paths = [path if path.is_absolute() else entry.origin.parent / path for path in paths]
    is_shipped = entry.origin.is_relative_to(PROJECT_ROOT)
    return None if is_shipped and not all(path.is_file() for path in paths) else paths


def cell_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the cells of a CSV.

    Raises:
        GridError: a column is missing or not known, a cell is named twice, or more are released.
    """
    seen: set[str] = set()
    released = None
    for line, row in _rows(path, CELL_COLUMNS, needed=("cell",)):
        name, said = row["cell"], (row.get("released") or "").lower()
        if not name or name in seen:
            raise GridError(f"{path}, line {line}: cell: {name!r} is empty or there already")
        if said not in YES + NO:
            raise GridError(f"{path}, line {line}: released: {said!r} is neither true nor false")
        if said in YES and released is not None:
            raise GridError(f"{path}, line {line}: {released} is released already; one cell is")
        seen.add(name)
        released = name if said in YES else released
        axes = {axis: row.get(axis) or None for axis in AXES}
        yield {"cell_id": name, **axes, "released": said in YES, "position": len(seen)}


def question_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the questions of a CSV.

    Raises:
        GridError: a column is missing, an id is there twice, or references are no JSON list.
    """
    seen: set[str] = set()
    for line, row in _rows(path, QUESTION_COLUMNS, needed=("question_id", "question")):
        name = row["question_id"]
        if not name or name in seen:
            raise GridError(f"{path}, line {line}: question_id: {name!r} is empty or there already")
        seen.add(name)
        yield {
            "question_id": name,
            "question": row["question"],
            "answer": row.get("answer") or None,
            "reference_list": _references(row.get("references") or "[]", f"{path}, line {line}"),
        }


def _references(text: str, place: str) -> str:
    try:
        listed = json.loads(text)
        known = [{name: str(one[name]) for name in ("source", "native_id", "quote")}
                 for one in listed]  # fmt: skip
    except (ValueError, TypeError, KeyError) as error:
        raise GridError(
            f"{place}: references: a JSON list of {{source, native_id, quote}} is needed ({error})"
        ) from None
    return json.dumps(known, ensure_ascii=False)


def _rows(
    path: Path, columns: tuple[str, ...], needed: tuple[str, ...]
) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream, restval="")
        named = reader.fieldnames or []
        for name in needed:
            if name not in named:
                raise GridError(f"{path}: it has no column {name}; there are {', '.join(columns)}")
        if odd := [name for name in named if name not in columns]:
            raise GridError(
                f"{path}: there is no column {', '.join(odd)}; there are {', '.join(columns)}"
            )
        for row in reader:
            if None in row:
                raise GridError(f"{path}, line {reader.line_num}: it has too many columns")
            yield reader.line_num, {name: value.strip() for name, value in row.items()}
