"""A named set as a release has it: its members, their turns, tiers and licenses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

from python_models.conversations.masking import KINDS

# conversations read at once: ids are hashes, so a range of their first digits is a share of all
CONVERSATIONS_AT_ONCE = 20_000
DIGITS = 3

_TOTALS = """
    select count(*) as members, count(distinct conversation_id) as conversations
    from conversations.set_members
    where set_name = $set_name and split is not null
"""
_TIERS = """
    select tier, count(*) as members
    from conversations.set_members
    where set_name = $set_name and split is not null
    group by tier order by tier
"""
_LICENSES = """
    select set_members.dataset_id, datasets.license, set_members.tier, count(*) as members
    from conversations.set_members as set_members
    left join conversations.datasets as datasets
        on set_members.dataset_id = datasets.dataset_id
    where set_members.set_name = $set_name and set_members.split is not null
    group by set_members.dataset_id, datasets.license, set_members.tier
    order by set_members.dataset_id
"""
_MEMBERS = """
    with members as (
        select record_id, conversation_id, split
        from conversations.set_members
        where
            set_name = $set_name
            and split is not null
            and substr(conversation_id, 1, 3) between $first and $last
    ),

    said as (
        select
            conversation_id,
            list({'role': role, 'content': content} order by turn) as turns
        from conversations.messages
        where conversation_id in (select members.conversation_id from members)
        group by conversation_id
    )

    select
        members.record_id, members.conversation_id, members.split, said.turns,
        records.metadata
    from members
    left join said on members.conversation_id = said.conversation_id
    left join conversations.conversations as records
        on members.record_id = records.record_id
    order by members.conversation_id, members.record_id
"""


class SetRefused(RuntimeError):
    """A set cannot be exported as asked; the message says why and what would do."""


@dataclass(frozen=True)
class ReleasedSet:
    """One named set of one release.

    Attributes:
        description: row of `conversations.sets`, as a dictionary.
        release_id: release it is read from.
        tiers: {tier: members} of what would be exported.
        sources: dataset, license, tier and members of each dataset in it.
    """

    connection: duckdb.DuckDBPyConnection
    description: dict[str, Any]
    release_id: int | None
    tiers: dict[str, int]
    sources: list[dict[str, Any]]
    members: int
    conversations: int

    @property
    def name(self) -> str:
        """Name of the set."""
        return str(self.description["set_name"])

    @property
    def mask(self) -> tuple[str, ...]:
        """Kinds of personal data that are to be written as placeholders.

        Raises:
            SetRefused: the set names a kind that nobody knows; nothing is let through for it.
        """
        told = str(self.description.get("mask") or "")
        kinds = tuple(one.strip() for one in told.split(";") if one.strip())
        if wrong := [one for one in kinds if one not in KINDS]:
            raise SetRefused(
                f"The set {self.name} masks {', '.join(wrong)}; there are {', '.join(KINDS)}"
            )
        return kinds

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield record_id, conversation_id, split, turns and metadata, ordered by conversation."""
        for first, last in _ranges(self.conversations):
            bounds = {"set_name": self.name, "first": first, "last": last}
            cursor = self.connection.cursor()
            reader = cursor.execute(_MEMBERS, bounds).to_arrow_reader(1_000)
            for batch in reader:
                yield from batch.to_pylist()
            cursor.close()


def released_set(connection: duckdb.DuckDBPyConnection, name: str) -> ReleasedSet:
    """Return a named set of an open release.

    Raises:
        SetRefused: the release has no sets, or none of this name; lists those it has.
    """
    try:
        known = _rows(connection, "select * from conversations.sets order by set_name", {})
    except duckdb.CatalogException:
        raise SetRefused(
            "This release has no conversations.sets: run `make run` with datasets first."
        ) from None
    found = [row for row in known if row["set_name"] == name]
    if not found:
        names = ", ".join(row["set_name"] for row in known) or "none"
        raise SetRefused(f"No set named {name!r} in this release; there are: {names}")
    shown = _rows(connection, "select release_id from ops.releases where is_current", {})
    bound = {"set_name": name}
    totals = _rows(connection, _TOTALS, bound)[0]
    return ReleasedSet(
        connection=connection,
        description=found[0],
        release_id=shown[0]["release_id"] if shown else None,
        tiers={row["tier"]: row["members"] for row in _rows(connection, _TIERS, bound)},
        sources=_rows(connection, _LICENSES, bound),
        members=totals["members"],
        conversations=totals["conversations"],
    )


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: str, bound: dict[str, Any]
) -> list[dict[str, Any]]:
    cursor = connection.cursor()
    return cursor.execute(sql, bound or None).to_arrow_table().to_pylist()


def _ranges(conversations: int) -> Iterator[tuple[str, str]]:
    """Yield first and last starts of ids, so that each range holds about as many as are read."""
    whole = 16**DIGITS
    parts = min(max(-(-conversations // CONVERSATIONS_AT_ONCE), 1), whole)
    for part in range(parts):
        first, beyond = part * whole // parts, (part + 1) * whole // parts
        yield f"{first:0{DIGITS}x}", f"{beyond - 1:0{DIGITS}x}"
