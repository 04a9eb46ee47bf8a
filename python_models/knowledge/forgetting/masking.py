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
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import duckdb

from ingestion.knowledge.decoding import decoded
from ingestion.knowledge.delimited import rows_of, table_of
from ingestion.knowledge.read_back import pointed
from ingestion.lakehouse.sql_text import identifier, literal
from python_models.knowledge.forgetting.lake_texts import texts_in
from python_models.knowledge.forgetting.spellings import (
    BLOCK,
    Spelling,
    plainly,
    spellings_of,
    sql_pattern,
)

_TEXT_OF_MARKUP = re.compile(r">([^<]+)<")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKUP = re.compile(rb"^\s*(?:\xef\xbb\xbf)?<(?:\?xml|!doctype|html)", re.IGNORECASE)
_NO_TIME = (1980, 1, 1, 0, 0, 0)  # of members, so that a blob is masked to the same bytes again


class Masks:
    """The names of somebody, as they may stand in texts.

    Args:
        names: what is to be masked wherever it stands, in any case.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._spellings = spellings_of(names)
        self._folded = {plainly(one.text) for one in self._spellings}
        found = "|".join(f"({one.body})" for one in self._spellings)
        self._found = re.compile(found, re.IGNORECASE) if found else None

    def may_stand_in(self, text: str) -> bool:
        """Say whether one of them stands in a text, if only as a part of a longer word."""
        folded = plainly(text)  # many times faster than an expression that knows no case
        return any(spelling in folded for spelling in self._folded)

    def stand_in(self, text: str) -> bool:
        """Say whether one of them stands in a text."""
        return self.may_stand_in(text) and any(self._places(text))

    def masked(self, text: str) -> str:
        """Return a text with blocks in their place."""
        made, done = [], 0
        for found, spelling in self._places(text):
            made += [text[done : found.start()], spelling.blocks(found[0])]
            done = found.end()
        return "".join((*made, text[done:]))

    def _places(self, text: str) -> Iterator[tuple[re.Match[str], Spelling]]:
        """Yield where a name stands as a word of its own, not as a part of another's name."""
        at = 0
        while self._found and (found := self._found.search(text, at)):
            spelling = self._spellings[(found.lastindex or 1) - 1]
            is_whole = spelling.is_whole(text, *found.span())
            at = found.end() if is_whole else found.start() + 1
            if is_whole:
                yield found, spelling

    def give(self, session: duckdb.DuckDBPyConnection, name: str) -> None:
        """Let a function of SQL be `masked`: expressions for all spellings would be too many."""
        session.create_function(name, self.masked, ["VARCHAR"], "VARCHAR")

    def sql_condition(self, columns: Iterable[str]) -> str:
        """Return SQL that says whether one of them may stand in a column, see `may_stand_in`.

        It is cheap to read for DuckDB: a rewrite says it once a column.
        """
        bodies = "|".join(one.sql_body for one in self._spellings)
        return _matches(map(identifier, columns), f"(?i){bodies}") if bodies else "false"

    def sql_found(self, expressions: Iterable[str]) -> str:
        """Return SQL that says whether one of them stands in a text."""
        return _matches(expressions, sql_pattern(self._spellings)) if self._spellings else "false"

    def without(self, content: bytes) -> bytes | None:
        """Return bytes as they are or, where a name stands in them, see `masked_bytes`."""
        if not any(self.may_stand_in(text) for text in texts_in(content)):
            return content
        masked = self.masked_bytes(content)
        if masked is None and not any(self.stand_in(text) for text in texts_in(content)):
            return content
        return masked

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
        elif _ENTITY.search(text) and self.stand_in(html.unescape(text)):
            text = self._masked_pieces(text, [(0, len(text))])
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
        return self._masked_pieces(text, [one.span(1) for one in _TEXT_OF_MARKUP.finditer(text)])

    def _masked_pieces(self, text: str, pieces: list[tuple[int, int]]) -> str:
        """Mask names that go on from piece to piece, or have letters written as entities."""
        if self._found is None:
            return text
        letters, signs = list(text), [one for piece in pieces for one in _signs(text, *piece)]
        joined = "".join(sign for sign, _, _ in signs)
        for found in self._found.finditer(joined):
            mine = signs[found.start() : found.end()]
            (_, first, behind), (_, before, last) = mine[0], mine[-1]
            if last - first == len(mine):  # as it is written it is found without this
                continue
            spelling = self._spellings[(found.lastindex or 1) - 1]
            has_entity = behind - first > 1 or last - before > 1
            where = (joined, *found.span()) if has_entity else (text, first, last)
            if spelling.is_whole(*where):
                for _, start, end in mine:
                    letters[start:end] = [BLOCK, *[""] * (end - start - 1)]
        return self.masked("".join(letters))


def _signs(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield the signs of a part of a text and where each is written."""
    for entity in _ENTITY.finditer(text, start, end):
        yield from ((text[at], at, at + 1) for at in range(start, entity.start()))
        start = entity.end()
        for sign in html.unescape(entity[0]):
            yield sign, entity.start(), start
    yield from ((text[at], at, at + 1) for at in range(start, end))


def _matches(expressions: Iterable[str], pattern: str) -> str:
    found = (f"coalesce(regexp_matches({one}, {literal(pattern)}), false)" for one in expressions)
    return " or ".join(found) or "false"


def all_are_records(locators: Iterable[str]) -> bool:
    """Say whether each names a record in a blob of many: a JSON pointer, or a row of a CSV."""
    return all(one.startswith(("/", "row=")) for one in locators)


def emptied(content: bytes, locators: Collection[str]) -> bytes:
    """Return a blob of many records with nothing where some stood; the others keep their places.

    Args:
        content: JSON or CSV.
        locators: JSON pointers, or `row=<number>`.
    """
    if any(one.startswith("row=") for one in locators):
        gone = {int(one.removeprefix("row=")) for one in locators}
        return _with_rows(content, gone, lambda row: [""] * len(row))
    document: Any = json.loads(content)
    for pointer in locators:
        holder, key = _holder(document, pointer)
        holder[key] = "" if isinstance(holder[key], str) else {}
    return json.dumps(document, ensure_ascii=False).encode()


def masked_at(content: bytes, locators: Collection[str], masks: Masks) -> bytes:
    """Return JSON or CSV with names masked in the records that locators name; see `emptied`."""
    if any(one.startswith("row=") for one in locators):
        named = {int(one.removeprefix("row=")) for one in locators}
        return _with_rows(content, named, lambda row: [masks.masked(cell) for cell in row])
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


def _with_rows(
    content: bytes, places: Collection[int], change: Callable[[list[str]], list[str]]
) -> bytes:
    """Return a CSV (row 1 is the first after its header) with some rows changed."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, delimiter=table_of(decoded(content)[0])[1])
    for at, row in enumerate(rows_of(content)):
        writer.writerow(change(row) if at in places else row)
    return made.getvalue().encode()
