"""PDF as text, page by page: the number of each page is kept as an anchor of its words."""

from __future__ import annotations

import base64
import io
import logging
import re
from datetime import UTC, datetime
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PdfReadError
from pypdf.generic import DictionaryObject

from ingestion.lakehouse.bounded import BoundedProcess, Exceeded, Raised
from python_models.knowledge.canonical.markdown import markdown_links
from python_models.knowledge.canonical.types import Canonical, Link, NoText

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is odd in a file is told with it

_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])-\n(?=[^\W\d_])")
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t\xa0]+(?=\n|$)")
# printed letters that are two or three in any word somebody types
_LIGATURES = str.maketrans(
    dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
)
_WEB = re.compile(r"https?://[^\s<>]+")
# a file of some kilobytes may unpack, or lead in circles, without end
SECONDS, MEMORY_BYTES = 120.0, 4 << 30
_apart = BoundedProcess(SECONDS, MEMORY_BYTES)
DAMAGED = "damaged pages"  # flag: not every page could be read


def read_pdf(content: bytes) -> Canonical:
    """Read a PDF: the text of its pages, each with a link `#page=<number>` over its words.

    It is read in a process that may take so much time and memory and no more: a file made to harm
    costs its own text and no more.

    Raises:
        NoText: the file is locked or damaged, its pages are pictures without words, or it takes
            more than a file may.
    """
    try:
        said = _apart.call(f"{__name__}:read_plainly", base64.b64encode(content).decode())
    except Exceeded as error:
        raise NoText("too_much_work", f"the PDF is not read: {error}") from None
    except Raised as error:
        raise NoText("damaged", f"the PDF cannot be read: {error}") from None
    if "failure" in said:
        raise NoText(*said["failure"])
    said["links"] = [Link(**one) for one in said["links"]]
    for name in ("created_at", "updated_at"):
        said[name] = datetime.fromisoformat(said[name]) if said[name] else None
    return Canonical(**said | {"flags": set(said["flags"])})


def read_plainly(content: str) -> dict[str, Any]:
    """Return what a PDF, said in base64, holds as plain values; `failure` where that is nothing."""
    try:
        found = _read(base64.b64decode(content))
    except NoText as error:
        return {"failure": [error.reason, str(error)]}
    moments = {
        name: at.isoformat() if (at := getattr(found, name)) else None
        for name in ("created_at", "updated_at")
    }
    return {
        "text": found.text,
        "title": found.title,
        "authors": found.authors,
        "links": [vars(one) for one in found.links],
        "flags": sorted(found.flags),
        **moments,
    }


def _read(content: bytes) -> Canonical:
    try:
        reader = PdfReader(io.BytesIO(content))
        pages = list(reader.pages) if not reader.is_encrypted or reader.decrypt("") else None
    except (DependencyError, FileNotDecryptedError):
        raise NoText("protected", "the PDF is locked in a way that nobody opens here") from None
    except (PdfReadError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise NoText("damaged", f"the PDF cannot be read: {error}") from None
    if pages is None:
        raise NoText("protected", "the PDF is locked by a password")
    canonical = Canonical("")
    parts: list[str] = []
    at = 0
    for number, page in enumerate(pages, start=1):
        try:
            text = _with_addresses(_text_of(page), page)
        except (TimeoutError, MemoryError):
            raise
        except Exception:  # noqa: BLE001  one page's trouble is not another's
            canonical.flags.add(DAMAGED)
            continue
        if not text:
            continue
        end = at + len(text)
        canonical.links.append(Link(at, end, str(number), f"#page={number}"))
        parts.append(text)
        at = end + 2
    if not parts and DAMAGED in canonical.flags:
        raise NoText("damaged", "no page of the PDF can be read")
    if not parts:
        raise NoText("no_words", f"none of its {len(pages)} pages has words: they are pictures")
    canonical.text = "\n\n".join(parts)
    canonical.links += markdown_links(canonical.text)
    _described(canonical, reader)
    return canonical


def _text_of(page: PageObject) -> str:
    """Return a page's words; what was broken at the end of a line is one word again."""
    text = page.extract_text().replace("\r\n", "\n").replace("\x00", "")
    text = text.translate(_LIGATURES)
    text = _SPACES.sub("", text.encode("utf-8", "replace").decode())
    text = _BROKEN_WORD.sub("", text)
    return _BLANK_LINES.sub("\n\n", text).strip()


def _with_addresses(text: str, page: PageObject) -> str:
    """Return a page's text, then the addresses it leads to, for their words are not told."""
    found = []
    for reference in page.annotations or ():
        action = reference.get_object().get("/A")
        if isinstance(action, DictionaryObject) and isinstance(uri := action.get("/URI"), str):
            found.append(str(uri))
    linked = [f"<{one}>" for one in dict.fromkeys(found) if _WEB.fullmatch(one)]
    return "\n\n".join(filter(None, (text, "\n".join(linked)))) if text else ""


def _described(canonical: Canonical, reader: PdfReader) -> None:
    """Take what the file says of itself; it may say it badly."""
    try:
        told = reader.metadata
        if told is None:
            return
        canonical.title = str(told.title or "").strip() or None
        canonical.authors = [author] if (author := str(told.author or "").strip()) else []
        canonical.created_at = _utc(told.creation_date)
        canonical.updated_at = _utc(told.modification_date)
    except Exception:  # noqa: BLE001  its text stands, whatever its description says
        canonical.flags.add("damaged description")


def _utc(when: datetime | None) -> datetime | None:
    return when.astimezone(UTC).replace(tzinfo=None) if when and when.tzinfo else when
