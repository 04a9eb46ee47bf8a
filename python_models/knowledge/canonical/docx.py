"""A docx as Markdown: its text as accepted; what was deleted is kept aside, comments follow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from python_models.knowledge.canonical.docx_comments import add_comments, mark, unmarked
from python_models.knowledge.canonical.docx_lists import Lists
from python_models.knowledge.canonical.docx_package import (
    AROUND,
    Element,
    Package,
    attribute,
    child,
    chosen,
    core,
    is_on,
    joined,
    local,
    moment,
    texts,
    unwrapped,
    value,
)
from python_models.knowledge.canonical.docx_package import (
    rows as rows_of,
)
from python_models.knowledge.canonical.html import direct
from python_models.knowledge.canonical.markdown import markdown_links
from python_models.knowledge.canonical.types import Canonical

_HEADING = re.compile(r"heading (\d)")
_LINK_FIELD = re.compile(r"\bHYPERLINK\s+\"([^\"]+)\"")
_GONE = ("del", "moveFrom")
# in these a paragraph has no next one outside
_WHOLE = ("body", "tc", "txbxContent", "footnote", "endnote")


def read_docx(content: bytes) -> Canonical:
    """Read a docx.

    Raises:
        NoText: it cannot be opened.
    """
    package = Package.opened(content)
    reader = _Reader(package)
    root = package.tree(package.main)
    body = child(root, "body")
    blocks = list(reader.blocks(body)) if body is not None else []
    marked = joined([*blocks, *reader.notes()])
    properties = package.tree("docProps/core.xml")
    canonical = Canonical(
        text=unmarked(marked),
        title=core(properties, "title") or reader.title,
        authors=[author] if (author := core(properties, "creator")) else [],
        links=markdown_links(unmarked(marked)),
        created_at=moment(core(properties, "created")),
        updated_at=moment(core(properties, "modified")),
        flags=reader.flags,
    )
    add_comments(package, marked, canonical)
    canonical.fields = [("deleted_text", one) for one in reader.deleted]
    return canonical


class _Reader:
    """Reads a document once, in order."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.lists = Lists(package)
        self.title: str | None = None
        self.flags: set[str] = set()
        self.deleted: list[str] = []
        self._notes: list[tuple[str, str]] = []  # kind and id, in the order they are named
        self._aside: list[str] = []  # blocks that follow the one that is being read
        self._carried = ""  # text of a paragraph whose end was deleted
        self._tables = 0
        self._fields: list[tuple[list[str], str]] = []  # open fields: their results, their code

    def blocks(self, parent: Element) -> Iterator[str]:
        """Yield the paragraphs and tables below an element as Markdown."""
        for element in parent:
            kind = local(element)
            if kind == "p":
                yield self._paragraph(element)
            elif kind == "tbl":
                yield self._carried_now()
                yield from self._table(element)
            elif kind in AROUND:
                yield from self.blocks(element)
            elif kind in _GONE:
                self._delete(element)
            elif kind == "AlternateContent":
                yield from self.blocks(chosen(element))
            yield from self._aside_now()
        if local(parent) in _WHOLE:
            yield self._carried_now()

    def _carried_now(self) -> str:
        """The text of a paragraph that would join the next one, where there is none."""
        found, self._carried = self._carried.strip(), ""
        return found

    def _aside_now(self) -> list[str]:
        found, self._aside = self._aside, []
        return found

    def _paragraph(self, element: Element) -> str:
        properties = child(element, "pPr")
        text = self._carried + self._runs(element)
        self._carried = ""
        if child(properties, "rPr", "del") is not None:  # its end is deleted: the next one joins it
            self.flags.add("tracked changes")
            self._carried = text
            return ""
        styles = self.package.style_line(value(properties, "pStyle"))
        text = text.strip()
        if not unmarked(text).strip():
            return ""
        names = [style.name for style in styles]
        if "title" in names[:1]:
            self.title = self.title or unmarked(text)
            return f"# {text}"
        number = self.lists.mark(properties, styles)
        outline = next((int(one[1]) for name in names if (one := _HEADING.fullmatch(name))), None)
        if outline is None and (level := value(properties, "outlineLvl")) and level < "9":
            outline = int(level) + 1
        if outline:
            counted = f"{number[0]} " if number and number[0] != "-" else ""
            line = " ".join(text.split())
            self.title = self.title or (unmarked(line) if outline == 1 else None)
            return f"{'#' * min(outline, 6)} {counted}{line}"
        if number:
            indent = "   " * number[1]
            lines = text.replace("\n", f"\n{indent}   ")
            return f"\x00{indent}{number[0]} {lines}"  # \x00: no empty line between items
        return text

    def _runs(self, element: Element) -> str:
        """Return the text of what a paragraph holds."""
        parts: list[str] = []
        for one in element:
            kind = local(one)
            if kind == "r":
                self._run(one, parts)
            elif kind == "hyperlink":
                self._into(parts, _linked(self._runs(one), self._target(one)))
            elif kind == "fldSimple":
                code = _LINK_FIELD.search(attribute(one, "instr") or "")
                self._into(parts, _linked(self._runs(one), code[1] if code else None))
            elif kind in AROUND:
                self._into(parts, self._runs(one))
            elif kind in _GONE:
                self._delete(one)
            elif kind in ("oMath", "oMathPara"):
                self._into(parts, texts(one))
            elif kind == "ruby":
                self._into(parts, self._piece(one, kind))
            else:
                self._into(parts, mark(one))
        return "".join(parts)

    def _run(self, run: Element, parts: list[str]) -> None:
        properties = child(run, "rPr")
        if is_on(properties, "vanish"):
            self.flags.add("hidden text")
            return
        if child(properties, "del") is not None and not self._fields:
            self._delete(run)
            return
        for one in run:
            kind = local(one)
            if kind == "fldChar":
                self._field(attribute(one, "fldCharType"), parts)
            elif kind == "instrText" and self._fields:
                results, code = self._fields[-1]
                self._fields[-1] = (results, code + (one.text or ""))
            else:
                self._into(parts, self._piece(one, kind))

    def _piece(self, element: Element, kind: str) -> str:
        """Return the text of one piece of a run."""
        if kind == "t":
            return element.text or ""
        if kind in ("tab", "ptab"):
            return "\t"
        if kind in ("br", "cr"):
            return "\n" if attribute(element, "type") in (None, "textWrapping") else ""
        if kind == "noBreakHyphen":
            return "-"
        if kind == "sym":
            code = int(attribute(element, "char") or "0", 16)
            return "•" if 0xF000 <= code <= 0xF0FF else chr(code) if code else ""
        if kind in ("footnoteReference", "endnoteReference"):
            note = (kind.removesuffix("Reference"), attribute(element, "id") or "")
            self._notes.append(note)
            return f"[^{len(self._notes)}]"
        if kind in ("drawing", "pict", "object"):
            return self._picture(element)
        if kind == "AlternateContent":
            return "".join(self._piece(one, local(one)) for one in chosen(element))
        if kind == "ruby":  # signs, without how they are spoken
            base = child(element, "rubyBase")
            return self._runs(base) if base is not None else ""
        return ""

    def _picture(self, element: Element) -> str:
        """Return a stub for a picture; the text in a box follows the paragraph."""
        shown = ""
        for one in element.iter():
            kind = local(one)
            if kind == "txbxContent":
                self._aside += [block for block in self.blocks(one) if block]
            elif kind in ("blip", "imagedata"):
                name = self.package.hash_of(attribute(one, "embed") or attribute(one, "id"))
                about = next((found for found in element.iter() if local(found) == "docPr"), None)
                alt = attribute(about, "descr") or attribute(about, "name") or "image"
                shown += f"![{' '.join(alt.split())}](sha256:{name or 'not-there'})"
        return shown

    def _field(self, kind: str | None, parts: list[str]) -> None:
        """Follow a field: its result is text, its code tells where a link goes."""
        if kind == "begin":
            self._fields.append(([], ""))
        elif kind == "end" and self._fields:
            results, code = self._fields.pop()
            found = _LINK_FIELD.search(code)
            self._into(parts, _linked("".join(results), found[1] if found else None))

    def _into(self, parts: list[str], text: str) -> None:
        (self._fields[-1][0] if self._fields else parts).append(text)

    def _target(self, element: Element) -> str | None:
        found = self.package.relations.get(attribute(element, "id") or "")
        return found[1] if found and found[2] else None

    def _delete(self, element: Element) -> None:
        self.flags.add("tracked changes")
        if gone := (texts(element, "delText") or texts(element)).strip():
            self.deleted.append(gone)

    def _table(self, element: Element) -> Iterator[str]:
        """Yield a table; one in a cell follows it, the cell says which."""
        rows: list[list[str]] = []
        inner: list[str] = []
        for row in rows_of(element):
            cells: list[str] = []
            if child(row, "trPr", "del") is not None:
                self._delete(row)
                continue
            for cell in (one for one in unwrapped(row) if local(one) == "tc"):
                if child(cell, "tcPr", "cellDel") is not None:
                    self._delete(cell)
                    continue
                cells.append(self._cell(cell, inner))
                span = value(cell, "tcPr", "gridSpan") or "1"
                cells += [""] * (int(span) - 1 if span.isdecimal() else 0)
            rows.append(cells)
        if len(rows) == 1 and len(rows[0]) == 1:  # a frame, no table
            yield rows[0][0].replace("<br>", "\n").replace("\\|", "|")
        elif rows:
            width = max(map(len, rows))
            lines = [f"| {' | '.join(row + [''] * (width - len(row)))} |" for row in rows]
            yield "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])
        yield from inner

    def _cell(self, cell: Element, inner: list[str]) -> str:
        kept: list[str] = []
        for one in unwrapped(cell):
            if local(one) == "tbl":
                self._tables += 1
                kept.append(f"(table {self._tables})")
                inner += [f"Table {self._tables}:", *self._table(one)]
            elif local(one) == "p" and (text := self._paragraph(one).replace("\x00", "").strip()):
                kept.append(text)
            kept += [block.replace("\x00", "") for block in self._aside_now()]
        kept += filter(None, [self._carried_now()])
        return "\n".join(kept).replace("|", "\\|").replace("\n", "<br>")

    def notes(self) -> Iterator[str]:
        """Yield the notes that the text names."""
        trees = {kind: self.package.part(f"{kind}s") for kind in {kind for kind, _ in self._notes}}
        for number, (kind, key) in enumerate(self._notes, start=1):
            root = trees[kind]
            for one in root if root is not None else ():
                if attribute(one, "id") == key:
                    said = " ".join(block.strip("\x00") for block in self.blocks(one) if block)
                    yield f"\x00[^{number}]: {' '.join(said.split())}"


def _linked(text: str, target: str | None) -> str:
    if not target or not text.strip():
        return text
    return f"[{text.strip()}]({direct(target).replace(' ', '%20')})"
