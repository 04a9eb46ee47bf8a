"""Who and what has strong ids: users, issues, incidents, pages, and fields that name both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from python_models.knowledge.resolution.anchors import Account

Row = Mapping[str, Any]
USER_NAMES = ("name", "real name", "display name")
OWN_TYPES = {"issue": "issue", "incident": "incident", "channel": "channel"}
DOCUMENTS = ("page", "document")


def accounts_of(documents: Iterable[Row], facts: Iterable[Row]) -> list[Account]:
    """Return who has which strong ids and goes by which names.

    Args:
        documents: object_id, kind, native_id, title, fields.
        facts: those of fields, whose sides may have a name and a strong id.
    """
    found = {account for row in documents if (account := _of_document(row))}
    for row in facts:
        found |= set(_of_sides(row))
    return sorted(found)


def own_places(documents: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield the strong ids of what documents themselves are: a user, an issue, an incident.

    Args:
        documents: object_id, version, kind, native_id, title, fields.
    """
    for row in documents:
        account = _of_document(row) if row["kind"] not in DOCUMENTS else None
        if account is not None:
            for strong in account.strong:
                yield {
                    "object_id": row["object_id"], "version": row["version"],
                    "type": account.type, "key": "", "strong": strong, "name": "",
                    "mention_count": 1,
                }  # fmt: skip


def _of_document(row: Row) -> Account | None:
    fields = [
        (one["name"].replace("_", " ").casefold(), str(one["value"]).strip())
        for one in json.loads(row["fields"] or "[]")
    ]
    title = (row["title"] or "").strip()
    if row["kind"] == "user":
        ids = [f"{name.split()[0]}_user:{value}" for name, value in fields if name.endswith(" id")]
        ids += [f"email:{value.casefold()}" for name, value in fields if name == "email" and value]
        names = [title] + [value for name, value in fields if name in USER_NAMES]
        return Account("person", tuple(ids), _names(names)) if ids else None
    if row["kind"] in OWN_TYPES:
        kind = OWN_TYPES[row["kind"]]
        strong = {
            "issue": f"issue:{row['native_id']}",
            "incident": f"incident:{row['native_id'].casefold()}",
            "channel": f"slack_channel:{row['native_id']}",
        }[kind]
        names = [title] + [value for name, value in fields if name in ("identifier", "id")]
        return Account(kind, (strong,), _names(names))
    if row["kind"] in DOCUMENTS:
        return Account("document", (f"document:{row['object_id']}",), _names([title]))
    return None


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _of_sides(row: Row) -> Iterator[Account]:
    for side in ("subject", "object"):
        strong, name = row[f"{side}_strong"], row[f"{side}_name"]
        if strong and name and strong.partition(":")[2] != name.casefold():
            yield Account(row[f"{side}_type"] or "", (strong,), (name,))
