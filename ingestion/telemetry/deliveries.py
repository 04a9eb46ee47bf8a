"""The files of a telemetry source: readings, and the labels that explain them."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.landing.deliveries import FoundFile, SourceAbsent, at_path, listed, ordered, shown
from ingestion.telemetry.declaration import Declaration


def found_files(declaration: Declaration, only: str | None = None) -> list[FoundFile]:
    """Return a source's files in order of their address, label files first.

    `only` keeps what lies at or below one path. Roles: data, windows, spans.

    Raises:
        SourceAbsent: a variable in a path is not set, or no data file is there.
    """
    assert declaration.files is not None
    files = [
        *listed(declaration.source, "data", declaration.files.paths, declaration.files.exclude),
        *_label_files(declaration),
    ]
    labels = {found.address for found in files if found.role != "data"}
    files = [one for one in files if one.role != "data" or one.address not in labels]
    if not any(found.role == "data" for found in files):
        raise SourceAbsent(f"no file at {shown(declaration.files.paths)}")
    return ordered(files, only)


def given_files(declaration: Declaration, path: str) -> list[FoundFile]:
    """Return the files at or below a path as data of a source, wherever its declaration looks.

    Raises:
        SourceAbsent: nothing is there.
    """
    labels = {found.address for found in _label_files(declaration)}
    found = [one for one in at_path(declaration.source, path) if one.address not in labels]
    if not found:
        raise SourceAbsent(f"no file at {path}")
    return found


def _label_files(declaration: Declaration) -> Iterator[FoundFile]:
    labels = declaration.labels
    if labels.windows:
        yield from listed(declaration.source, "windows", labels.windows.paths)
    if labels.spans:
        yield from listed(declaration.source, "spans", labels.spans.paths)
