"""What a delivered file is before anything reads its rows: hash, lines, encoding, damage.

A text file that DuckDB would misread (other encodings, NUL bytes, open quotes, mixed line ends,
gzip) is rewritten line by line, with a blank line in the place of each line that cannot be used,
so that line numbers stay those of the file that was delivered.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
from isal import igzip
from isal.isal_zlib import IsalError

from ingestion.landing.rejecting import Unreadable
from ingestion.tables.grammar import Dialect
from ingestion.tables.quotes import is_left_open, quotes_close, triple_quotes

BLOCK = 4 * 1024 * 1024
_CUT = 2 * 1024 * 1024  # characters read of a line, more than MAX_LINE
_WIDE_MARKS = {b"\xff\xfe\x00\x00": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
MAX_LINE = 1_900_000  # characters; DuckDB takes no line of 2,000,000 bytes
_WINDOW = 512 * 1024  # a longer line covers one of these, from its multiples in the file, whole


def blame(error: duckdb.Error, path: Path, reason: str) -> Unreadable:
    """Return why a file is refused; what is not the file's fault is raised again.

    A full disk, too little memory or a mistake of ours must stop the landing: the file is good.
    """
    text = str(error).split("\n")[0]
    ours = (
        duckdb.OutOfMemoryException,
        duckdb.ParserException,
        duckdb.BinderException,
        duckdb.CatalogException,
        duckdb.InternalException,
        duckdb.FatalException,
    )
    is_write = isinstance(error, duckdb.IOException) and path.name not in text
    if isinstance(error, ours) or is_write or "No space left" in text:
        raise error
    return Unreadable(reason, text)


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be used, by its number in the delivered file."""

    number: int
    reason: str
    error: str
    text: str


@dataclass
class Text:
    """A text file ready for DuckDB."""

    path: Path
    line_count: int
    blank_lines: list[int] = field(default_factory=list)  # bad lines among them
    bad_lines: list[BadLine] = field(default_factory=list)
    line_end: bytes = b"\n"

    @property
    def byte_count(self) -> int:
        """Its size as DuckDB reads it, unpacked."""
        return self.path.stat().st_size


def content_hash(path: Path) -> str:
    """Return the hash by which a file is known, whatever its name."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def is_gzip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def readable_text(path: Path, dialect: Dialect, scratch: Path) -> Text:
    """Return a text file that DuckDB reads exactly; rewrites it only when it has to.

    Raises:
        Unreadable: gzip data is damaged, or the file holds nothing.
    """
    if path.stat().st_size == 0:
        raise Unreadable("empty_file", "the file is empty")
    if is_gzip(path):
        path = _unpacked(path, scratch.with_suffix(".plain"))
    encoding = _encoding(path, dialect.encoding)
    if encoding == "utf-8":
        plain = _plain(path, dialect)
        if plain is not None:
            return plain
    return _rewritten(path, dialect, encoding, scratch)


def _unpacked(path: Path, target: Path) -> Path:
    try:
        with igzip.open(path, "rb") as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, BLOCK)
    except (EOFError, IsalError, igzip.BadGzipFile) as error:  # type: ignore[misc]  # its stub errs
        raise Unreadable("corrupt_gzip", f"the gzip data is damaged: {error}") from None
    return target


def _encoding(path: Path, declared: str) -> str:
    """The byte order mark of a wide encoding leaves no doubt; else the declaration decides."""
    with path.open("rb") as stream:
        start = stream.read(4)
    for mark, name in _WIDE_MARKS.items():
        if start.startswith(mark):
            return name
    return "utf-8" if declared in ("utf-8", "ascii", "utf-8-sig") else declared


def _plain(path: Path, dialect: Dialect) -> Text | None:
    """Describe a file that can be read as it is; None when it has to be rewritten."""
    lines = returns = pairs = 0
    has_quotes = has_blanks = False
    quote = dialect.quote.encode()
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = b"\n"  # a blank first line counts as one
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            if b"\0" in block or not _is_utf8(block, decoder):
                return None
            if b"\r" in block or last == b"\r":
                returns += block.count(b"\r")
                pairs += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
            found, is_close, is_long = _line_ends(block, 2 if returns else 1)
            if is_long:
                return None
            lines += found
            has_blanks = has_blanks or is_close or b"\n" in block[:2]
            has_quotes = has_quotes or (bool(quote) and quote in block)
            last = block[-1:]
    if returns and not returns == pairs == lines:
        return None
    if decoder.getstate()[0] or (has_quotes and not quotes_close(path, dialect)):
        return None
    text = Text(path, lines + (last != b"\n"), line_end=b"\r\n" if returns else b"\n")
    if has_blanks:
        with path.open("rb") as stream:
            text.blank_lines = [
                number for number, line in enumerate(stream, start=1) if line in (b"\n", b"\r\n")
            ]
    return text


def _line_ends(block: bytes, apart: int) -> tuple[int, bool, bool]:
    """Return how many lines end in a block, whether two end so few bytes apart (then there may be
    a blank line), and whether a line may be longer than `MAX_LINE`."""
    ends = np.frombuffer(block, np.uint8) == ord("\n")  # a tenth of what bytes.find takes
    whole = len(ends) // _WINDOW
    windows = ends[: whole * _WINDOW].reshape(whole, _WINDOW)
    is_long = bool(whole) and not windows.any(axis=1).all()
    return int(np.count_nonzero(ends)), bool((ends[apart:] & ends[:-apart]).any()), is_long


def _is_utf8(block: bytes, decoder: codecs.IncrementalDecoder) -> bool:
    """Say whether a block goes on as UTF-8; a character may end in the next one."""
    if block.isascii() and not decoder.getstate()[0]:
        return True
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def _rewritten(path: Path, dialect: Dialect, encoding: str, scratch: Path) -> Text:
    text = Text(scratch, 0)
    wide = encoding.replace("-", "_").startswith(("utf_16", "utf_32"))
    triple = triple_quotes(dialect)
    with (
        path.open("rb") as raw,
        io.TextIOWrapper(
            raw, encoding=encoding, errors="replace" if wide else "surrogateescape"
        ) as lines,
        scratch.open("w", encoding="utf-8", newline="\n") as output,
    ):
        for number, line in enumerate(_lines(lines), start=1):
            text.line_count = number
            body = line.rstrip("\n")
            if number == 1:
                body = body.removeprefix("\ufeff")
            if triple and dialect.quote * 3 in body:
                body = triple.sub(r"\1\2", body)
            problem = _problem(body, dialect, wide)
            if problem:
                text.bad_lines.append(BadLine(number, *problem, _printable(body)))
            if problem or not body:
                text.blank_lines.append(number)
                body = ""
            output.write(body + "\n")
    return text


def _lines(stream: io.TextIOWrapper) -> Iterator[str]:
    """Yield the lines of a text; one that is too long is cut, so that no line fills the memory."""
    try:
        while line := stream.readline(_CUT):
            yield line
            while len(line) == _CUT and not line.endswith("\n"):
                line = stream.readline(_CUT)
    except UnicodeError as error:
        raise Unreadable("bad_encoding", f"the text cannot be decoded: {error}") from None


def _problem(body: str, dialect: Dialect, wide: bool) -> tuple[str, str] | None:
    if "\0" in body:
        return "nul_byte", "the line holds a NUL byte"
    if len(body) > MAX_LINE:
        return "line_too_long", f"the line is longer than {MAX_LINE} characters"
    if not body.isascii():
        if wide and "\ufffd" in body:
            return "bad_encoding", "the line holds bytes that are not text"
        try:
            body.encode()
        except UnicodeEncodeError:
            return "bad_encoding", f"the line is not valid {dialect.encoding}"
    if dialect.quote:
        count = body.count(dialect.quote)
        if count and dialect.escape != dialect.quote:
            count -= body.count(dialect.escape + dialect.quote)
        if count % 2 or (
            count and is_left_open(body, dialect.quote, dialect.delimiter, dialect.escape)
        ):
            return "open_quote", "a quote is opened and not closed on this line"
    return None


def _printable(body: str) -> str:
    """Show bytes that are no text as \\xNN, so that nothing is lost and the row can be stored."""
    shown = body.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return shown.replace("\0", "\\x00")


def lines_at(path: Path, numbers: list[int]) -> dict[int, str]:
    """Return the text of some lines of a text file by their numbers."""
    ends = ends_of_lines(path, {end for number in numbers for end in (number - 1, number)})
    size = path.stat().st_size
    found: dict[int, str] = {}
    with path.open("rb") as stream:
        for number in sorted(set(numbers)):
            start = 0 if number == 1 else ends.get(number - 1, size)
            if start < size:
                stream.seek(start)
                line = stream.read(ends.get(number, size) - start)
                found[number] = line.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
    return found


def ends_of_lines(path: Path, numbers: set[int]) -> dict[int, int]:
    """Return where some lines end: the position after the line end, where there is one."""
    found: dict[int, int] = {}
    last = max(numbers, default=0)
    before = offset = 0
    with path.open("rb") as stream:  # its first lines are asked for most often
        while before < last and (block := stream.read(BLOCK if offset else _WINDOW // 8)):
            ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
            inside = range(before + 1, before + len(ends) + 1)
            for number in (one for one in numbers if one in inside):
                found[number] = offset + int(ends[number - before - 1]) + 1
            before += len(ends)
            offset += len(block)
    return found
