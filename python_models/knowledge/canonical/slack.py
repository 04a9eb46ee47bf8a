"""Conversations of Slack: each message with who said it and when, in order of time."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ingestion.knowledge.decoding import without_controls
from python_models.knowledge.canonical.markdown import markdown_links
from python_models.knowledge.canonical.types import Canonical, MessageSpan

_MARK = re.compile(r"<([^<>\n]+)>")
Name = Callable[[str, datetime | None], str]  # of a user at a time


@dataclass(frozen=True)
class Message:
    """One message as its source has it."""

    native_id: str
    record: dict[str, Any]
    sent_at: datetime | None
    edited_at: datetime | None


@dataclass(frozen=True)
class Names:
    """What users and channels were called, and when."""

    users: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)  # oldest first
    channels: dict[str, str] = field(default_factory=dict)

    def user(self, user_id: str, at: datetime | None) -> str:
        """Return a user's name as of a time; before the first one known, that one."""
        known = self.users.get(user_id)
        if not known:
            return user_id
        before = [name for since, name in known if at is None or since <= at]
        return before[-1] if before else known[0][1]

    def with_strangers(self, records: Iterable[dict[str, Any]]) -> Names:
        """Return these with the authors of messages whom no list names: people of another team."""
        found = {
            str(one["user"]): [(datetime.min, name)]
            for one in records
            if one.get("user") not in self.users and (name := _profiled(one))
        }
        return replace(self, users=found | self.users) if found else self


def _profiled(record: dict[str, Any]) -> str | None:
    """Return the name that a message brings with it of who wrote it."""
    profile = record.get("user_profile")
    if not isinstance(profile, dict) or not record.get("user"):
        return None
    names = ("display_name", "real_name", "name")
    return next((str(profile[name]) for name in names if profile.get(name)), None)


def read_conversation(messages: Iterable[Message], names: Names) -> Canonical:
    """Return a thread, or the talk of a channel, as one text."""
    messages = list(messages)
    names = names.with_strangers(one.record for one in messages)
    blocks: list[str] = []
    spans: list[MessageSpan] = []
    authors: dict[str, None] = {}
    position = 0
    for one in messages:
        record = one.record
        author = author_of(record)
        if author:
            authors[author] = None
        text = plain(message_text(record), names, one.sent_at) or "(no text)"
        when = f"{one.sent_at:%Y-%m-%d %H:%M}" if one.sent_at else "?"
        block = f"**{_shown(record, names, one.sent_at)}** ({when}): {text}"
        flags = tuple(
            name for name in ("thread_broadcast", "bot_message", "me_message")
            if record.get("subtype") == name
        ) + (("edited",) if one.edited_at else ())  # fmt: skip
        root = record.get("thread_ts")
        reply_to = _sibling(one.native_id, root) if root and root != record.get("ts") else None
        end = position + len(block)
        spans.append(
            MessageSpan(one.native_id, position, end, author, one.sent_at, one.edited_at,
                        reply_to, flags)
        )  # fmt: skip
        blocks.append(block)
        position = end + 2
    text = "\n\n".join(blocks)
    return Canonical(
        text=text,
        authors=list(authors),
        links=markdown_links(text),
        messages=spans,
        created_at=spans[0].sent_at if spans else None,
        updated_at=max(
            (one.edited_at or one.sent_at for one in spans if one.sent_at), default=None
        ),
    )


def author_of(record: dict[str, Any]) -> str | None:
    """Return the id of the user or bot that sent a message."""
    comment = record.get("comment") if isinstance(record.get("comment"), dict) else {}
    who = record.get("user") or (comment or {}).get("user")
    return who or record.get("bot_id") or record.get("username") or None


def _shown(record: dict[str, Any], names: Names, at: datetime | None) -> str:
    if (user := author_of(record)) and user not in (record.get("bot_id"), record.get("username")):
        return names.user(user, at)
    profile = record.get("bot_profile") or {}
    return record.get("username") or profile.get("name") or record.get("bot_id") or "unknown"


def _sibling(native_id: str, ts: str) -> str:
    return f"{native_id.rpartition('/')[0]}/{ts}"


def message_text(record: dict[str, Any]) -> str:
    """Return what a message says: its text, else its blocks, and what is attached."""
    parts = [record.get("text") or ""]
    if not parts[0].strip():
        comment = record.get("comment")  # of a file, in older exports
        said = str(comment.get("comment") or "") if isinstance(comment, dict) else ""
        parts = [_of_blocks(record.get("blocks") or []) or said]
    parts += [_of_attachment(one) for one in record.get("attachments") or []]
    files = record.get("files") or ([record["file"]] if record.get("file") else [])
    parts += [_of_file(one) for one in files if isinstance(one, dict)]
    return "\n".join(part for part in parts if part.strip())


def _of_file(file: dict[str, Any]) -> str:
    if file.get("mode") == "tombstone":
        return "[file: deleted]"
    return f"[file: {file.get('title') or file.get('name') or file.get('id')}]"


def _of_blocks(blocks: list[Any]) -> str:
    return "\n".join(filter(None, (_of_element(one) for one in blocks)))


def _of_element(element: Any) -> str:
    """The text of a block or of an element in one, depth first."""
    if not isinstance(element, dict):
        return ""
    kind = element.get("type")
    if isinstance(text := element.get("text"), str) and kind != "link":
        # unlike all else that Slack keeps, words of rich text are not escaped
        return html.escape(text, quote=False) if kind in ("text", "raw_text") else text
    if kind in _LEAVES:
        return _LEAVES[kind](element)
    if kind == "table":
        rows = element.get("rows") or []
        return "\n".join(" | ".join(_of_element(cell) for cell in row) for row in rows)
    inner = element.get("elements") or element.get("fields") or []
    if kind == "rich_text_list":
        return _of_list(element, [_of_element(one) for one in inner])
    own = [_of_element(element.get(name)) for name in ("title", "text")]
    apart = "\n" if kind in ("rich_text", "section", "context") else ""
    found = [one for one in (*own, *map(_of_element, inner)) if one]
    return apart.join(found)


def _of_list(element: dict[str, Any], items: list[str]) -> str:
    first, before = int(element.get("offset") or 0) + 1, "    " * int(element.get("indent") or 0)
    is_counted = element.get("style") == "ordered"
    marks = (f"{number}." if is_counted else "-" for number in range(first, first + len(items)))
    return "\n".join(f"{before}{mark} {item}" for mark, item in zip(marks, items, strict=True))


_LEAVES: dict[str, Callable[[dict[str, Any]], str]] = {
    "user": lambda one: f"<@{one.get('user_id')}>",
    "channel": lambda one: f"<#{one.get('channel_id')}>",
    "link": lambda one: f"<{one.get('url')}|{one.get('text') or one.get('url')}>",
    "emoji": lambda one: f":{one.get('name')}:",
    "broadcast": lambda one: f"<!{one.get('range')}>",
    "usergroup": lambda one: f"<!subteam^{one.get('usergroup_id')}>",
    "date": lambda one: str(one.get("fallback") or one.get("timestamp") or ""),
    "image": lambda one: " ".join(
        filter(None, (_of_element(one.get("title")), f"[image: {one.get('alt_text') or ''}]"))
    ),
}


def _of_attachment(attachment: Any) -> str:
    """The text of what a message shows below its own: a link, a build, another message."""
    if not isinstance(attachment, dict):
        return ""
    title, link = attachment.get("title"), attachment.get("title_link")
    title = f"<{link}|{title}>" if title and link else title
    said = [attachment.get("pretext"), title, attachment.get("text")]
    said += [f"{one.get('title')}: {one.get('value')}" for one in attachment.get("fields") or []]
    if any(said) and attachment.get("author_name"):
        said.insert(1, attachment["author_name"])
    found = "\n".join(str(one) for one in said if one)
    found = found or _of_blocks(attachment.get("blocks") or []) or _of_shared(attachment)
    picture = attachment.get("image_url") or attachment.get("thumb_url")
    return found or attachment.get("fallback") or (f"[image: <{picture}>]" if picture else "")


def _of_shared(attachment: dict[str, Any]) -> str:
    """The messages that somebody shared with another."""
    shared = [one for one in attachment.get("message_blocks") or [] if isinstance(one, dict)]
    return "\n".join(message_text(one.get("message") or {}) for one in shared)


def plain(text: str, names: Names, at: datetime | None) -> str:
    """Return Slack's markup as Markdown: mentions by name, links, characters unescaped once."""
    parts, position = [], 0
    for match in _MARK.finditer(text):
        parts += [html.unescape(text[position : match.start()]), _mark(match[1], names, at)]
        position = match.end()
    parts.append(html.unescape(text[position:]))
    return without_controls("".join(parts)).strip()


def _mark(inner: str, names: Names, at: datetime | None) -> str:
    target, _, label = inner.partition("|")
    label = html.unescape(label)
    if target.startswith("@"):
        return (
            f"@{names.user(target[1:], at) if target[1:] in names.users else label or target[1:]}"
        )
    if target.startswith("#"):
        return f"#{names.channels.get(target[1:]) or label or target[1:]}"
    if target.startswith("!date"):
        return label
    if target.startswith("!"):
        name, _, group = target[1:].partition("^")
        return f"@{label.removeprefix('@') or group or name}"
    target = html.unescape(target)
    return f"[{label}]({target})" if label and label != target else f"<{target}>"
