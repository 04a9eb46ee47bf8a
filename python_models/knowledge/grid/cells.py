"""Which cells there are, and the ids of what each of them rests on.

What a stage makes is keyed by that stage's own inputs, never by the cell: cells that share a
chunker share its chunks, and those that share a resolution share it whatever their ontologies.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ingestion.lakehouse.settings import variables

AXES = ("corpus", "chunker", "embedder", "extractor", "resolver", "ontology")
DEFAULT = "default"  # names the grid and the cell there are where none is declared
CURRENT = "current"  # the corpus as it is now
CELLS = pa.schema(
    [
        ("grid_id", pa.string()),
        ("cell_id", pa.string()),
        *((f"{axis}_id", pa.string()) for axis in AXES),
        ("resolution_id", pa.string()),
        ("graph_id", pa.string()),
        ("released", pa.bool_()),
    ]
)


class UnknownAxis(ValueError):
    """A grid names what there is not; the message lists what there is."""


@dataclass(frozen=True)
class Axes:
    """The values each axis may have, the default one first."""

    values: Mapping[str, Sequence[str]]
    current_corpus: str

    def value(self, axis: str, named: str | None, cell: str) -> str:
        """Return the value a cell names, or the default one where it names none.

        Raises:
            UnknownAxis: there is no such value.
        """
        if axis == "corpus":
            return self.current_corpus if named in (None, "", CURRENT) else str(named)
        known = self.values[axis]
        if not named:
            return known[0] if known else ""  # nothing has landed yet
        if named not in known:
            like = difflib.get_close_matches(named, known, 1)
            meant = f" (did you mean {like[0]}?)" if like else ""
            raise UnknownAxis(
                f"grid, cell {cell}: there is no {axis} {named!r}{meant}; "
                f"there are {', '.join(known)}"
            )
        return named


def hashed(*parts: str) -> str:
    """Return an id of 24 hex digits of parts in their order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def defaults_first(rows: Iterable[Mapping[str, Any]], column: str) -> list[str]:
    """Return a seed's names, the row that says `is_default` first."""
    return [row[column] for row in sorted(rows, key=lambda row: not row.get("is_default"))]


def newest_first(versions: Iterable[str]) -> list[str]:
    """Return versions of ontologies, v10 before v9."""

    def parts(name: str) -> list[tuple[int, str]]:
        return [(int(part or -1), text) for text, part in re.findall(r"(\D*)(\d*)", name)]

    return sorted(versions, key=parts, reverse=True)


def one_released(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return declared cells such that only one grid's is released.

    That is the grid of the setting KNOWLEDGE_GRID, else the one that was declared last.
    """
    cells = [dict(row) for row in rows]
    released = [row for row in cells if row["released"]]
    wanted = variables().get("KNOWLEDGE_GRID", "").strip()
    grid = wanted or max(((row["load_id"], row["grid_id"]) for row in released),
                         default=("", ""))[1]  # fmt: skip
    return [row | {"released": row["released"] and row["grid_id"] == grid} for row in cells]


def cells_of(declared: Iterable[Mapping[str, Any]], axes: Axes) -> pa.Table:
    """Return the cells of all grids with their ids; one of defaults where none is released.

    Args:
        declared: rows of `grid_id`, `cell_id`, a name for each axis (none: the default) and
            `released`.
        axes: what the names may be.

    Raises:
        UnknownAxis: a name is none, or two cells are released.
    """
    rows = [_cell(row, axes) for row in declared]
    released = [row for row in rows if row["released"]]
    if len(released) > 1:
        names = ", ".join(f"{row['grid_id']}/{row['cell_id']}" for row in released)
        raise UnknownAxis(f"more than one cell is released: {names}; let one of them be")
    if not released:
        rows.append(_cell({"grid_id": DEFAULT, "cell_id": DEFAULT, "released": True}, axes))
    rows.sort(key=lambda row: (row["grid_id"], row["cell_id"]))
    return pa.Table.from_pylist(rows, CELLS)


def _cell(row: Mapping[str, Any], axes: Axes) -> dict[str, Any]:
    named = {axis: axes.value(axis, row.get(axis), row["cell_id"]) for axis in AXES}
    resolution = hashed(*(named[axis] for axis in ("corpus", "chunker", "extractor", "resolver")))
    return {
        "grid_id": row["grid_id"],
        "cell_id": row["cell_id"],
        **{f"{axis}_id": value for axis, value in named.items()},
        "resolution_id": resolution,
        "graph_id": hashed(resolution, named["ontology"]),
        "released": bool(row.get("released")),
    }
