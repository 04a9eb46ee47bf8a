"""A release with a named set in it, made without a build."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pyarrow as pa

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from python_models.release import publish
from python_models.release.mart_parts import Mart

Turns = Sequence[tuple[str, str]]
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Member:
    """One conversation of the set; `split` None is a conversation the set left out."""

    turns: Turns
    tier: str = "open"
    split: str | None = "train"
    dataset_id: str = "letters"
    metadata: Mapping[str, Any] | None = None


def id_of(number: int) -> str:
    """Return the conversation id of the member with this number."""
    return str(UUID(int=number * 0x1234567_89ABCDEF_01234567_89ABCDEF % (1 << 128)))


def publish_set(
    members: Sequence[Member], name: str = "letters_set", mask: str | None = None
) -> None:
    """Publish a release whose only set has these members."""

    rows = list(enumerate(members, start=1))
    tables = {
        "sets": (["set_name"], [_set_row(name, members) | {"mask": mask}]),
        "set_members": (["set_name", "record_id"], [_member_row(name, *one) for one in rows]),
        "messages": (
            ["conversation_id", "turn"],
            [row for number, member in rows for row in _message_rows(number, member)],
        ),
        "conversations": (["record_id"], [_record_row(*one) for one in rows]),
        "datasets": (["dataset_id"], _dataset_rows(members)),
    }
    with connect_duckdb(lake().build_db) as build:
        build.execute("create schema if not exists conversations")
        marts = []
        for table, (key, found) in tables.items():
            build.register("found", pa.Table.from_pylist(found))
            build.execute(f"create or replace table conversations.{table} as select * from found")
            marts.append(_mart(table, key))
        publish.publish_marts(build, "conversations", marts, f"i-{name}", f"run-{name}")


def _mart(name: str, key: list[str]) -> Mart:
    return Mart("conversations", name, f"conversations.{name}", tuple(key), None, (), "Rows.", {})


def _set_row(name: str, members: Sequence[Member]) -> dict[str, Any]:
    return {
        "set_name": name,
        "policy": "highest_quality",
        "description": "Letters for a test.",
        "datasets": "*",
        "min_grade": "keep",
        "member_count": sum(member.split is not None for member in members),
    }


def _member_row(name: str, number: int, member: Member) -> dict[str, Any]:
    return {
        "set_name": name,
        "record_id": f"r{number}",
        "conversation_id": id_of(number),
        "dataset_id": member.dataset_id,
        "tier": member.tier,
        "split": member.split,
        "decision": "left_out" if member.split is None else "member",
    }


def _record_row(number: int, member: Member) -> dict[str, Any]:
    metadata = json.dumps(member.metadata) if member.metadata else None
    return {"record_id": f"r{number}", "conversation_id": id_of(number), "metadata": metadata}


def _message_rows(number: int, member: Member) -> list[dict[str, Any]]:
    return [
        {"conversation_id": id_of(number), "turn": at, "role": role, "content": content}
        for at, (role, content) in enumerate(member.turns)
    ]


def _dataset_rows(members: Sequence[Member]) -> list[dict[str, Any]]:
    found = {member.dataset_id: member.tier for member in members}
    return [
        {"dataset_id": name, "tier": tier, "license": "CC-BY-4.0" if tier == "open" else None}
        for name, tier in found.items()
    ]
