"""Files that a person hands over: kept in the lake under an id of ours, declared as datasets.

What a browser calls a file is shown and never used: not for the name it is stored under, and not
for anything in its declaration but text. The next landing reads it like any other dataset; no
lock is taken and nothing is half there, so that a hand-over never stands in a build's way.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingestion.conversations.declaration import GRAMMAR
from ingestion.conversations.kept_uploads import beside
from ingestion.conversations.places import find
from ingestion.conversations.upload_checks import UploadRefused as UploadRefused
from ingestion.conversations.upload_checks import check_unpacked as check_unpacked
from ingestion.conversations.upload_declaration import Wanted as Wanted
from ingestion.conversations.upload_declaration import declare
from ingestion.lakehouse.file_lock import one_at_a_time
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError
from ingestion.landing.declarations import variable

QUOTA_MB = 1024
KINDS = ("json", "jsonl", "ndjson", "csv", "tsv", "parquet", "txt", "chatml", "zip")
PACKINGS = ("gz", "zst")
_MEGABYTE = 1024 * 1024
_STALE_SECONDS = 6 * 3600  # what is half there and nobody wrote to for so long was given up


class UploadTooLarge(UploadRefused):
    """A file has more bytes than one may have, or than there is room for."""


class UploadKnown(UploadRefused):
    """These very bytes are kept already."""

    def __init__(self, dataset: str, owner: str | None, tier: str) -> None:
        super().__init__(f"This very file is kept already: as dataset {dataset}.")
        self.dataset, self.owner, self.tier = dataset, owner, tier


@dataclass(frozen=True)
class Kept:
    """A file that is kept: the dataset it is declared as, and its SHA-256."""

    dataset: str
    checksum: str
    folder: Path


class Receiving:
    """A file on its way: hashed and counted as it is written, seen by nobody until it is kept.

    Use as a context manager; what was not kept when it ends is gone.
    """

    def __init__(self, file_name: str, most_bytes: int | None = None) -> None:
        """Make room for a file.

        Args:
            file_name: what it is called elsewhere; only its ending counts.
            most_bytes: size it may have besides the quota of all files together.

        Raises:
            UploadRefused: files of this kind are not read.
        """
        ending = ending_of(file_name)
        _remove_stale()
        self.upload_id, self.size, self.most = secrets.token_hex(8), 0, most_bytes
        # what begins with a dot is declared to nobody
        self._making = lake().uploads / f".{self.upload_id}"
        self._taken = _taken_bytes()
        self._making.mkdir(parents=True)
        self.path = self._making / f"data{ending}"
        self._hash, self._file = hashlib.sha256(), self.path.open("xb")

    @property
    def checksum(self) -> str:
        """SHA-256 of what was written so far."""
        return self._hash.hexdigest()

    def write(self, block: bytes | memoryview) -> None:
        """Take the next bytes.

        Raises:
            UploadTooLarge: they are too many.
        """
        self.size += len(block)
        _check_room(self.size, self._taken, self.most)
        self._hash.update(block)
        self._file.write(block)

    def keep(self, wanted: Wanted, owner: str | None = None, mark: str = "") -> Kept:
        """Let the file be a dataset, which the next landing reads.

        Args:
            owner: who handed it over, where that is known.
            mark: names the request; the same request again is given what it made before.

        Raises:
            UploadRefused: it is not taken.
        """
        name, license_text = said(wanted)
        if self.size == 0:
            raise UploadRefused("The file is empty.")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        check_unpacked(self.path)
        # two must not both be the only one of their bytes
        with one_at_a_time(lake().uploads):
            _check_room(self.size, _taken_bytes(), self.most)
            if made := _known(self.checksum, mark):
                return made
            # below the lake wherever it is moved to
            location = f"${{SLUICE_LAKE}}/uploads/{self.upload_id}/{self.path.name}"
            dataset = declare(self._making, self.upload_id, location, wanted, name, license_text)
            for what, text in (("owner", owner or ""), ("mark", mark), ("sha256", self.checksum)):
                if text:
                    (self._making / what).write_text(text)
            folder = self._making.with_name(self.upload_id)
            self._making.rename(folder)
        return Kept(dataset, self.checksum, folder)

    def __enter__(self) -> Receiving:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        shutil.rmtree(self._making, ignore_errors=True)


def keep(content: bytes | memoryview, file_name: str, wanted: Wanted) -> Kept:
    """Keep a file as a dataset of its own, which the next landing reads.

    Raises:
        UploadRefused: it is not taken, and nothing is stored.
    """
    return keep_stream((content,), file_name, wanted)


def keep_stream(
    blocks: Iterable[bytes | memoryview],
    file_name: str,
    wanted: Wanted,
    owner: str | None = None,
    most_bytes: int | None = None,
) -> Kept:
    """Keep what comes block by block as a dataset; see `Receiving`.

    Raises:
        UploadRefused: it is not taken, and nothing is stored.
    """
    said(wanted)
    with Receiving(file_name, most_bytes) as receiving:
        for block in blocks:
            receiving.write(block)
        return receiving.keep(wanted, owner)


def said(wanted: Wanted) -> tuple[str, str]:
    """Return name and license as they are stored.

    Raises:
        UploadRefused: one of them is missing.
    """
    name, license_text = plain(wanted.name, 120), plain(wanted.license, 120)
    if not name:
        raise UploadRefused("Give the dataset a name.")
    if not license_text:
        raise UploadRefused("Say under which license the file may be used; `unknown` is one too.")
    return name, license_text


def keep_hub(location: str, wanted: Wanted, owner: str | None = None) -> Kept:
    """Declare a dataset of a hub, which the next landing asks for it.

    Raises:
        UploadRefused: it cannot be declared so.
        SourceAbsent, SourceFailed: the hub has no such dataset, or does not answer.
    """
    name, license_text = said(wanted)
    folder = lake().uploads / secrets.token_hex(8)
    making = folder.with_name(f".{folder.name}")
    making.mkdir(parents=True)
    try:
        dataset = declare(making, folder.name, location, wanted, name, license_text)
        (entry,) = GRAMMAR.read(making / "dataset.yml")
        find(entry.declaration, None)
        if owner:
            (making / "owner").write_text(owner)
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return Kept(dataset, "", folder)


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


def _taken_bytes() -> int:
    """Return the bytes of all files that are kept."""
    return sum(file.stat().st_size for file in lake().uploads.glob("[!.]*/data.*"))


def _check_room(size: int, taken: int, most: int | None) -> None:
    if most is not None and size > most or taken + size > quota_bytes():
        each = f"One file may have {most // _MEGABYTE} MB. " if most is not None else ""
        taken_mb, size_mb = taken / _MEGABYTE, size / _MEGABYTE
        raise UploadTooLarge(
            f"{each}The files handed over may have {quota_bytes() // _MEGABYTE} MB together and "
            f"have {taken_mb:.1f} MB; this one has at least {size_mb:.1f} MB. Remove some that "
            "have not landed, or set SLUICE_UPLOAD_QUOTA_MB."
        )


def _known(checksum: str, mark: str) -> Kept | None:
    """Return what this very request made before.

    Raises:
        UploadKnown: another one did.
    """
    for known in lake().uploads.glob("[!.]*/sha256"):
        with suppress(OSError):
            if known.read_text() != checksum:
                continue
            (entry,) = GRAMMAR.read(known.with_name("dataset.yml"))
            if mark and beside(known.parent, "mark") == mark:
                return Kept(entry.name, checksum, known.parent)
            tier = str(entry.declaration.tier)
            raise UploadKnown(entry.name, beside(known.parent, "owner"), tier)
    return None


def _remove_stale() -> None:
    """Remove what was half there when whoever received it was killed."""
    for folder in lake().uploads.glob(".*/"):
        with suppress(FileNotFoundError):
            newest = max(one.stat().st_mtime for one in (folder, *folder.iterdir()))
            if newest < time.time() - _STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
