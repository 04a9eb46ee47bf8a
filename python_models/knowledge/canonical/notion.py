"""Pages of a Notion export: below their title stand the properties of a row, as `Name: value`."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag

from ingestion.knowledge.times import moment
from python_models.knowledge.canonical.html import read_html
from python_models.knowledge.canonical.markdown import read_markdown, stripped
from python_models.knowledge.canonical.types import Canonical

_TITLE = re.compile(r"\A# (.*)\n\n?")
_PROPERTY = re.compile(r"^([^\W\d_][^:\n]{0,60}): (.+)$")
_CREATED = ("created", "created time", "date created")
_EDITED = ("last edited", "last edited time", "updated", "last updated")
_PEOPLE = ("author", "authors", "created by", "owner")


def read_page(content: bytes, is_row: bool, zone: str = "UTC") -> Canonical:
    """Read a page; `is_row` says that it lies in a database, so that it has properties.

    `zone` is that of times which name none.
    """
    page = read_markdown(content)
    title = _TITLE.match(page.text)
    if title:
        page.title = stripped(title[1]) or page.title
    if not is_row or not title:
        return page
    for line in page.text[title.end() :].split("\n"):
        match = _PROPERTY.match(line)
        if match is None:
            break
        name, value = match[1].strip(), match[2].strip()
        several = "," in value and moment(value) is None
        _take(page, name, value.split(", ") if several else [value], zone)
    return page


def read_html_page(content: bytes, zone: str = "UTC") -> Canonical:
    """Read a page exported as HTML: its properties stand in its text as Markdown has them."""
    properties: list[tuple[str, list[str]]] = []

    def as_lines(soup: BeautifulSoup) -> None:
        for table in soup.select("table.properties"):
            lines = soup.new_tag("p")
            for name, values in _properties(table):
                properties.append((name, values))
                lines.append(f"{name}: {', '.join(values)}")
                lines.append(soup.new_tag("br"))
            table.replace_with(lines)
        for box in soup.select("ul.to-do-list .checkbox"):
            box.replace_with("[x]" if "checkbox-on" in (box.get("class") or []) else "[ ]")

    page = read_html(content, as_lines)
    for name, values in properties:
        _take(page, name, values, zone)
    return page


def _properties(table: Tag) -> list[tuple[str, list[str]]]:
    found = []
    for row in table.find_all("tr"):
        name, cell = row.find("th"), row.find("td")
        values = _values(cell) if isinstance(name, Tag) and isinstance(cell, Tag) else []
        if values and isinstance(name, Tag):
            found.append((" ".join(name.get_text().split()), values))
    return found


def _values(cell: Tag) -> list[str]:
    """What a property says: each choice by itself, boxes as Yes or No, days without their `@`."""
    if isinstance(box := cell.find(class_="checkbox"), Tag):
        return ["Yes" if "checkbox-on" in (box.get("class") or []) else "No"]
    parts = cell.find_all(class_=("selected-value", "user")) or [cell]
    told = (" ".join(one.get_text().split()) for one in parts)
    return [one.removeprefix("@") if cell.find("time") else one for one in told if one]


def _take(page: Canonical, name: str, values: list[str], zone: str) -> None:
    """Note a property; of some, such as the day a page was made, the document has a column."""
    values = [one.strip() for one in values if one.strip()]
    page.fields += [(name, one) for one in values]
    folded = name.casefold()
    if folded in _CREATED:
        page.created_at = moment(", ".join(values), zone) or page.created_at
    elif folded in _EDITED:
        page.updated_at = moment(", ".join(values), zone) or page.updated_at
    elif folded in _PEOPLE:
        page.authors += values
