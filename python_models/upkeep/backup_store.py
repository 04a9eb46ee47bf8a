"""A folder of backups: every content once, by its hash, and for each backup a list of files.

A list is written last and in one step: a backup that was killed has none, and what it copied
serves the next one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ingestion.lakehouse.faults import fault

FORMAT = 1
_CHUNK = 1 << 20


class BackupDamaged(RuntimeError):
    """A backup does not hold what it says; the message names the file and what to do."""


class NoBackup(LookupError):
    """There is no such backup; the message says which there are."""


@dataclass(frozen=True)
class Entry:
    """One file of a backup; `path` is relative to the lake."""

    path: str
    sha256: str
    bytes: int
    mtime_ns: int


@dataclass(frozen=True)
class Backup:
    """One backup as its list has it."""

    number: int
    lake_id: str
    layout: int
    generation: int
    root: str
    taken_at: str
    latest: str | None
    files: tuple[Entry, ...] = ()
    missing: tuple[str, ...] = ()  # files the lake pointed to and did not have
    warehouse: str | None = None  # object store whose files are not part of the backup
    format: int = field(default=FORMAT)


class Store:
    """The folder that holds contents and lists."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.objects = folder / "objects"
        self.lists = folder / "backups"

    def prepare(self) -> None:
        """Make the folder, and let go of what killed backups left unfinished."""
        for part in (self.objects, self.lists):
            part.mkdir(parents=True, exist_ok=True)
        for path in [*self.objects.glob(".*.part"), *self.lists.glob(".*.part")]:
            path.unlink()

    def place_of(self, sha256: str) -> Path:
        """Return where a content lies."""
        return self.objects / sha256[:2] / sha256

    def keep(self, source: Path) -> tuple[str, int]:
        """Copy a file's content, unless it is there; returns its hash and size.

        Raises:
            FileNotFoundError: the file went away.
        """
        unfinished = self.objects / f".{os.getpid()}.part"
        digest, size = hashlib.sha256(), 0
        with source.open("rb") as stream, unfinished.open("wb") as target:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
                size += len(chunk)
            target.flush()
            os.fsync(target.fileno())
        place = self.place_of(digest.hexdigest())
        if place.exists() and place.stat().st_size == size:
            unfinished.unlink()
        else:
            place.parent.mkdir(exist_ok=True)
            unfinished.replace(place)
        fault("backup.object")
        return digest.hexdigest(), size

    def bring(self, entry: Entry, target: Path) -> None:
        """Copy a content to where it belongs.

        Raises:
            BackupDamaged: it is missing, or not what its name says.
        """
        digest = hashlib.sha256()
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.place_of(entry.sha256).open("rb") as stream, target.open("wb") as opened:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    opened.write(chunk)
        except FileNotFoundError:
            digest = hashlib.sha256(b"missing")
        if digest.hexdigest() != entry.sha256:
            raise BackupDamaged(
                f"The backup's copy of {entry.path} ({self.place_of(entry.sha256)}) is missing or "
                "damaged: nothing was restored. Take an earlier backup: "
                'make restore DIR= ARGS="--number N".'
            )
        os.utime(target, ns=(entry.mtime_ns, entry.mtime_ns))

    def write(self, backup: Backup) -> Path:
        """Write the list of a backup: from now on it is one."""
        path = self.lists / f"{backup.number:06d}.json"
        unfinished = self.lists / f".{path.name}.part"
        with unfinished.open("w", encoding="utf-8") as stream:
            json.dump(asdict(backup), stream)
            stream.flush()
            os.fsync(stream.fileno())
        fault("backup.listed")
        unfinished.replace(path)
        return path

    def backups(self) -> Iterator[Backup]:
        """Yield every backup, the newest first."""
        for path in sorted(self.lists.glob("*.json"), reverse=True):
            known = json.loads(path.read_text(encoding="utf-8"))
            files = tuple(Entry(**entry) for entry in known["files"])
            yield Backup(**known | {"files": files, "missing": tuple(known["missing"])})

    def named(self, number: int | None) -> Backup:
        """Return a backup by number, or the newest.

        Raises:
            NoBackup: there is none.
        """
        there = []
        for backup in self.backups():
            if number in (None, backup.number):
                return backup
            there.append(backup.number)
        wanted = f"no backup {number}" if number is not None else "no backup"
        raise NoBackup(f"{self.folder} holds {wanted}; there are {there or 'none'}.")
