"""A report as files: Markdown, HTML, JSON, JSON Feed and Atom of all reports, an e-mail."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from python_models.news.report.mail import disputed, facts_of, mail
from python_models.news.steps import report_of

Row = Mapping[str, Any]
MOST_ENTRIES = 100  # reports in a feed
SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("report", pa.string()),
        ("title", pa.string()),
        ("as_of", pa.timestamp("us")),
        ("top_n", pa.int64()),
        ("item_count", pa.int64()),
        ("missing_because", pa.string()),  # null: as many as it should have
        ("is_offline", pa.bool_()),  # texts were composed by rules, not by a model
        ("cost_usd", pa.float64()),
        ("markdown", pa.string()),
        ("html", pa.string()),
        ("json", pa.string()),
        ("feed", pa.string()),
        ("atom", pa.string()),
        ("eml", pa.string()),
        ("entries", pa.string()),  # list of {run_id, title, as_of, html}: what feeds are made of
    ]
)
OFFLINE = (
    "The texts of this report were composed offline by rules from sentences of its sources;"
    " no language model has read them."
)
ORDER = "Items stand by score, and by how much they differ from those above them."
_SPECIAL = re.compile(r"([\\`*_{}\[\]#|~])")


def reports_of(
    run: Row | None,
    items: Sequence[Row],
    missing: str | None,
    is_offline: bool,
    cost_usd: float,
    earlier: Sequence[Row],
) -> pa.Table:
    """Return the run's report; no row when nothing has landed.

    Args:
        run: row of `int_news__run`, with the report as resolved.
        items: rows of `int_news__report_items`, by rank.
        missing: why there are fewer than there should be.
        is_offline: whether the offline endpoint wrote the texts, for `cost_usd` in all.
        earlier: the report of the run before, with `entries`.
    """
    if run is None:
        return SCHEMA.empty_table()
    report, title = report_of(run), report_of(run).get("title") or run["report"]
    shared = {
        "run_id": run["run_id"],
        "report": run["report"],
        "title": f"{title}, {run['as_of'].day} {run['as_of']:%B %Y}",
        "as_of": run["as_of"],
        "cost_usd": cost_usd,
    }
    before = _entries(earlier)
    told = shared | _told_of(report, items, before)
    told |= {"missing": missing, "notes": [OFFLINE] if is_offline else []}
    row = shared | {
        "top_n": int(report.get("top_n", 10)),
        "item_count": len(items),
        "missing_because": missing,
        "is_offline": is_offline,
    }
    files = _files(run, report, title, told, before)
    return pa.Table.from_pylist([row | files], SCHEMA)


def _told_of(
    report: Mapping[str, Any], items: Sequence[Row], before: Sequence[Row]
) -> dict[str, Any]:
    """Return what a report's files say of the report as resolved, and its items."""
    titles = {entry["run_id"]: entry["title"] for entry in before}
    return {
        "description": report.get("description") or "",
        "language": report.get("language_written") or "en",
        "items": [_plain(item, titles) for item in items],
        "order": ORDER if len(items) > 1 else "",
    }


def _entries(earlier: Iterable[Row]) -> list[dict[str, Any]]:
    return [entry for row in earlier for entry in json.loads(row["entries"] or "[]")]


def _files(
    run: Row,
    report: Mapping[str, Any],
    title: str,
    told: Mapping[str, Any],
    before: Sequence[Row],
) -> dict[str, str]:
    """Return the report's text in each format, by the column it goes to."""
    html = page(told)
    own = {
        "run_id": run["run_id"],
        "title": told["title"],
        "as_of": run["as_of"].isoformat(),
        "html": page(told, is_part=True),
    }
    entries = [own, *(one for one in before if one["run_id"] != own["run_id"])][:MOST_ENTRIES]
    return {
        "markdown": markdown(told),
        "html": html,
        "json": as_json(run, told),
        "feed": json_feed(title, entries),
        "atom": atom(title, str(run["report"]), entries),
        "eml": mail(told, html, report.get("recipients") or ()),
        "entries": json.dumps(entries, ensure_ascii=False),
    }


def _plain(item: Row, titles: Mapping[str, str]) -> dict[str, Any]:
    """Return an item with its lists as lists, and the title of the report it is an update of."""
    lists = {name: json.loads(item[name] or "[]")
             for name in ("sentences", "sources", "backgrounds", "disputed", "why")}  # fmt: skip
    known = titles.get(item["update_of"] or "", item["update_of"])
    return dict(item) | lists | {"updated_report": known}


def page(told: Mapping[str, Any], is_part: bool = False) -> str:
    """Return the report as HTML; all that comes from elsewhere is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["facts"] = facts_of
    return environment.get_template("report.html.jinja").render(told, is_part=is_part)


def markdown(told: Mapping[str, Any]) -> str:
    """Return the report as Markdown; all that comes from elsewhere is escaped."""
    lines = [f"# {marked(told['title'])}", ""]
    if told["description"]:
        lines += [marked(told["description"]), ""]
    if told["missing"]:
        lines += [f"> {marked(told['missing'])}", ""]
    lines += [f"{one['rank']}. {marked(one['title'] or '')}" for one in told["items"]]
    lines += [""] if told["items"] else []
    for item in told["items"]:
        lines += _item(item)
    lines += ["---", ""]
    lines += [
        f"As of {told['as_of']:%Y-%m-%d %H:%M} UTC. {told['order']}".rstrip(),
        "",
    ]
    lines += [f"*{marked(note)}*" for note in told["notes"]]
    return "\n".join(lines).rstrip() + "\n"


def _item(item: Mapping[str, Any]) -> list[str]:
    head = link(item["title"], item["url"])
    lines = [f"## {item['rank']}. {head}", "", marked(facts_of(item)), ""]
    if item["update_of"]:
        lines += [f"*Update of {marked(item['updated_report'])}*", ""]
    cited = (
        f"{marked(one['text'])} "
        + "".join(f"[{place}]" for place in one["sources"]).replace("[", "\\[").replace("]", "\\]")
        for one in item["sentences"]
    )
    lines += [" ".join(cited), ""]
    for one in item["disputed"]:
        lines += [f"**Disputed:** {marked(disputed(one))}", ""]
    for one in item["backgrounds"]:
        lines.append(f"- **{marked(one['name'])}**: {marked(one['line'])} ({_from(one)})")
    lines += [""] if item["backgrounds"] else []
    lines += [f"Why it is here: {marked('; '.join(item['why']))}.", "", "Sources:", ""]
    for place, one in enumerate(item["sources"], start=1):
        silent = "" if one["answered"] else " (its page did not answer)"
        lines.append(
            f"{place}. {marked(one['host'] or '')}: {link(one['title'], one['url'])}{silent}"
        )
    return [*lines, ""]


def _from(one: Mapping[str, Any]) -> str:
    source = link(one["source"], one["source_url"])
    return f"{source}, {one['as_of']}" if one["as_of"] else source


def link(title: str | None, url: str | None) -> str:
    """Return a Markdown link, or the bare title where there is no address."""
    text = marked(title or url or "without a title")
    if not url:
        return text
    address = re.sub(r"[\s<>]", lambda one: f"%{ord(one[0]):02X}", url)
    return f"[{text}](<{address}>)"


def marked(text: str) -> str:
    """Return a text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", escape(" ".join(text.split())))


def as_json(run: Row, told: Mapping[str, Any]) -> str:
    """Return the report as JSON."""
    dropped = ("run_id", "updated_report")
    items = [{k: v for k, v in item.items() if k not in dropped} for item in told["items"]]
    found = {"run_id": run["run_id"], "report": run["report"]} | dict(told) | {"items": items}
    return json.dumps(found, ensure_ascii=False, indent=1, default=_told) + "\n"


def _told(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def json_feed(title: str, entries: Sequence[Mapping[str, Any]]) -> str:
    """Return all reports as a JSON Feed 1.1."""
    items = [
        {
            "id": f"urn:sluice:news:{one['run_id']}",
            "title": one["title"],
            "content_html": one["html"],
            "date_published": f"{one['as_of']}Z",
        }
        for one in entries
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": title, "items": items}
    return json.dumps(feed, ensure_ascii=False, indent=1) + "\n"


def atom(title: str, report: str, entries: Sequence[Mapping[str, Any]]) -> str:
    """Return all reports as an Atom 1.0 feed."""
    newest = f"{entries[0]['as_of']}Z" if entries else "1970-01-01T00:00:00Z"
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{escape(title)}</title>",
        f"<id>urn:sluice:news:{escape(report)}</id>",
        f"<updated>{newest}</updated>",
        "<author><name>Sluice</name></author>",
    ]
    for one in entries:
        parts += [
            "<entry>",
            f"<title>{escape(_xml(one['title']))}</title>",
            f"<id>urn:sluice:news:{escape(one['run_id'])}</id>",
            f"<updated>{one['as_of']}Z</updated>",
            f"<content type={quoteattr('html')}>{escape(_xml(one['html']))}</content>",
            "</entry>",
        ]
    return "\n".join([*parts, "</feed>", ""])


def _xml(text: str) -> str:
    """Return a text without the characters XML cannot hold."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
