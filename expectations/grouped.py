"""Promises about groups of a table's rows, answered by the scan that counts its single values.

Groups are few (a source, a dataset): what is counted of all rows is summed over them.
"""

from __future__ import annotations

from collections.abc import Sequence

from expectations.promise import Promise
from ingestion.lakehouse.sql_text import identifier

_GROUPS = "sluice_groups"


def by_one_column(promises: Sequence[Promise]) -> list[Promise]:
    """Return the promises about groups by the same column, the one that most of them share."""
    found = [(one, one.groups.by) for one in promises if one.groups]
    columns = [column for _, column in found]
    return [one for one, column in found if column == max(columns, key=columns.count)]


def one_scan(promises: Sequence[Promise], query: str, counts: Sequence[str]) -> str:
    """Return a query of one row: the counts, then how many groups break each of the promises.

    Args:
        promises: about groups by the same column; there may be none.
        query: the rows that are judged.
        counts: aggregates of rows that add up, in SQL.
    """
    if not promises:
        return f"select {', '.join(counts)} from ({query})"
    known = [one.groups for one in promises if one.groups]
    texts = list(dict.fromkeys(text for groups in known for text in groups.aggregates.values()))
    column = identifier(known[0].by)
    named = [f"{text} as sluice_{number}" for number, text in enumerate([*texts, *counts])]
    sums = [
        f"cast(coalesce(sum(sluice_{number}), 0) as bigint)"
        for number in range(len(texts), len(named))
    ]
    broken = []
    for groups in known:
        own = [
            f"sluice_{texts.index(text)} as {identifier(name)}"
            for name, text in groups.aggregates.items()
        ]
        rows = f"select {', '.join([column, *own])} from {_GROUPS}"
        broken.append(f"(select count(*) from ({rows}) where {groups.having})")
    return (
        f"with {_GROUPS} as materialized (select {', '.join([column, *named])}"
        f" from ({query}) group by {column}) select {', '.join([*sums, *broken])} from {_GROUPS}"
    )
