"""An Excel workbook as the CSV file its sheet would be: one line for each row of the sheet."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from ingestion.landing.rejecting import Unreadable
from ingestion.tables.grammar import EPOCHS, Dialect, Files


def csv_of_workbook(path: Path, files: Files, form: str, target: Path) -> Dialect:
    """Write a sheet as CSV; returns how it is written.

    Numbers and dates are written as the declaration says they would stand in a text file, so that
    cells which are text and cells which are not are read alike.

    Args:
        form: how times are written, see `Instant.format`.

    Raises:
        Unreadable: it is no workbook, or has no such sheet.
    """
    import openpyxl  # type: ignore[import-untyped]

    dialect = files.dialect
    dialect = dialect.model_copy(
        update={
            "delimiter": ";" if dialect.decimal == "," else ",",
            "quote": '"', "escape": '"', "encoding": "utf-8",
        }
    )  # fmt: skip
    try:
        # opened here: by its name, openpyxl refuses a workbook that is not called .xlsx
        with path.open("rb") as packed, target.open("w", encoding="utf-8", newline="") as stream:
            book = openpyxl.load_workbook(packed, read_only=True, data_only=True)
            sheet = _sheet(book, files.sheet)
            writer = csv.writer(stream, delimiter=dialect.delimiter, lineterminator="\n")
            for row in sheet.iter_rows(values_only=True):
                cells = [_text(cell, dialect.decimal, form) for cell in row]
                writer.writerow(cells) if any(cells) else stream.write("\n")
            book.close()
    except Unreadable:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError) as error:
        raise Unreadable("corrupt_workbook", f"the workbook cannot be read: {error}") from None
    return dialect


@contextmanager
def sheets_named(path: Path, files: Files) -> Iterator[None]:
    """Add which sheets there are to the refusal of a workbook that lacks columns.

    Raises:
        Unreadable: as it was, said more fully.
    """
    import openpyxl

    try:
        yield
    except Unreadable as error:
        if error.reason != "missing_column":
            raise
        with path.open("rb") as packed:
            names = openpyxl.load_workbook(packed, read_only=True).sheetnames
        read = files.sheet or names[0]
        listed = ", ".join(name for name in names if name != read)
        more = f". It has other sheets, see files.sheet: {listed}" if listed else ""
        raise Unreadable(error.reason, f"sheet {read}: {error}{more}") from None


def _sheet(book: Any, name: str | None) -> Any:
    if name is None:
        return book.worksheets[0]
    if name not in book.sheetnames:
        raise Unreadable(
            "missing_sheet",
            f"the workbook has no sheet {name!r}; it has: {', '.join(book.sheetnames)}",
        )
    return book[name]


def _text(value: Any, decimal: str, form: str) -> str:
    """Return a cell as a text file would have it, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value).replace(".", decimal)
    if isinstance(value, datetime | date):
        return _moment(value, form)
    if isinstance(value, time):
        return value.isoformat()
    return " ".join(str(value).splitlines())


def _moment(value: datetime | date, form: str) -> str:
    if "%" in form:
        return value.strftime(form)
    if form in EPOCHS and isinstance(value, datetime):
        since = value - datetime(1970, 1, 1)
        unit = {"epoch_s": 1e6, "epoch_ms": 1e3, "epoch_us": 1, "epoch_ns": 1e-3}[form]
        return repr(int((since.total_seconds() * 1e6) / unit))
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
