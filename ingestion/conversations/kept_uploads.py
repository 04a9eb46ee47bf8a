"""What was handed over and is kept: listed, and removed before it has landed."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingestion.conversations.declaration import GRAMMAR
from ingestion.lakehouse.lake import lake


@dataclass(frozen=True)
class Upload:
    """A file that was handed over and is kept."""

    dataset: str
    name: str
    tier: str
    owner: str | None
    checksum: str
    byte_count: int
    folder: Path


def uploads() -> list[Upload]:
    """Return what was handed over and is kept."""
    found = []
    for path in sorted(lake().uploads.glob("[!.]*/dataset.yml")):
        with suppress(OSError):
            (entry,) = GRAMMAR.read(path)
            told, folder = entry.declaration, path.parent
            sizes = [file.stat().st_size for file in folder.glob("data.*")]
            checksum = beside(folder, "sha256") or ""
            owner = beside(folder, "owner")
            found.append(
                Upload(entry.name, told.name, told.tier, owner, checksum, sum(sizes), folder)
            )
    return found


def remove(upload: Upload) -> None:
    """Remove a file that was handed over; gone for readers at once, whatever happens then."""
    gone = upload.folder.with_name(f".{upload.folder.name}")
    upload.folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def beside(folder: Path, what: str) -> str | None:
    """Return what is written beside an upload; None where it is not."""
    try:
        return (folder / what).read_text()
    except FileNotFoundError:
        return None
