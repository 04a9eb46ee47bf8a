"""A report as one e-mail: plain text for those who read that, with HTML beside it."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

WIDTH = 76  # characters of a line of plain text


def mail(told: Mapping[str, Any], html: str, recipients: Sequence[str]) -> str:
    """Return the report as one e-mail, not yet sent.

    Args:
        told: title, as_of, items and what else the report says.
        html: its page.
        recipients: addresses it goes to.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = told["title"]
    message["Date"] = format_datetime(told["as_of"])
    message["From"] = "Sluice <sluice@localhost.localdomain>"
    if recipients:
        message["To"] = ", ".join(recipients)
    message["X-Unsent"] = "1"
    message.set_content(plain(told), cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    # a boundary that depends on the content alone: the same report gives the same file
    message.set_boundary(f"=_{hashlib.sha256(html.encode()).hexdigest()[:24]}")
    return message.as_bytes().decode("ascii")


def plain(told: Mapping[str, Any]) -> str:
    """Return the report as plain text, without marks."""
    title = _line(told["title"])
    lines = [title, "=" * min(len(title), WIDTH), ""]
    lines += [*_folded(told["description"]), ""] if told["description"] else []
    lines += [*_folded(told["missing"]), ""] if told["missing"] else []
    for item in told["items"]:
        lines += [*_folded(item["title"], f"{item['rank']:>2}. ")]
    for item in told["items"]:
        lines += ["", "", *_item(item)]
    as_of = f"As of {told['as_of']:%Y-%m-%d %H:%M} UTC. {told['order']}"
    lines += ["", "", "-" * WIDTH, *_folded(as_of)]
    for note in told["notes"]:
        lines += _folded(note)
    return "\n".join(lines).rstrip() + "\n"


def _item(item: Mapping[str, Any]) -> Iterator[str]:
    yield from _folded(item["title"], f"{item['rank']}. ")
    yield from _folded(facts_of(item))
    if item["update_of"]:
        yield f"Update of {_line(item['updated_report'])}"
    yield ""
    said = (
        one["text"] + " " + "".join(f"[{place}]" for place in one["sources"])
        for one in item["sentences"]
    )
    yield from _folded(" ".join(said))
    yield ""
    for one in item["disputed"]:
        yield from _folded(f"Disputed: {disputed(one)}")
    for one in item["backgrounds"]:
        yield from _folded(f"{one['name']}: {one['line']} ({one['source']})", "- ")
    yield from _folded(f"Why it is here: {'; '.join(item['why'])}.")
    for place, one in enumerate(item["sources"], start=1):
        silent = "" if one["answered"] else " (its page did not answer)"
        yield from _folded(f"{one['host'] or ''}: {one['title'] or ''}{silent}", f"[{place}] ")
        if one["url"]:
            yield f"    {one['url']}"  # on a line of its own, or it could not be clicked


def facts_of(item: Mapping[str, Any]) -> str:
    """Return where an item is from, what of, of when, and its score, on one line."""
    at = item.get("published_at")
    when = f"{at.day} {at:%B %Y}" if at else None
    facts = [item["host"], item["category"], when, f"score {item['score']:.1f}"]
    return " · ".join(one for one in facts if one)


def disputed(one: Mapping[str, Any]) -> str:
    """Return figures that sources give differently, in words."""
    said = ", ".join(f"{host} says {figure}" for host, figure in one["figures"].items())
    return f"{said} ({', '.join(one['about'])})" if one["about"] else said


def _folded(text: str | None, start: str = "") -> list[str]:
    return textwrap.wrap(
        _line(text or ""), WIDTH, initial_indent=start, subsequent_indent=" " * len(start),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _line(text: str) -> str:
    return " ".join(text.split())
