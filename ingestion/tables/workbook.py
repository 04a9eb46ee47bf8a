"""An Excel workbook as the CSV file its sheet would be: one line for each row of the sheet."""

from __future__ import annotations

import csv
import zipfile
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
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = _sheet(book, files.sheet)
        with target.open("w", encoding="utf-8", newline="") as stream:
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
