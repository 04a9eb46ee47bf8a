"""A docx as a zip of XML: its parts, their relations, styles; elements by local name.

Transitional and strict files differ in their namespaces only, so namespaces are not looked at.
"""

from __future__ import annotations

import hashlib
import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from python_models.knowledge.canonical.types import NoText

MEMBER_LIMIT = 256 * 1024 * 1024  # bytes of one part, unpacked
Element = Any  # of lxml, which says nothing of its types
# what only holds others
AROUND = ("ins", "moveTo", "smartTag", "sdtContent", "customXml", "dir", "bdo", "sdt")


def local(element: Element) -> str:
    """Return an element's name without its namespace; comments have none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element | None, name: str) -> str | None:
    """Return an attribute by its local name."""
    if element is not None:
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] == name:
                return str(value)
    return None


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first child along a path of local names."""
    for name in path:
        if element is None:
            return None
        element = next((one for one in element if local(one) == name), None)
    return element


def value(element: Element | None, *path: str) -> str | None:
    """Return the `val` of a descendant."""
    return attribute(child(element, *path), "val")


def is_on(element: Element | None, *path: str) -> bool:
    """Say whether a switch such as `vanish` is there and not turned off."""
    found = child(element, *path)
    return found is not None and (attribute(found, "val") or "true") not in ("0", "false", "off")


def texts(element: Element, name: str = "t") -> str:
    """Return all text of an element."""
    return "".join(one.text or "" for one in element.iter() if local(one) == name)


def rows(table: Element) -> Iterator[Element]:
    """Yield the rows of a table."""
    return (one for one in unwrapped(table) if local(one) == "tr")


def unwrapped(element: Element) -> Iterator[Element]:
    """Yield children, those of controls and insertions in their places."""
    for one in element:
        if local(one) in AROUND:
            yield from unwrapped(one)
        else:
            yield one


def chosen(element: Element) -> Element:
    """Return one of two forms of the same thing: the newer, where it holds something."""
    found = [one for one in element if local(one) in ("Choice", "Fallback")]
    return found[0] if found else element


@dataclass(frozen=True)
class Style:
    """What a style of paragraphs says of them."""

    name: str
    based_on: str | None
    outline: str | None
    number: tuple[str | None, str | None] | None  # id of the list, level


@dataclass
class Package:
    """An opened docx."""

    archive: zipfile.ZipFile
    main: str = "word/document.xml"
    relations: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    styles: dict[str, Style] = field(default_factory=dict)

    @classmethod
    def opened(cls, content: bytes) -> Package:
        """Open a docx.

        Raises:
            NoText: it is no zip, is protected, or has no document in it.
        """
        if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            raise NoText("encrypted", "the docx is protected by a password, or is an old .doc")
        try:
            package = cls(zipfile.ZipFile(io.BytesIO(content)))
        except (zipfile.BadZipFile, ValueError) as error:
            raise NoText("broken", f"the docx is no whole zip: {error}") from None
        for kind, target, _ in package._relations_of("").values():
            if kind == "officeDocument":
                package.main = target
        if package.read(package.main) is None:
            raise NoText("broken", f"the docx has no {package.main}")
        package.relations = package._relations_of(package.main)
        package.styles = dict(package._styles())
        return package

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a part, None where there is none."""
        try:
            if self.archive.getinfo(name).file_size > MEMBER_LIMIT:
                raise NoText("too_large", f"{name} of the docx is larger than {MEMBER_LIMIT} bytes")
            return self.archive.read(name)
        except KeyError:
            return None
        except (zipfile.BadZipFile, OSError, RuntimeError, EOFError) as error:
            raise NoText("broken", f"{name} of the docx cannot be read: {error}") from None

    def tree(self, name: str) -> Element | None:
        """Return a part's XML; None where there is none, or where it is damaged beyond use."""
        content = self.read(name)
        if not content:
            return None
        # what cannot be parsed strictly gives what stands before the damage
        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
        root: Element | None = etree.fromstring(content, parser)
        return root

    def part(self, kind: str) -> Element | None:
        """Return the XML of a part of a kind (`styles`, `footnotes` ..) that the document has."""
        for found, target, _ in self.relations.values():
            if found == kind:
                return self.tree(target)
        return self.tree(posixpath.join(posixpath.dirname(self.main), f"{kind}.xml"))

    def hash_of(self, relation: str | None) -> str | None:
        """Return the SHA-256 of a picture, by the relation that names it."""
        found = self.relations.get(relation or "")
        content = self.read(found[1]) if found and not found[2] else None
        return hashlib.sha256(content).hexdigest() if content else None

    def _relations_of(self, part: str) -> dict[str, tuple[str, str, bool]]:
        """Return kind, target and whether it lies outside, by the id of a relation."""
        folder, name = posixpath.split(part)
        root = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for one in root if root is not None else ():
            kind = (attribute(one, "Type") or "").rpartition("/")[2]
            target = attribute(one, "Target") or ""
            is_outside = attribute(one, "TargetMode") == "External"
            if not is_outside:
                target = posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
                if (attribute(one, "Target") or "").startswith("/"):
                    target = (attribute(one, "Target") or "").lstrip("/")
            found[attribute(one, "Id") or ""] = (kind, target, is_outside)
        return found

    def _styles(self) -> Iterator[tuple[str, Style]]:
        root = self.part("styles")
        for one in root if root is not None else ():
            if local(one) == "style" and (key := attribute(one, "styleId")):
                numbers = child(one, "pPr", "numPr")
                yield (
                    key,
                    Style(
                        (value(one, "name") or key).lower(),
                        value(one, "basedOn"),
                        value(one, "pPr", "outlineLvl"),
                        None
                        if numbers is None
                        else (value(numbers, "numId"), value(numbers, "ilvl")),
                    ),
                )

    def style_line(self, key: str | None) -> list[Style]:
        """Return a style and those it is based on, the nearest first."""
        found: list[Style] = []
        while key in self.styles and self.styles[key] not in found:
            found.append(self.styles[key])
            key = found[-1].based_on
        return found


def joined(blocks: list[str]) -> str:
    """Put blocks below each other; what begins with NUL (items of a list, notes) stands close."""
    text, was_close = "", False
    for block in blocks:
        if block.strip("\x00 \n"):
            is_close = block.startswith("\x00")
            between = "\n" if is_close and was_close else "\n\n"
            text += (between if text else "") + block.replace("\x00", "")
            was_close = is_close
    return text.strip("\n")


def core(root: Element | None, name: str) -> str | None:
    """Return what the properties of the file say, such as its title."""
    found = child(root, name)
    return " ".join((found.text or "").split()) or None if found is not None else None


def moment(text: str | None) -> datetime | None:
    """Read a time of the file's properties; UTC without zone."""
    try:
        found = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
