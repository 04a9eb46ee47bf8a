"""Zip files: the data files in one, each read as if it had been delivered by itself."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingestion.landing.rejecting import Unreadable

ZIP_MARK = b"PK\x03\x04"
DATA_ENDINGS = (".csv", ".tsv", ".txt", ".gz", ".jsonl", ".ndjson", ".json", ".parquet", ".pq",
                ".xlsx")  # fmt: skip


ABOUT = ("readme", "license", "licence", "notice", "changelog", "copying")  # with .txt: no data


@dataclass(frozen=True)
class Member:
    """A data file in a zip file, unpacked."""

    name: str  # in the zip file
    path: Path


def is_zip(path: Path) -> bool:
    """Say whether a file is a zip file that is no workbook."""
    return _starts_as_zip(path) and not is_workbook(path)


def is_workbook(path: Path) -> bool:
    """Say whether a file is an Excel workbook of the kind that is a zip file."""
    if not _starts_as_zip(path):
        return False
    try:
        with zipfile.ZipFile(path) as packed:
            return "xl/workbook.xml" in packed.namelist()
    except zipfile.BadZipFile:
        return False


def _starts_as_zip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == ZIP_MARK


def members(path: Path, folder: Path) -> Iterator[Member]:
    """Yield the data files of a zip file by name, each unpacked until the next is asked for.

    Raises:
        Unreadable: it is damaged or encrypted, or holds no data file.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            names = sorted(filter(_is_data, packed.namelist()))
            if not names:
                held = ", ".join(packed.namelist()[:10]) or "nothing"
                raise Unreadable(
                    "zip_without_data",
                    f"the file is a zip file without a CSV, JSONL, Parquet or xlsx file: {held}",
                )
            for number, name in enumerate(names):
                target = folder / f"member{number:04}"
                with packed.open(name) as source, target.open("wb") as plain:
                    shutil.copyfileobj(source, plain, 4 * 1024 * 1024)
                yield Member(name, target)
                target.unlink()
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise Unreadable("corrupt_zip", f"the zip file cannot be read: {error}") from None


def _is_data(name: str) -> bool:
    path = PurePosixPath(name)
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    is_about = path.suffix.lower() == ".txt" and path.stem.lower() in ABOUT
    is_left = name.endswith("/") or is_hidden or is_about
    return not is_left and path.name.lower().endswith(DATA_ENDINGS)
