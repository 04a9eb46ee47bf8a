"""All named sets there are: the rows of the seed and what is declared in YAML, as one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.conversations.named_sets import NamedSet, declared_sets
from ingestion.landing.declarations import DeclarationError

_TEXTS = ("set_name", "description", "datasets", "parts", "tiers", "min_grade", "languages",
          "policy", "labels", "refused_flags", "mask")  # fmt: skip
SETS = pa.schema(
    [(name, pa.string()) for name in _TEXTS]
    + [("train_share", pa.float64()), ("validation_share", pa.float64())]
)


def all_sets(seed: duckdb.DuckDBPyRelation) -> pa.Table:
    """Return one row per named set; `parts` names the sets it is a merge of, or itself.

    Raises:
        DeclarationError: a set is declared under a name the seed has, or merges one nobody has.
    """
    rows = {row["set_name"]: row for row in seed.to_arrow_table().to_pylist()}
    for row in rows.values():
        row["parts"] = row["set_name"]
    merged: dict[str, tuple[str, ...]] = {}
    for name, entry in declared_sets().items():
        if name in rows:
            raise DeclarationError(
                f"{entry.origin}: set: {name!r} is a row of the seed conversations_sets already; "
                "choose another name."
            )
        rows[name] = _row(entry.declaration)
        if entry.declaration.sets:
            merged[name] = entry.declaration.sets
    for name in merged:
        leaves = _leaves(name, merged, rows, ())
        rows[name]["parts"] = "; ".join(leaves)
        # what one part masks stays masked in the whole
        kinds = [rows[one].get("mask") or "" for one in (name, *leaves)]
        told_kinds = [kind.strip() for text in kinds for kind in text.split(";") if kind.strip()]
        rows[name]["mask"] = "; ".join(dict.fromkeys(told_kinds))
    told = [{field: rows[name].get(field) for field in SETS.names} for name in sorted(rows)]
    return pa.Table.from_pylist(told, schema=SETS)


def _row(wanted: NamedSet) -> dict[str, Any]:
    told = wanted.model_dump(exclude={"set", "sets"})
    texts = {key: "; ".join(value) for key, value in told.items() if isinstance(value, tuple)}
    return (
        told
        | texts
        | {
            "set_name": wanted.set,
            "parts": wanted.set,
            "datasets": _some_or_all(wanted.datasets),
            "languages": _some_or_all(wanted.languages),
        }
    )


def _some_or_all(named: Sequence[str]) -> str:
    """Names as a set's row holds them; ids are written small, and none of them has a blank."""
    names = " ".join(named).lower().replace(",", " ").replace(";", " ").split()
    return "*" if not names or "*" in names else "; ".join(names)


def _leaves(
    name: str,
    merged: Mapping[str, tuple[str, ...]],
    rows: Mapping[str, Any],
    above: tuple[str, ...],
) -> list[str]:
    """The sets of datasets that a merge comes down to, each once."""
    if name not in rows:
        raise DeclarationError(f"set {above[-1]!r} merges {name!r}, which is no set.")
    if name in above:
        raise DeclarationError(f"set {name!r} is a merge of itself.")
    if name not in merged:
        return [name]
    found = [one for part in merged[name] for one in _leaves(part, merged, rows, (*above, name))]
    return list(dict.fromkeys(found))
