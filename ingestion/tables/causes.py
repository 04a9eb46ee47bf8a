"""Why a file does not have the columns its declaration names: what a person has to mend."""

from __future__ import annotations

from ingestion.landing.rejecting import Unreadable
from ingestion.tables.grammar import Dialect
from ingestion.tables.staged import Column, Wanted, matching, split_line
from ingestion.tables.survey import Text, lines_at

DELIMITERS = {",": "','", ";": "';'", "\t": '"\\t"', "|": "'|'"}
LOOKED_AT = 30  # lines at the start of a file in which the header may stand
GUESSED_ENCODINGS = ("cp1252", "latin-1")
_STRANGERS = {
    b"\xd0\xcf\x11\xe0": (
        "old_excel_file", "the file is an old Excel file (.xls); save it as .xlsx or CSV"
    ),
    b"%PDF": ("pdf_file", "the file is a PDF; export the readings as CSV"),
    b"7z\xbc\xaf": ("packed_file", "the file is a 7-Zip archive; pack it as zip or gzip"),
    b"Rar!": ("packed_file", "the file is a RAR archive; pack it as zip or gzip"),
    b"BZh": ("packed_file", "the file is packed with bzip2; pack it with gzip"),
    b"\xfd7zXZ": ("packed_file", "the file is packed with xz; pack it with gzip"),
    b"\x28\xb5\x2f\xfd": ("packed_file", "the file is packed with zstd; pack it with gzip"),
    b"SQLite format 3": (
        "sqlite_file", "the file is a SQLite database; declare its table under `sql`"
    ),
    b"\x89HDF": ("hdf5_file", "the file is HDF5; export the readings as Parquet or CSV"),
    b"ARROW1": ("arrow_file", "the file is Arrow or Feather; export the readings as Parquet"),
    b"<!doctype html": ("html_page", "the file is a web page, perhaps of a login, and no data"),
    b"<html": ("html_page", "the file is a web page, perhaps of a login, and no data"),
}  # fmt: skip


def refuse_strangers(start: bytes) -> None:
    """Refuse what its first bytes say is another kind of file.

    Raises:
        Unreadable: says which kind, and what to do.
    """
    for mark, (reason, error) in _STRANGERS.items():
        if start.lower().startswith(mark.lower()):
            raise Unreadable(reason, error)


def bad_header(line: int, raw: bytes, dialect: Dialect, reason: str) -> Unreadable:
    """Return the refusal of a file whose header is no text of its encoding."""
    error = f"line {line}, the header, cannot be read"
    wide = _wide_encoding(raw)
    if wide:
        error += f": every second byte is NUL; see files.dialect.encoding: {wide}"
    elif reason == "bad_encoding":
        error = f"line {line}, the header, is not valid {dialect.encoding}"
        for encoding in GUESSED_ENCODINGS:
            shown = raw.decode(encoding, "replace").strip()
            if "\ufffd" not in shown:
                error += f"; see files.dialect.encoding: as {encoding} it says {shown[:200]}"
                break
    elif b"\0" in raw:
        error += ": it holds NUL bytes, as a file does whose writing was cut off"
    return Unreadable("bad_header", error)


def _wide_encoding(raw: bytes) -> str | None:
    """Return the UTF-16 in which bytes without a byte order mark are mostly Latin letters."""
    shares = [half.count(0) / max(len(half), 1) for half in (raw[::2], raw[1::2])]
    if max(shares) < 0.5 or min(shares) > 0.1:
        return None
    return "utf-16-be" if shares[0] > shares[1] else "utf-16-le"


def missing_columns(text: Text, line: int, wanted: Wanted, plain: Unreadable) -> Unreadable:
    """Return the refusal of a file that lacks columns, with what would make it fit."""
    lines = lines_at(text.path, list(range(line, min(line + LOOKED_AT, text.line_count) + 1)))
    for number, content in sorted(lines.items()):
        for delimiter, shown in DELIMITERS.items():
            dialect = wanted.dialect.model_copy(update={"delimiter": delimiter})
            names = [name.strip() for name in split_line(content.removeprefix("\ufeff"), dialect)]
            if not _fits(names, wanted):
                continue
            hints = []
            if delimiter != wanted.dialect.delimiter:
                hints.append(f"files.dialect.delimiter: {shown}")
            if number != line:
                hints.append(f"files.dialect.skip_lines: {number - 1}")
            if hints:
                where = f"the header on line {number}" if number != line else "it"
                return Unreadable(
                    plain.reason, f"{plain}. With {' and '.join(hints)} {where} would fit"
                )
    first = split_line(lines.get(line, "").removeprefix("\ufeff"), wanted.dialect)
    return Unreadable(plain.reason, f"{plain}{_no_header(first, wanted)}")


def _no_header(cells: list[str], wanted: Wanted) -> str:
    """Return what a first line is, when it names no columns: data."""
    if len(cells) > 1 and any(_is_number(cell, wanted.dialect.decimal) for cell in cells):
        return (
            ". Its first line seems to be data: with files.dialect.header: false, "
            "files.dialect.names says what its columns are"
        )
    return ""


def _is_number(cell: str, decimal: str) -> bool:
    try:
        float(cell.replace(decimal, "."))
    except ValueError:
        return False
    return True


def _fits(names: list[str], wanted: Wanted) -> bool:
    columns = [Column(name, "", "", None) for name in names]
    return bool(wanted.required) and all(matching(columns, name) for name in wanted.required)
