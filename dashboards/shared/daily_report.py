"""Command `make report`: the day's report of all products, as an HTML file and by mail.

It says what the overview says in the morning, then what each product has to say itself. It is one
file without scripts, pictures or addresses outside: what data says stays text in it.
"""

from __future__ import annotations

import html
import re
import smtplib
import sys
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from markdown_it import MarkdownIt

from dashboards.parts.page import Ask
from dashboards.parts.release import SHOWN_RELEASE
from dashboards.parts.text import count, moment, percent, quantity, report_html
from dashboards.shared import overview_queries as queries
from dashboards.shared.overview_morning import Told, told
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.settings import SettingsError, scrub
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product
from python_models.release.metrics.compiler import metric_sql
from python_models.release.metrics.declarations import declared
from python_models.release.reader import NothingReleased, open_release
from python_models.runs.delivery import send_mail

WORDS = {"critical": "Failed", "warning": "Look at", "notice": "Changed", "good": "Good"}
STYLE = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h3, h4, h5 { font-size: 1rem; }
h2 { font-size: 1.3rem; margin-top: 2.5rem; border-bottom: 2px solid #0B7285; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid #8886; }
td.number, th.number { text-align: right; }
.critical { color: light-dark(#B42318, #FF9C8F); } .warning { color: light-dark(#8A4B00, #F2B36B); }
.notice { color: light-dark(#1F5F99, #7CC0F0); } .good { color: light-dark(#1B6E3C, #7BD49B); }
.level { font-weight: 650; white-space: nowrap; } .quiet { opacity: 0.8; }
"""
MOST_TABLES = 8
_LINK = re.compile(r"</?a\b[^>]*>")  # of a renderer's own HTML: data has none in it
_WORDS = MarkdownIt("zero", {"html": False}).enable(["emphasis", "escape", "backticks"])


def report(ask: Ask, now: datetime) -> str:
    """Return the report of the release that is asked, as one HTML document.

    Args:
        ask: answers a query with a table.
        now: UTC and naive; whose day it is the report of.
    """
    shown = ask(SHOWN_RELEASE).to_pylist()
    which = (
        f"Release {shown[0]['release_id']} of {moment(shown[0]['created_at'])}"
        if shown
        else "Nothing is released yet"
    )
    title = f"Sluice, {now:%A %d %B %Y}"
    changes = ask(queries.CHANGES).to_pylist()
    lines = "".join(map(_line, told(ask)))
    parts = "".join(
        _product(ask, product, [row for row in changes if row["domain"] == product.name])
        for product in PRODUCTS.values()
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>"
        f'<p class="quiet">{html.escape(which)}</p><table>{lines}</table>{parts}</body></html>'
    )


def _line(line: Told) -> str:
    said = _WORDS.renderInline(line.sentence)
    return f'<tr><td class="level {line.level}">{WORDS[line.level]}</td><td>{said}</td></tr>'


def _product(ask: Ask, product: Product, changes: list[dict[str, Any]]) -> str:
    said = _own_words(ask, product)
    if not said and not changes:
        return ""
    figures = _figures(ask, product)
    return f"<h2>{html.escape(product.title)}</h2>{figures}{said}{_changes(changes)}"


def _figures(ask: Ask, product: Product) -> str:
    """Return what the product counts every day, over the whole release."""
    metrics = [one for one in declared().metrics.values() if one.schema == product.name]
    daily = {one.name: one for one in metrics if one.is_daily}
    # a release from before a metric lacks its table, or its column
    with suppress(duckdb.CatalogException, duckdb.BinderException):
        found = ask(metric_sql(list(daily))).to_pylist()[0] if daily else {}
        rows = "".join(
            f"<tr><td>{html.escape(daily[name].label)}</td>"
            f'<td class="number">{_figure(value, daily[name].unit)}</td></tr>'
            for name, value in found.items()
        )
        return f"<table>{rows}</table>" if rows else ""
    return ""


def _figure(value: Any, unit: str) -> str:
    if unit in ("count", "share"):
        return count(value) if unit == "count" else percent(value)
    return html.escape(quantity(value, unit))


def _own_words(ask: Ask, product: Product) -> str:
    with suppress(duckdb.CatalogException):  # it was never released
        found = ask(product.daily).column(0).to_pylist() if product.daily else []
        if found and found[0]:
            return _LINK.sub("", report_html(str(found[0])))
    return ""


def _changes(changes: list[dict[str, Any]]) -> str:
    if not changes:
        return ""
    moved = [row for row in changes if row["row_change"]]
    rows = "".join(
        f"<tr><td>{html.escape(row['table_name'])}</td>"
        f'<td class="number">{row["row_change"]:+,}</td></tr>'
        for row in moved[:MOST_TABLES]
    )
    rest = len(changes) - min(len(moved), MOST_TABLES)
    more = f'<p class="quiet">{count(rest)} more tables changed.</p>' if rest else ""
    head = '<tr><th>Table</th><th class="number">Rows since the release before</th></tr>'
    return f"<table>{head}{rows}</table>{more}" if rows else more


def main(arguments: list[str] | None = None) -> int:
    """Write the report, send it where asked to; returns the exit code."""
    parser = Arguments(prog="python -m dashboards.report", description=__doc__)
    parser.add_argument("--dir", default="out", help="folder it is written into")
    parser.add_argument("--mail-to", default="", help="address it is sent to as well")
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args(arguments)
    now = datetime.now(UTC).replace(tzinfo=None)
    try:
        text = _of_release(now)
        path = Path(options.dir).expanduser() / f"sluice-{now:%Y-%m-%d}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if options.mail_to:
            send(text, options.mail_to, now)
    except (NothingReleased, SettingsError, OSError, smtplib.SMTPException, ValueError) as error:
        sys.stderr.write(f"{scrub(str(error))}\n")
        return 1
    if options.json:
        emit_document({"file": path, "mail_to": options.mail_to or None})
    else:
        say(f"{path}{f', sent to {options.mail_to}' if options.mail_to else ''}")
    return 0


def send(text: str, to: str, now: datetime) -> None:
    """Send the report as a mail of HTML, with its words as plain text."""
    message = EmailMessage()
    message["Subject"] = f"Sluice, {now:%Y-%m-%d}"
    message["To"] = to
    body = re.sub(r"<style>.*?</style>", "", text, flags=re.S)
    plain = html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"</(tr|h\d|p|li)>", "\n", body)))
    message.set_content("\n".join(" ".join(line.split()) for line in plain.splitlines()))
    message.add_alternative(text, subtype="html")
    send_mail(message)


def _of_release(now: datetime) -> str:
    with open_release(spill=False) as connection:

        def ask(sql: str, **parameters: Any) -> pa.Table:
            return connection.execute(sql, parameters or None).to_arrow_table()

        return report(ask, now)
