"""Pages of a Notion export: below their title stand the properties of a row, as `Name: value`."""

from __future__ import annotations

import re

from ingestion.knowledge.times import moment
from python_models.knowledge.canonical.markdown import read_markdown
from python_models.knowledge.canonical.types import Canonical

_TITLE = re.compile(r"\A# (.*)\n\n?")
_PROPERTY = re.compile(r"^([^\W\d_][^:\n]{0,60}): (.+)$")
_CREATED = ("created", "created time", "date created")
_EDITED = ("last edited", "last edited time", "updated", "last updated")
_PEOPLE = ("author", "authors", "created by", "owner")


def read_page(content: bytes, is_row: bool) -> Canonical:
    """Read a page; `is_row` says that it lies in a database, so that it has properties."""
    page = read_markdown(content)
    title = _TITLE.match(page.text)
    if title:
        page.title = title[1].strip() or page.title
    if not is_row or not title:
        return page
    for line in page.text[title.end() :].split("\n"):
        match = _PROPERTY.match(line)
        if match is None:
            break
        name, value = match[1].strip(), match[2].strip()
        values = value.split(", ") if "," in value and moment(value) is None else [value]
        page.fields += [(name, one.strip()) for one in values if one.strip()]
        folded = name.casefold()
        if folded in _CREATED:
            page.created_at = moment(value) or page.created_at
        elif folded in _EDITED:
            page.updated_at = moment(value) or page.updated_at
        elif folded in _PEOPLE:
            page.authors += [one.strip() for one in values]
    return page
