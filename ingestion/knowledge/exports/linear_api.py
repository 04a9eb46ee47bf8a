"""What Linear's API said: pages of issues, read as the records an export has."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from ingestion.knowledge.containers import Member
from ingestion.knowledge.delimited import listed
from ingestion.knowledge.seen import Reading, Refused, Seen
from ingestion.knowledge.times import moment

_SLUG = re.compile(r"(/issue/[^/]+)/.*")


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | Refused]:
    """Yield issues; of one that came twice, for it changed while it was asked for, the last."""
    for file in files:
        blob_hash = reading.put(file.content)
        nodes = orjson.loads(file.content)["data"]["issues"]["nodes"]
        for place, node in enumerate(nodes):
            record = as_exported(node)
            kept = {name: one for name, one in record.items() if name not in reading.volatile}
            said = json.dumps(kept, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
            parent = (node.get("parent") or {}).get("id")
            yield Seen(
                native_id=node["id"],
                kind="issue",
                title=record["Title"] or record["ID"],
                blob_hash=blob_hash,
                locator=f"/data/issues/nodes/{place}",
                content_hash=hashlib.sha256(said).hexdigest(),
                size=len(said),
                state=_state(node),
                uri=_SLUG.sub(r"\1", node.get("url") or "")
                or f"{reading.declaration.site.rstrip('/')}/issue/{record['ID']}",
                parent=parent,
                created_at=moment(node.get("createdAt")),
                updated_at=moment(node.get("updatedAt")),
            )


def _state(node: dict[str, Any]) -> str:
    if node.get("trashed"):
        return "deleted"
    return "archived" if node.get("archivedAt") else "seen"


def as_exported(node: dict[str, Any]) -> dict[str, str]:
    """Return an issue as a record of an export: the same columns, in their order."""

    def of(name: str, inner: str) -> Any:
        return (node.get(name) or {}).get(inner)

    cycle, labels = node.get("cycle") or {}, (node.get("labels") or {}).get("nodes") or []
    said = {
        "ID": node.get("identifier"), "Team": of("team", "name"), "Title": node.get("title"),
        "Description": node.get("description"), "Status": of("state", "name"),
        "Estimate": node.get("estimate"), "Priority": node.get("priorityLabel"),
        "Project": of("project", "name"),
        "Creator": of("creator", "email") or of("creator", "name"),
        "Assignee": of("assignee", "email") or of("assignee", "name"),
        "Labels": listed(one["name"] for one in labels),
        "Cycle Number": cycle.get("number"), "Cycle Name": cycle.get("name"),
        "Cycle Start": cycle.get("startsAt"), "Cycle End": cycle.get("endsAt"),
        "Created": node.get("createdAt"), "Updated": node.get("updatedAt"),
        "Started": node.get("startedAt"), "Triaged": node.get("triagedAt"),
        "Completed": node.get("completedAt"), "Canceled": node.get("canceledAt"),
        "Archived": node.get("archivedAt"), "Due Date": node.get("dueDate"),
        "Milestone": of("projectMilestone", "name"),
        "Parent issue": of("parent", "identifier"),
        "Comments": _comments((node.get("comments") or {}).get("nodes") or []),
    }  # fmt: skip
    return {name: "" if one is None else str(one).strip() for name, one in said.items()}


def _comments(nodes: list[dict[str, Any]]) -> str:
    """The comments of an issue, the first one first; they come the newest first."""
    parts = []
    for one in sorted(nodes, key=lambda one: (one.get("createdAt") or "", one.get("id") or "")):
        who = one.get("user") or one.get("externalUser") or one.get("botActor") or {}
        at = moment(one.get("createdAt"))
        name = who.get("name") or who.get("displayName") or who.get("email") or "?"
        when = f" ({at:%Y-%m-%d %H:%M})" if at else ""
        parts.append(f"**{name}**{when}: {(one.get('body') or '').strip()}")
    return "\n\n".join(parts)
