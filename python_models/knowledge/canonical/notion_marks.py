"""Words and values of Notion's API, written as its Markdown export writes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

_NOTION = "https://www.notion.so"
_STYLES = (("code", "`"), ("strikethrough", "~~"), ("italic", "*"), ("bold", "**"))
_EDGES = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)


def words(parts: Any) -> str:
    """Return rich text as Markdown."""
    return "".join(_of_part(one) for one in parts or () if isinstance(one, dict))


def plain(parts: Any) -> str:
    """Return rich text without its styles."""
    return "".join(one.get("plain_text") or "" for one in parts or () if isinstance(one, dict))


def page_link(page_id: str) -> str:
    """Return the address of a page."""
    return f"{_NOTION}/{page_id.replace('-', '')}"


def _of_part(part: dict[str, Any]) -> str:
    text = part.get("plain_text") or ""
    if part.get("type") == "equation":
        return f"${(part.get('equation') or {}).get('expression') or text}$"
    match = _EDGES.fullmatch(text)
    before, said, after = match.groups() if match else ("", text, "")
    if not said:
        return text
    styles = part.get("annotations") or {}
    for name, mark in _STYLES:
        if styles.get(name):
            said = f"{mark}{said}{mark}"
    if address := _address(part):
        said = f"[{said}]({address})"
    return f"{before}{said}{after}"


def _address(part: dict[str, Any]) -> str:
    href = part.get("href") or ""
    if (part.get("mention") or {}).get("type") in ("user", "date"):
        return ""
    return f"{_NOTION}{href}" if href.startswith("/") else href


def file_address(file: dict[str, Any]) -> str:
    """Return where a file lies; what signs an address of Notion's own changes each hour."""
    inner = file.get(file.get("type") or "") or {}
    url = str(inner.get("url") or "")
    return url.partition("?")[0] if "expiry_time" in inner else url


def property_lines(page: dict[str, Any], further: dict[str, list[Any]]) -> list[str]:
    """Return the values of a row as lines `Name: value`, less its title and what is empty."""
    lines = []
    for name, value in (page.get("properties") or {}).items():
        if value.get("type") == "title":
            continue
        listed = further.get(f"property {value.get('id')}")
        said = _listed(listed) if listed else value_of(value)
        if said.strip():
            lines.append(f"{' '.join(name.split())}: {' '.join(said.split())}")
    return lines


def _listed(answers: list[Any]) -> str:
    """The values of a property that came as a list of its own."""
    items = [one for said in answers for one in said.get("results") or ()]
    told = [value_of(one) for one in items]
    is_text = bool(items) and items[0].get("type") in ("rich_text", "title")
    return ("" if is_text else ", ").join(one for one in told if one)


def value_of(value: dict[str, Any]) -> str:
    """Return the value of a property as text; empty where it has none."""
    kind = value.get("type") or ""
    inner = value.get(kind)
    if inner is None:
        return ""
    if kind in _VALUES:
        return _VALUES[kind](inner)
    return str(inner) if isinstance(inner, str | int | float) else ""


def _names(inner: Any) -> str:
    several = inner if isinstance(inner, list) else [inner]
    return ", ".join(_name(one) for one in several if isinstance(one, dict))


def _name(one: dict[str, Any]) -> str:
    return str(one.get("name") or one.get("id") or "")


def _when(inner: dict[str, Any]) -> str:
    start, end = (_day(inner.get(name), inner.get("time_zone")) for name in ("start", "end"))
    return f"{start} → {end}" if end else start


def _day(text: Any, zone: str | None = None) -> str:
    """A day, or a moment in UTC, as an export has it: `March 3, 2025 5:00 PM`."""
    if not isinstance(text, str) or not text:
        return ""
    at = datetime.fromisoformat(text)
    if len(text) == 10:
        return f"{at:%B} {at.day}, {at.year}"
    if at.tzinfo is None and zone:
        at = at.replace(tzinfo=ZoneInfo(zone))
    at = at.astimezone(UTC) if at.tzinfo else at
    return (
        f"{at:%B} {at.day}, {at.year} {at.hour % 12 or 12}:{at:%M} {'AM' if at.hour < 12 else 'PM'}"
    )


def _relation(inner: Any) -> str:
    several = inner if isinstance(inner, list) else [inner]
    return ", ".join(page_link(one["id"]) for one in several if isinstance(one, dict))


def _rollup(inner: dict[str, Any]) -> str:
    if inner.get("type") == "array":
        return ", ".join(filter(None, map(value_of, inner.get("array") or ())))
    return value_of(inner)


_VALUES: dict[str, Callable[[Any], str]] = {
    "rich_text": lambda inner: words(inner if isinstance(inner, list) else [inner]),
    "title": lambda inner: plain(inner if isinstance(inner, list) else [inner]),
    "select": _names,
    "status": _names,
    "multi_select": _names,
    "people": _names,
    "created_by": _names,
    "last_edited_by": _names,
    "date": _when,
    "created_time": _day,
    "last_edited_time": _day,
    "checkbox": lambda inner: "Yes" if inner else "No",
    "boolean": lambda inner: "Yes" if inner else "No",
    "files": lambda inner: ", ".join(filter(None, map(file_address, inner))),
    "relation": _relation,
    "verification": lambda inner: str(inner.get("state") or ""),
    "place": lambda inner: ", ".join(filter(None, (inner.get("name"), inner.get("address")))),
    "formula": value_of,
    "rollup": _rollup,
    "unique_id": lambda inner: "-".join(
        str(one) for one in (inner.get("prefix"), inner.get("number")) if one is not None
    ),
}
