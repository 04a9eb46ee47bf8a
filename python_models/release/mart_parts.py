"""A mart that is to be released, and the parts its rows are cut into.

A part is the whole table, a month or a day of it: the finest unit whose parts are worth a file.
Where rows have a tier, parts are of one tier: a release file for a tier names its parts alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from ingestion.lakehouse.sql_text import identifier, literal
from ingestion.lakehouse.tiers import TIERS, of_row_sql
from ingestion.landing.products import PRODUCTS

# a part is worth a file of its own from this many rows on
ROWS_WORTH_A_PART = 50_000
# a row's part is looked up by its day's or month's place in a list: one day of the year 9999 must
# not make that list millions long
_LONGEST_LIST = 40_000
# tier, day, rows, sum of their hashes
DaySum = tuple[str, date | None, int, int]


@dataclass(frozen=True)
class Mart:
    """A table of the build that is to be released."""

    domain: str
    name: str
    relation: str
    key: tuple[str, ...]
    partition_by: str | None
    volatile: tuple[str, ...]
    comment: str
    column_comments: Mapping[str, str]
    tier_column: str | None = None  # says who may see a row
    # the timestamp whose day `partition_by` is: a view passes a bound on it on to its tables,
    # one on a day made of it it doesn't
    day_of: str | None = None
    # what a day's rows are made of, where that is rows of the day alone; see `day_sums`
    made_of: Mapping[str, Sequence[str]] | None = None

    def day(self) -> str:
        """Return a row's day in SQL."""
        return f"cast({identifier(self.partition_by)} as date)" if self.partition_by else "null"

    def tier(self) -> str:
        """Return what a row's part begins with in SQL: its tier, where rows have one."""
        return f"{of_row_sql(identifier(self.tier_column))} || '.'" if self.tier_column else "''"


def mart_of(node: Mapping[str, Any]) -> Mart:
    """Return what a dbt node says about the table to be released."""
    release = (node["config"].get("meta") or {}).get("release") or {}
    name = node.get("alias") or node["name"]
    product = PRODUCTS.get(node["schema"])
    has_tier = product is not None and product.is_tiered and "tier" in (node.get("columns") or {})
    return Mart(
        domain=node["schema"],
        name=name,
        relation=f"{identifier(node['schema'])}.{identifier(name)}",
        key=tuple(release.get("key") or ()),
        partition_by=release.get("partition_by"),
        volatile=tuple(release.get("volatile") or ()),
        comment=node.get("description") or "",
        column_comments={
            column: entry["description"]
            for column, entry in (node.get("columns") or {}).items()
            if entry.get("description")
        },
        tier_column=release.get("tier", "tier" if has_tier else None),
        day_of=release.get("day_of"),
        made_of=release.get("made_of"),
    )


def sums_of(
    session: duckdb.DuckDBPyConnection, mart: Mart, columns: Mapping[str, str], where: str = ""
) -> list[DaySum]:
    """Return the sum of hashes of each tier's days: one scan, nothing held but a line for each.

    Args:
        session: connection to the build database.
        mart: the table.
        columns: its columns; volatile ones are not hashed.
        where: a filter on its rows, if not all are wanted.
    """
    hashed = ", ".join(identifier(name) for name in columns if name not in mart.volatile)
    return session.execute(
        f"select {mart.tier()} as sluice_tier, {mart.day()} as sluice_day, count(*) as row_count,"
        f" sum(hash({hashed})::hugeint) as total"
        f" from {mart.relation}{where} group by sluice_tier, sluice_day"
    ).fetchall()


def parts_of(sums: Sequence[DaySum], schema_hash: str) -> dict[tuple[str, str], int]:
    """Return {(part, digest): rows}.

    The hash of a part is the sum over its rows, so those of days add up to those of months:
    one scan serves whichever unit is chosen, which matters for a mart that is a view.
    """
    unit = _unit([(day, count) for _, day, count, _ in sums if day is not None])
    parts: dict[str, list[int]] = {}
    for tier, day, count, total in sums:
        if count:
            part = parts.setdefault(tier + _part_name(day, unit), [0, 0])
            part[0] += count
            part[1] += total
    return {
        (part, digest(f"{duckdb.__version__}|{schema_hash}|{count}|{total}")): count
        for part, (count, total) in parts.items()
    }


def _unit(days: list[tuple[date, int]]) -> str:
    """Return the finest unit whose parts are worth a file: day, month or all."""
    rows = sum(count for _, count in days)
    for unit, places in (
        ("day", {day.toordinal() for day, _ in days}),
        ("month", {_month(day) for day, _ in days}),
    ):
        is_listed = places and max(places) - min(places) < _LONGEST_LIST
        if is_listed and rows / len(places) >= ROWS_WORTH_A_PART:
            return unit
    return "all"


def _month(day: date) -> int:
    return day.year * 12 + day.month


def _part_name(day: date | None, unit: str) -> str:
    if unit == "all":
        return "all"
    if day is None:
        return "none"
    return day.isoformat() if unit == "day" else day.isoformat()[:7]


def tier_of_part(part: str) -> str | None:
    """Return the tier whose rows a part holds, None where its table's rows have none."""
    tier, point, _ = part.partition(".")
    return tier if point and tier in TIERS else None


def folder_of_row(mart: Mart, missing: list[tuple[str, str]]) -> str:
    """Return what gives the folder of a row's part in SQL, null where that part isn't missing.

    An enum, taken from a list by the row's day: sorting rows into files by it costs DuckDB a
    seventh more than writing one file, by a text that is joined to each row three quarters.
    """
    folders = {part: literal(f"{part}~{part_digest}") for part, part_digest in missing}
    kind = f"enum({', '.join(folders.values())})"
    by_tier: dict[str, dict[str, str]] = {}
    for part, folder in folders.items():
        tier, point, unit = part.rpartition(".")
        by_tier.setdefault(tier + point, {})[unit] = folder
    cases = [
        f"when {literal(tier)} then {_folder_of_day(mart, units, kind)}"
        for tier, units in by_tier.items()
    ]
    return f"case {mart.tier()} {' '.join(cases)} end"


def _folder_of_day(mart: Mart, units: Mapping[str, str], kind: str) -> str:
    """Return the same for the rows of one tier.

    Args:
        mart: the table that is written.
        units: {day, month, `none` or `all`: name of its folder}.
        kind: the type of a folder's name.
    """
    if "all" in units:
        return f"{units['all']}::{kind}"
    without = f"{units.get('none', 'null')}::{kind}"
    dated = sorted(unit for unit in units if unit != "none")
    if not dated:
        return f"case when {mart.day()} is null then {without} end"
    if len(dated[0]) == len("2026-01"):
        first, unit = f"{dated[0]}-01", "month"
        places = [_month(date.fromisoformat(f"{month}-01")) for month in dated]
    else:
        first, unit = dated[0], "day"
        places = [date.fromisoformat(day).toordinal() for day in dated]
    listed = ["null"] * (places[-1] - places[0] + 1)
    for number, name in zip(places, dated, strict=True):
        listed[number - places[0]] = units[name]
    # place 0 is null; one below it would count from the end of the list
    place = f"greatest(0, datediff('{unit}', date '{first}', {mart.day()}) + 1)"
    found = f"([{', '.join(listed)}]::{kind}[])[{place}]"
    return f"case when {mart.day()} is null then {without} else {found} end"


def rows_of_part(mart: Mart, part: str) -> str:
    """Return the filter for the rows of one part; nothing where it is the whole table."""
    tier, point, unit = part.rpartition(".")
    conditions = [f"{mart.tier()} = {literal(tier + point)}"] if mart.tier_column else []
    if mart.partition_by is not None and unit == "none":
        conditions.append(f"{identifier(mart.partition_by)} is null")
    elif days := days_written(mart, [(part, "")]):
        conditions.append(days.removeprefix(" where "))
    return f" where {' and '.join(conditions)}" if conditions else ""


def days_written(mart: Mart, missing: list[tuple[str, str]]) -> str:
    """Return a filter on the days that are written: with it a scan skips the others."""
    parts = _units(missing)
    if mart.partition_by is None or not all(part[0].isdigit() for part in parts):
        return ""
    first, last, unit = min(parts), max(parts), "day"
    if len(first) == len("2026-01"):
        first, last, unit = f"{first}-01", f"{last}-01", "month"
    bounds = [(mart.partition_by, "date")] + [(mart.day_of, "timestamp")] * bool(mart.day_of)
    conditions = [
        f"{identifier(str(column))} >= {kind} '{first}'"
        f" and {identifier(str(column))} < {kind} '{last}' + interval 1 {unit}"
        for column, kind in bounds
    ]
    return f" where {' and '.join(conditions)}"


def _units(parts: list[tuple[str, str]]) -> list[str]:
    return [part.rpartition(".")[2] for part, _ in parts]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
