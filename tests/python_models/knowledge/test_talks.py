"""Threads and talks out of messages, and their versions over time."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from python_models.knowledge.talks import planned_talks

DAY = datetime(2025, 3, 3, 10)


def said(minute: int, content: str = "", root: int | None = None, **more: Any) -> dict[str, Any]:
    """Return a version of a message, in force from the first sync on."""
    native_id = f"C1/{minute}"
    return {
        "object_id": f"id of {native_id}",
        "source": "chat",
        "native_id": native_id,
        "part_of": f"C1/{root}" if root is not None else None,
        "title": "#general",
        "uri": None,
        "tier": "open",
        "blob_hash": "blob",
        "locator": f"/{minute}",
        "content_hash": content or f"content {minute}",
        "created_at": DAY + timedelta(minutes=minute),
        "known_from": DAY,
        "known_to": None,
        "sync_from": "sync1",
        "sync_to": None,
        "withdrawn_because": None,
    } | more


def later(days: int, sync: str) -> dict[str, Any]:
    return {"known_from": DAY + timedelta(days=days), "sync_from": sync}


def ended(days: int, sync: str, why: str = "replaced") -> dict[str, Any]:
    known_to = DAY + timedelta(days=days)
    return {"known_to": known_to, "sync_to": sync, "withdrawn_because": why}


def talks(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return (kind, first message, members, from, to, why), in order."""
    found = [
        (row["kind"], row["native_id"].split("/")[1], [part[0][3:] for part in
         json.loads(row["parts"])], row["sync_from"], row["sync_to"], row["withdrawn_because"])
        for row in planned_talks(rows)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one[3], one[0], int(one[1])))


def test_a_pause_of_an_hour_ends_a_talk() -> None:
    rows = [said(0), said(60), said(121)]
    assert [one[:3] for one in talks(rows)] == [
        ("talk", "0", ["0", "60"]),
        ("talk", "121", ["121"]),
    ]


def test_replies_stand_with_their_root_whatever_day_or_order_they_come_in() -> None:
    rows = [said(3000, root=0), said(0), said(5), said(1500, root=0)]
    assert [one[:3] for one in talks(rows)] == [
        ("talk", "5", ["5"]),
        ("thread", "0", ["0", "1500", "3000"]),
    ]


def test_a_reply_whose_root_is_missing_is_a_thread() -> None:
    assert [one[:3] for one in talks([said(9, root=0)])] == [("thread", "0", ["9"])]


def test_a_first_reply_makes_a_thread_from_then_on_and_leaves_the_past_as_it_was() -> None:
    rows = [said(0), said(5), said(9000, root=0) | later(7, "sync2")]
    assert talks(rows) == [
        ("talk", "0", ["0", "5"], "sync1", "sync2", "replaced"),
        ("talk", "5", ["5"], "sync2", None, None),
        ("thread", "0", ["0", "9000"], "sync2", None, None),
    ]


def test_an_edited_message_gives_a_new_version_of_its_talk() -> None:
    rows = [said(0) | ended(7, "sync2"), said(0, "edited") | later(7, "sync2"), said(5)]
    found = talks(rows)
    assert [(one[2], one[3], one[4]) for one in found] == [
        (["0", "5"], "sync1", "sync2"),
        (["0", "5"], "sync2", None),
    ]
    first, second = planned_talks(rows)
    assert first["object_id"] == second["object_id"]
    assert first["content_hash"] != second["content_hash"]


def test_a_talk_whose_only_message_is_deleted_ends_for_that_reason() -> None:
    rows = [said(0) | ended(7, "sync2", "deleted at its source")]
    assert talks(rows) == [("talk", "0", ["0"], "sync1", "sync2", "deleted at its source")]
