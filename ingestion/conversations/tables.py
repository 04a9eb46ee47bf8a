"""The rows of CSV and Parquet files, one record each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from ingestion.conversations.json_stream import MAX_RECORD, Bad
from ingestion.conversations.safe_cells import restored
from ingestion.landing.rejecting import Unreadable

Row = dict[str, Any] | Bad
_LINE = 4 * MAX_RECORD


def csv_rows(stream: io.BufferedReader, encoding: str, delimiter: str | None) -> Iterator[Row]:
    """Yield the rows of a CSV file; cells may hold line ends of any kind.

    Raises:
        Unreadable: its header cannot be used.
    """
    csv.field_size_limit(MAX_RECORD * 4)
    text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")
    lines = _lines(text)
    first = next((line for line in lines if line.strip()), "")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:  # written by Excel
        delimiter, first = first.strip()[4], next(lines, "")
    mark = delimiter or max(",;\t|", key=first.count)
    rows = csv.reader(chain([first], lines), delimiter=mark)
    names = [name.strip() for name in next(rows, [])]
    _check_header(names)
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Bad("open_quote", f"the rest of the file cannot be read: {error}", "")
            return
        except Unreadable as error:
            yield Bad(error.reason, f"the rest of the file cannot be read: {error}", "")
            return
        if row is None:
            return
        if row:
            yield _row(names, row)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield lines; one without an end would be read into memory whole.

    Raises:
        Unreadable: a line is too long.
    """
    while line := text.readline(_LINE):
        if len(line) == _LINE and not line.endswith(("\n", "\r")):
            raise Unreadable("record_too_long", f"a line is longer than {_LINE} characters")
        yield line


def _check_header(names: list[str]) -> None:
    if len(names) < 1 or not any(names):
        raise Unreadable("bad_header", "the file has no header")
    doubled = {name for name in names if name and names.count(name) > 1}
    if doubled:
        raise Unreadable("header_collision", f"the header names {sorted(doubled)[0]!r} twice")


def _row(names: list[str], row: list[str]) -> Row:
    if len(row) != len(names):
        shown = ",".join(row)
        return Bad("wrong_width", f"the row has {len(row)} cells, the header {len(names)}", shown)
    for cell in row:
        if not cell.isascii():
            try:
                cell.encode()
            except UnicodeEncodeError:
                received = ",".join(row).encode("utf-8", "surrogateescape")
                return Bad(
                    "bad_encoding",
                    "the row is not UTF-8; `encoding` in the dataset's declaration can say what "
                    "it is",
                    received.decode("utf-8", "backslashreplace"),
                )
    return {
        name or f"column_{index}": restored(cell) if cell[:1] == "'" else cell
        for index, (name, cell) in enumerate(zip(names, row, strict=True), start=1)
    }


def parquet_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a Parquet file.

    Raises:
        Unreadable: it is damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=512):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError, ValueError) as error:
        told = str(error).split("\n")[0]
        raise Unreadable("corrupt_parquet", f"the Parquet file cannot be read: {told}") from None
