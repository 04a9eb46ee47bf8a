"""What was acknowledged survives a power cut: files and their folders reach the disk first.

A file's bytes and the entry in its folder are two things; the folders above may be as new. All
must be on the disk before the catalog (SQLite, which syncs by itself) points to the file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from ingestion.lakehouse.paths import local_path

_MANY = 200  # files of which bringing each to the disk takes longer than bringing all there is
_FOLDERS_ABOVE = 4  # data folder, table, namespace, warehouse: a first commit makes them all


def sync(path: Path) -> None:
    """Bring a file's bytes, or a folder's entries, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_files(addresses: Iterable[str]) -> None:
    """Bring local files and the folders they lie in to the disk; an object store does so itself."""
    paths = [Path(local_path(one)) for one in addresses if not one.startswith(("s3://", "s3a://"))]
    if len(paths) > _MANY and sys.platform == "linux":
        os.sync()  # waits for all that is to be written: one journal commit, not one a file
        return
    for path in paths:
        sync(path)
    folders = {folder for path in paths for folder in path.parents[:_FOLDERS_ABOVE]}
    for folder in sorted(folders, reverse=True):  # the deepest first
        sync(folder)
