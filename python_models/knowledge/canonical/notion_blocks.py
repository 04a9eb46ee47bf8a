"""Pages of Notion's API: their blocks as the Markdown that an export of the same page has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ingestion.knowledge.exports.notion_api import rows_of, title_of
from python_models.knowledge.canonical.notion import read_page
from python_models.knowledge.canonical.notion_marks import (
    file_address,
    page_link,
    property_lines,
    words,
)
from python_models.knowledge.canonical.records import database_of
from python_models.knowledge.canonical.types import Canonical

Block = dict[str, Any]
_LISTS = ("bulleted_list_item", "numbered_list_item", "to_do", "toggle")
_HEADINGS = {f"heading_{level}": f"{'#' * level} " for level in range(1, 5)}
_NOTHING = ("table_of_contents", "breadcrumb", "unsupported")
_OPEN = ("column_list", "column", "synced_block", "template", "tab")  # what is in them, no more
_INDENT = "    "


def read_fetched_page(said: dict[str, Any]) -> Canonical:
    """Read a page with its blocks: title, values of a row, then its content."""
    page, further = said["answer"], said.get("further") or {}
    title = title_of(page)
    lines = property_lines(page, further)
    writer = _Writer(further)
    parts = [f"# {title}" if title else "", "\n".join(lines), writer.content(page["id"])]
    text = "\n\n".join(part for part in parts if part)
    canonical = read_page(text.encode(), is_row=bool(lines))
    canonical.flags |= writer.flags
    return canonical


def read_fetched_database(said: dict[str, Any], title: str) -> Canonical:
    """Read a database: its name, its columns, and the names of its rows, which are pages."""
    columns = said["answer"].get("properties") or {}
    first = [name for name, one in columns.items() if one.get("type") == "title"]
    others = [name for name in columns if name not in first]
    names = [name for name in map(title_of, rows_of(said)) if name]
    return database_of(title, first + others, names)


@dataclass
class _Writer:
    """Writes the blocks of one page."""

    further: dict[str, list[Any]]
    flags: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)  # originals of synced blocks

    def content(self, parent: str) -> str:
        """Return the blocks in a page or block, one below the other."""
        blocks = [one for said in self.further.get(parent) or () for one in said["results"]]
        text, before, number = "", "", 0
        for block in blocks:
            kind = block.get("type") or ""
            number = number + 1 if kind == before == "numbered_list_item" else _first(block)
            said = self._block(block, kind, number)
            joined = "\n" if kind in _LISTS and before in _LISTS else "\n\n"
            text += (joined if text and said else "") + said
            before = kind  # an empty paragraph, too, is where a list ends
        return text

    def _block(self, block: Block, kind: str, number: int) -> str:
        inner = block.get(kind)
        inner = inner if isinstance(inner, dict) else {}
        if kind in _NOTHING:
            if kind == "unsupported":
                self.flags.add("unsupported blocks")
            return ""
        if kind == "synced_block":
            return self._synced(block, inner)
        if kind in _OPEN:
            return self.content(block["id"])
        if kind in _LISTS:
            return self._item(block, kind, inner, number)
        if kind in _WHOLE:
            return _WHOLE[kind](self, block, inner)
        said = words(inner.get("rich_text"))
        if kind in _HEADINGS and said:
            said = f"{_HEADINGS[kind]}{' '.join(said.split())}"
        below = self.content(block["id"])
        if kind == "paragraph" and below:
            below = _indented(below)
        return "\n\n".join(part for part in (said, below) if part)

    def _synced(self, block: Block, inner: Block) -> str:
        """The first of some synced blocks on a page in full, others by what they are copies of."""
        original = (inner.get("synced_from") or {}).get("block_id")
        name = str(original or block["id"]).replace("-", "")
        reference = f"[synced block]({page_link(name)})" if original else ""
        if name in self.written:
            return reference
        self.written.add(name)
        return "\n\n".join(part for part in (self.content(block["id"]), reference) if part)

    def _item(self, block: Block, kind: str, inner: Block, number: int) -> str:
        mark = f"{number}. " if kind == "numbered_list_item" else "- "
        if kind == "to_do":
            mark += "[x] " if inner.get("checked") else "[ ] "
        said = f"{mark}{words(inner.get('rich_text'))}".rstrip().replace("\n", f"\n{_INDENT}")
        below = self.content(block["id"])
        return f"{said}\n{_indented(below)}" if below else said

    def quote(self, block: Block, inner: Block) -> str:
        """Return a quote."""
        parts = (words(inner.get("rich_text")), self.content(block["id"]))
        said = "\n\n".join(part for part in parts if part)
        return "\n".join(f"> {line}".rstrip() for line in said.split("\n"))

    def callout(self, block: Block, inner: Block) -> str:
        """Return a callout, with its sign."""
        sign = (inner.get("icon") or {}).get("emoji") or ""
        said = " ".join(part for part in (sign, words(inner.get("rich_text"))) if part)
        parts = "\n\n".join(part for part in (said, self.content(block["id"])) if part)
        return f"<aside>\n{parts}\n\n</aside>"

    def table(self, block: Block, _: Block) -> str:
        """Return a table; its first line is a heading, as Markdown has it."""
        answers = self.further.get(block["id"]) or ()
        rows = [one.get("table_row") or {} for said in answers for one in said["results"]]
        lines = ["| " + " | ".join(map(_cell, one.get("cells") or ())) + " |" for one in rows]
        if lines:
            width = len(rows[0].get("cells") or ())
            lines.insert(1, "| " + " | ".join(["---"] * width) + " |")
        return "\n".join(lines)


def _first(block: Block) -> int:
    """The number that a list begins with."""
    said = (block.get("numbered_list_item") or {}).get("list_start_index")
    return said if isinstance(said, int) else 1


def _cell(parts: Any) -> str:
    return words(parts).replace("\n", " ").replace("|", "\\|")


def _indented(text: str) -> str:
    return "\n".join(f"{_INDENT}{line}" if line else line for line in text.split("\n"))


def _code(_: _Writer, __: Block, inner: Block) -> str:
    said = "".join(one.get("plain_text") or "" for one in inner.get("rich_text") or ())
    language = inner.get("language") or ""
    fence = "````" if "```" in said else "```"
    name = "" if language == "plain text" else language
    shown = f"{fence}{name}\n{said}\n{fence}"
    caption = words(inner.get("caption"))
    return f"{shown}\n\n{caption}" if caption else shown


def _file(_: _Writer, block: Block, inner: Block) -> str:
    address = file_address(inner)
    caption = words(inner.get("caption")) or inner.get("name") or address.rpartition("/")[2]
    return f"{'!' if block['type'] == 'image' else ''}[{caption}]({address})"


def _link(_: _Writer, __: Block, inner: Block) -> str:
    url = str(inner.get("url") or "")
    return f"[{words(inner.get('caption')) or url}]({url})" if url else ""


def _child(_: _Writer, block: Block, inner: Block) -> str:
    return f"[{inner.get('title') or 'Untitled'}]({page_link(block['id'])})"


def _to_page(_: _Writer, __: Block, inner: Block) -> str:
    target = str(inner.get(inner.get("type") or "") or "")
    return f"[{page_link(target)}]({page_link(target)})" if target else ""


_WHOLE: dict[str, Callable[[_Writer, Block, Block], str]] = {
    "quote": _Writer.quote,
    "callout": _Writer.callout,
    "table": _Writer.table,
    "code": _code,
    "divider": lambda *_: "---",
    "equation": lambda _, __, inner: f"$$\n{inner.get('expression') or ''}\n$$",
    **dict.fromkeys(("image", "file", "pdf", "video", "audio"), _file),
    **dict.fromkeys(("bookmark", "embed", "link_preview"), _link),
    **dict.fromkeys(("child_page", "child_database"), _child),
    "link_to_page": _to_page,
}
