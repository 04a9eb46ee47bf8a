"""How the columns of a source's files change from delivery to delivery."""

from __future__ import annotations

from ingestion.lakehouse.clock import now
from ingestion.landing.landed import landed_rows
from ingestion.landing.source import LandedFile, Rows

Uses = dict[str, dict[str, str]]  # by source, what each column was last taken for


def known_columns(namespace: str) -> Uses:
    """Return, by source, what each column of its files was last taken for."""
    found: Uses = {}
    columns = ("source", "column_name", "use")
    for row in landed_rows(namespace, "source_columns", columns, "noticed_at"):
        uses = found.setdefault(row["source"], {})
        if row["use"] is None:
            uses.pop(row["column_name"], None)
        else:
            uses[row["column_name"]] = row["use"]
    return found


def column_changes(taken: list[LandedFile], known: Uses) -> Rows:
    """Return a row for each column of a source whose use changed, and remember it in `known`."""
    rows: Rows = []
    for source, uses in _uses(taken).items():
        before = known.setdefault(source, {})
        changes: list[tuple[str, str | None, str | None, str, str]] = [
            (name, use, before.get(name), "changed" if name in before else "new", address)
            for name, (use, address) in uses.items()
            if before.get(name) != use and not (name in before and use == "ignored")
        ]
        shares = _left_out(taken, source)
        address = next((address for _, address in uses.values()), "")
        if uses:
            gone = [name for name in before if name not in uses]
            changes += [(name, None, before[name], "gone", address) for name in gone]
        for name, use, previous, change, where in changes:
            rows.append(
                {
                    "source": source, "source_file": where, "column_name": name, "use": use,
                    "previous_use": previous, "change": change, "noticed_at": now(),
                    "number_share": shares.get(name) if use == "ignored" else None,
                }
            )  # fmt: skip
            if use is None:
                before.pop(name)
            else:
                before[name] = use
    return rows


def _uses(taken: list[LandedFile]) -> dict[str, dict[str, tuple[str, str]]]:
    """By source and column: its use, and the file that says so."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for one in taken:
        uses = found.setdefault(one.found.source, {})
        for name, use in one.notes.get("columns", {}).items():
            if name not in uses or use != "ignored":
                uses[name] = (use, one.found.address)
    return found


def _left_out(taken: list[LandedFile], source: str) -> dict[str, float]:
    """Return the columns of a source that are left out unasked, and their share of numbers."""
    found: dict[str, float] = {}
    for one in taken:
        if one.found.source == source:
            for name, share in one.notes.get("left_out", {}).items():
                found[name] = max(share, found.get(name, 0.0))
    return found
