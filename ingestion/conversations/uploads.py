"""Files that a person hands over: kept in the lake under an id of ours, declared as datasets.

What a browser calls a file is shown and never used: not for the name it is stored under, and not
for anything in its declaration but text. The next landing reads it like any other dataset; no
lock is taken and nothing is half there, so that a hand-over never stands in a build's way.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import secrets
import shutil
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ingestion.conversations.declaration import GRAMMAR, Dataset
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError
from ingestion.landing.declarations import DeclarationError, variable

QUOTA_MB = 1024
KINDS = ("json", "jsonl", "ndjson", "csv", "tsv", "parquet", "txt", "chatml", "zip")
PACKINGS = ("gz", "zst")
_MEGABYTE = 1024 * 1024
_UNPACKED_MOST = 100  # times what is handed over; text packs ten to twentyfold
_UNPACKED_ALWAYS = 64 * _MEGABYTE
_BLOCK = 1024 * 1024


class UploadRefused(ValueError):
    """A file is not taken; the message says why and what to do."""


@dataclass(frozen=True)
class Wanted:
    """What a person says of the file they hand over."""

    name: str
    license: str
    tier: str = "private"
    priority: int = 0
    format: str = "auto"


@dataclass(frozen=True)
class Kept:
    """A file that is kept: the dataset it is declared as, and its SHA-256."""

    dataset: str
    checksum: str
    folder: Path


def keep(content: bytes | memoryview, file_name: str, wanted: Wanted) -> Kept:
    """Keep a file as a dataset of its own, which the next landing reads.

    Raises:
        UploadRefused: it is not taken, and nothing is stored.
    """
    name, license_text = plain(wanted.name, 120), plain(wanted.license, 120)
    if not name:
        raise UploadRefused("Give the dataset a name.")
    if not license_text:
        raise UploadRefused("Say under which license the file may be used; `unknown` is one too.")
    ending = ending_of(file_name)
    checksum = hashlib.sha256(content).hexdigest()
    _check_room(len(content))
    _check_new(checksum)
    folder = lake().uploads / secrets.token_hex(8)
    making = folder.with_name(f".{folder.name}")  # what begins with a dot is declared to nobody
    making.mkdir(parents=True)
    try:
        path = making / f"data{ending}"
        path.write_bytes(content)
        check_unpacked(path)
        dataset = _declare(making, folder.name, path.name, wanted, name, license_text)
        (making / "sha256").write_text(checksum)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return Kept(dataset, checksum, folder)


def plain(text: str, most: int) -> str:
    """Return a text on one line without what steers a terminal or hides in it."""
    kept = "".join(
        letter if not unicodedata.category(letter).startswith("C") else " " for letter in text
    )
    return " ".join(kept.split())[:most]


def ending_of(file_name: str) -> str:
    """Return the ending under which a file is stored: one of those we read.

    Raises:
        UploadRefused: its name says it is of another kind.
    """
    parts = re.split(r"[\\/]", file_name)[-1].lower().split(".")[1:]
    packing = parts.pop() if parts and parts[-1] in PACKINGS else ""
    if not parts or parts[-1] not in KINDS:
        raise UploadRefused(
            f"Files of this kind are not read; there are {', '.join(KINDS)}, and "
            f"{' and '.join(PACKINGS)} of them."
        )
    return f".{parts[-1]}{'.' if packing else ''}{packing}"


def quota_bytes() -> int:
    """Return how many bytes all files handed over may have.

    Raises:
        SettingsError: the setting is no number.
    """
    found = variable("SLUICE_UPLOAD_QUOTA_MB") or str(QUOTA_MB)
    if not found.isdigit():
        raise SettingsError(f"SLUICE_UPLOAD_QUOTA_MB is {found!r}; write a number of megabytes.")
    return int(found) * _MEGABYTE


def _check_room(size: int) -> None:
    if size == 0:
        raise UploadRefused("The file is empty.")
    taken = sum(file.stat().st_size for file in lake().uploads.glob("*/data.*"))
    if taken + size > quota_bytes():
        raise UploadRefused(
            f"The files handed over may have {quota_bytes() // _MEGABYTE} MB together and have "
            f"{taken / _MEGABYTE:.1f} MB; this one has {size / _MEGABYTE:.1f} MB. Remove some "
            f"of {lake().uploads}, or set SLUICE_UPLOAD_QUOTA_MB."
        )


def _check_new(checksum: str) -> None:
    for known in lake().uploads.glob("*/sha256"):
        with suppress(OSError):
            if known.read_text() == checksum:
                (entry,) = GRAMMAR.read(known.with_name("dataset.yml"))
                raise UploadRefused(f"This very file is kept already: as dataset {entry.name}.")


def _declare(
    making: Path, upload_id: str, file: str, wanted: Wanted, name: str, license_text: str
) -> str:
    """Write the declaration, read it back as landing will, and return the dataset's id."""
    import yaml
    from pydantic import ValidationError

    declared: dict[str, Any] = {
        "dataset": _free_id(name, upload_id),
        "name": name,
        "description": "Handed over on the conversations page.",
        # below the lake wherever it is moved to
        "location": f"${{SLUICE_LAKE}}/uploads/{upload_id}/{file}",
        "format": wanted.format,
        "license": license_text,
        "tier": wanted.tier,
        "priority": wanted.priority,
    }
    try:
        Dataset.model_validate(declared)
        target = making / "dataset.yml"
        target.write_text(yaml.safe_dump(declared, allow_unicode=True, sort_keys=False), "utf-8")
        (entry,) = GRAMMAR.read(target)
    except (ValidationError, DeclarationError) as error:
        told = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise UploadRefused(f"The dataset cannot be declared so: {told}") from None
    return entry.name


def _free_id(name: str, upload_id: str) -> str:
    """Return a dataset id that says the name and is not taken."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    said = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:40].strip("_")
    base = f"upload_{said}" if said else f"upload_{upload_id}"
    taken = GRAMMAR.read_all()
    return base if base not in taken else f"{base}_{upload_id[:8]}"


def check_unpacked(path: Path) -> None:
    """Refuse a packed file that is far larger inside than it looks.

    Raises:
        UploadRefused: it is, or it cannot be unpacked.
    """
    import zstandard

    limit = max(_UNPACKED_ALWAYS, _UNPACKED_MOST * path.stat().st_size)
    size = 0
    try:
        with path.open("rb") as stream:
            for block in _unpacked(stream):
                size += len(block)
                if size > limit:
                    raise UploadRefused(
                        f"The packed file holds more than {limit // _MEGABYTE} MB. Unpack it, or "
                        "declare it as a dataset where it lies."
                    )
    except (EOFError, OSError, zlib.error, zstandard.ZstdError, zipfile.BadZipFile) as error:
        raise UploadRefused(f"The packed data is damaged: {error}") from None
    except (NotImplementedError, RuntimeError) as error:  # a kind of zip, or one with a password
        raise UploadRefused(f"The zip archive cannot be read: {error}") from None


def _unpacked(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what a packed file holds, whatever its name says; nothing of one that is not."""
    import zstandard

    start = stream.read(4)
    stream.seek(0)
    inner: Any
    if start[:2] == b"\x1f\x8b":
        inner = gzip.GzipFile(fileobj=stream)
    elif start == b"\x28\xb5\x2f\xfd":
        inner = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
    elif start == b"PK\x03\x04":
        with zipfile.ZipFile(stream) as archive:
            for member in archive.infolist():
                with archive.open(member) as opened:
                    while block := opened.read(_BLOCK):
                        yield block
        return
    else:
        return
    while block := inner.read(_BLOCK):
        yield block
