"""Records as documents: issues of Linear, rows of a database, users and channels of Slack."""

from __future__ import annotations

from typing import Any

from ingestion.knowledge.delimited import rows_of, values_of
from ingestion.knowledge.times import moment
from python_models.knowledge.canonical.markdown import markdown_links
from python_models.knowledge.canonical.slack import Names, plain
from python_models.knowledge.canonical.types import Canonical, NoText

_SEVERAL = ("Labels", "Roadmaps", "Initiatives", "Subscribers")  # lists in one cell
_TIMES = ("Created", "Updated", "Started", "Completed", "Canceled", "Archived", "Due Date",
          "Triaged", "Cycle Start", "Cycle End")  # fmt: skip

_DAY = "Due Date"  # is that day wherever one is


def read_issue(record: dict[str, str], zone: str) -> Canonical:
    """Read an issue: title, description and comments, in order."""
    title, description = record.get("Title", "").strip(), _text(record, "Description")
    identifier = record.get("ID", "").strip()
    parts = [f"# {identifier} {title}".rstrip(), description]
    if comments := _text(record, "Comments"):
        parts.append(f"## Comments\n\n{comments}")
    text = "\n\n".join(part for part in parts if part)
    return Canonical(
        text=text,
        title=title or identifier,
        authors=[record["Creator"].strip()] if record.get("Creator", "").strip() else [],
        fields=_fields(record, zone),
        links=markdown_links(text),
        created_at=moment(record.get("Created"), zone),
        updated_at=moment(record.get("Updated"), zone),
    )


def _text(record: dict[str, str], name: str) -> str:
    return record.get(name, "").strip().replace("\r\n", "\n").replace("\r", "\n")


def _fields(record: dict[str, str], zone: str) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = [("identifier", record.get("ID", "").strip())]
    for name, value in record.items():
        value = value.strip()
        if not value or name in ("ID", "Title", "Description", "Comments"):
            continue
        if name in _TIMES:
            when = moment(value, "UTC" if name == _DAY else zone)
            value = when.isoformat() if when else value
        fields += [(name, one) for one in (values_of(value) if name in _SEVERAL else [value])]
    return fields


def read_row(content: bytes, number: int) -> Canonical:
    """Read one row of a database's CSV, counted from 1: its cells are fields."""
    rows = rows_of(content)
    header, row = rows[0], rows[number]
    title = row[0].strip() if row else ""
    cells = zip(header[1:], row[1:], strict=False)
    fields = [(name.strip(), value.strip()) for name, value in cells if value.strip()]
    lines = [f"{name}: {value}" for name, value in fields]
    text = "\n\n".join(filter(None, (f"# {title}" if title else "", "\n".join(lines))))
    return Canonical(text=text, title=title or None, fields=fields, links=markdown_links(text))


def read_database(content: bytes, title: str) -> Canonical:
    """Read a database: its name, its columns, and the names of its rows, which are pages."""
    rows = rows_of(content)
    if not rows:
        raise NoText("empty", "the database has no column")
    names = [row[0].strip() for row in rows[1:] if row and row[0].strip()]
    return database_of(title, [name.strip() for name in rows[0]], names)


def database_of(title: str, columns: list[str], names: list[str]) -> Canonical:
    """Return a database as a document.

    Args:
        title: its name.
        columns: names of its columns.
        names: of its rows.
    """
    parts = [f"# {title}", f"Columns: {', '.join(columns)}"]
    if names:
        parts.append("\n".join(f"- {name}" for name in names))
    return Canonical(text="\n\n".join(parts), title=title)


def read_user(record: dict[str, Any]) -> Canonical:
    """Read a user of Slack."""
    profile = record.get("profile") or {}
    name = profile.get("real_name") or record.get("real_name") or record.get("name") or record["id"]
    handle = record.get("name")
    fields = [
        ("slack_id", record["id"]),
        ("name", handle),
        ("real_name", name),
        ("display_name", profile.get("display_name")),
        ("email", profile.get("email")),
        ("title", profile.get("title")),
        ("is_bot", "true" if record.get("is_bot") else None),
    ]
    text = f"# {name}" + (f" (@{handle})" if handle else "")
    if title := profile.get("title"):
        text += f"\n\n{title}"
    return Canonical(text=text, title=name, fields=[(key, str(one)) for key, one in fields if one])


def read_channel(record: dict[str, Any]) -> Canonical:
    """Read a channel of Slack."""
    name = record.get("name") or record["id"]
    topic, purpose = (
        plain((record.get(key) or {}).get("value") or "", Names({}, {}), None)
        for key in ("topic", "purpose")
    )
    fields = [("slack_id", record["id"]), ("channel", name), ("creator", record.get("creator"))]
    fields += [("members", one) for one in record.get("members") or []]
    parts = [f"# #{name}", topic, purpose if purpose != topic else ""]
    return Canonical(
        text="\n\n".join(part for part in parts if part),
        title=f"#{name}",
        fields=[(key, str(one)) for key, one in fields if one],
    )
