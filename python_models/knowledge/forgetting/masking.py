"""Names of a forgotten person become as many full blocks: in cells by SQL, in blobs by their kind.

A block per code point keeps every span. What cannot be masked for sure is said to be so: then the
whole blob has to go.
"""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import re
import zipfile
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import quote

from ingestion.knowledge.read_back import pointed
from ingestion.lakehouse.sql_text import identifier, literal
from python_models.knowledge.forgetting.lake_texts import texts_in

BLOCK = "█"
_TEXT_OF_MARKUP = re.compile(r">([^<]+)<")
_MARKUP = re.compile(rb"^\s*(?:\xef\xbb\xbf)?<(?:\?xml|!doctype|html)", re.IGNORECASE)
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # of members, so that a blob is masked to the same bytes again


class Masks:
    """The names of somebody, as they may stand in texts.

    Args:
        names: what is to be masked wherever it stands, in any case.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._length: dict[str, int] = {}  # code points of the name, by its spelling
        for name in sorted(set(names), key=lambda one: (-len(one), one)):
            for spelling in (name, json.dumps(name)[1:-1], quote(name), html.escape(name)):
                self._length.setdefault(spelling.casefold(), len(name))
        spellings = sorted(self._length, key=lambda one: (-len(one), one))
        self.pattern = "|".join(re.escape(one) for one in spellings) or "a^"  # nowhere
        self._found = re.compile(self.pattern, re.IGNORECASE) if spellings else None

    def stand_in(self, text: str) -> bool:
        """Say whether one of them stands in a text."""
        folded = text.casefold()  # many times faster than an expression that knows no case
        return any(spelling in folded for spelling in self._length)

    def masked(self, text: str) -> str:
        """Return a text with blocks in their place."""
        return self._found.sub(self._blocks, text) if self._found else text

    def _blocks(self, found: re.Match[str]) -> str:
        return BLOCK * self._length.get(found[0].casefold(), len(found[0]))

    def sql(self, expression: str) -> str:
        """Return SQL that gives a text with blocks in their place."""
        for spelling, length in sorted(self._length.items(), key=lambda one: (-len(one[0]), one)):
            pattern = literal(f"(?i){re.escape(spelling)}")
            expression = f"regexp_replace({expression}, {pattern}, '{BLOCK * length}', 'g')"
        return expression

    def sql_condition(self, columns: Iterable[str]) -> str:
        """Return SQL that says whether one of them stands in a column."""
        if not self._length:
            return "false"
        pattern = literal(f"(?i){self.pattern}")
        found = [f"regexp_matches({identifier(name)}, {pattern})" for name in columns]
        return " or ".join(f"coalesce({one}, false)" for one in found) or "false"

    def masked_bytes(self, content: bytes) -> bytes | None:
        """Return bytes with blocks in their place; None where that cannot be done for sure."""
        masked = self._masked(content)
        if masked is None or any(self.stand_in(text) for text in texts_in(masked)):
            return None
        return masked

    def _masked(self, content: bytes) -> bytes | None:
        if content.startswith(b"PK"):
            return self._masked_zip(content)
        if content.startswith(b"\x1f\x8b"):
            inner = self._masked(gzip.decompress(content))
            return None if inner is None else gzip.compress(inner, mtime=0)
        for mark, name in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
            if content.startswith(mark):
                return self.masked(content.decode(name)).encode(name)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return None
        if "\x00" in text:
            return None
        if _MARKUP.match(content):
            text = self._masked_markup(text)
        return self.masked(text).encode()

    def _masked_zip(self, content: bytes) -> bytes | None:
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
            for member in old.infolist():
                inner = old.read(member)
                if member.filename.endswith((".xml", ".rels")):
                    inner = self._masked_markup(inner.decode("utf-8")).encode()
                kept = zipfile.ZipInfo(self.masked(member.filename), _NO_TIME)
                kept.compress_type = member.compress_type
                new.writestr(kept, inner)
        return made.getvalue()

    def _masked_markup(self, text: str) -> str:
        """Mask names that markup cuts: runs of a docx, a bold first name."""
        if self._found is None:
            return text
        pieces = [found.span(1) for found in _TEXT_OF_MARKUP.finditer(text)]
        joined = "".join(text[start:end] for start, end in pieces)
        letters = list(text)
        places = [at for start, end in pieces for at in range(start, end)]
        for found in self._found.finditer(joined):
            for at in range(*found.span()):
                letters[places[at]] = BLOCK
        return self.masked("".join(letters))


def emptied(content: bytes, locators: Collection[str]) -> bytes | None:
    """Return a blob of many records with nothing where some stood; the others keep their places.

    Args:
        content: JSON or CSV.
        locators: JSON pointers, or `row=<number>`.
    """
    if any(one.startswith("row=") for one in locators):
        return _emptied_rows(content, {int(one.removeprefix("row=")) for one in locators})
    document: Any = json.loads(content)
    for pointer in locators:
        holder, key = _holder(document, pointer)
        holder[key] = {}
    return json.dumps(document, ensure_ascii=False).encode()


def masked_at(content: bytes, locators: Collection[str], masks: Masks) -> bytes:
    """Return JSON with names masked in the records that JSON pointers name."""
    document: Any = json.loads(content)
    for pointer in locators:
        holder, key = _holder(document, pointer)
        said = json.dumps(holder[key], ensure_ascii=False)
        holder[key] = json.loads(masks.masked(said))
    return json.dumps(document, ensure_ascii=False).encode()


def _holder(document: Any, pointer: str) -> tuple[Any, Any]:
    above, _, last = pointer.rpartition("/")
    holder = pointed(document, above)
    return holder, int(last) if isinstance(holder, list) else last


def _emptied_rows(content: bytes, gone: Collection[int]) -> bytes:
    """Return a CSV (row 1 is the first after its header) with nothing in some rows."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    for at, row in enumerate(rows):
        writer.writerow([""] * len(row) if at in gone else row)
    return made.getvalue().encode()
