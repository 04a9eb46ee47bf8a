"""Find the files a declaration names, in local folders and S3-compatible stores."""

from __future__ import annotations

import fnmatch
import glob
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ingestion.lake import s3_properties
from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.declared import VariableMissing, expand

if TYPE_CHECKING:
    from s3fs import S3FileSystem

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class Found:
    """A file that lies where a declaration looks."""

    source: str
    role: str  # data | windows | spans
    address: str  # path or s3:// address
    part: str  # below the first wildcard
    byte_count: int
    stamp: str  # changes when the file is written again

    @property
    def is_remote(self) -> bool:
        return self.address.startswith("s3://")


class SourceAbsent(LookupError):
    """Nothing lies where the declaration looks; the message says where that is."""


def found_files(declaration: Declaration, only: str | None = None) -> list[Found]:
    """Return a source's files in order of their address, label files first.

    `only` keeps what lies at or below one path.

    Raises:
        SourceAbsent: a variable in a path is not set, or no data file is there.
    """
    assert declaration.files is not None
    files = [
        *_role(declaration, "data", declaration.files.paths, declaration.files.exclude),
        *_label_files(declaration),
    ]
    labels = {found.address for found in files if found.role != "data"}
    files = [one for one in files if one.role != "data" or one.address not in labels]
    if not any(found.role == "data" for found in files):
        raise SourceAbsent(f"no file at {', '.join(_shown(declaration.files.paths))}")
    if only is not None:
        files = [found for found in files if _is_below(found.address, only)]
    unique = {(found.role, found.address): found for found in files}
    return sorted(unique.values(), key=lambda found: (found.role == "data", found.address))


def given_files(declaration: Declaration, path: str) -> list[Found]:
    """Return the files at or below a path as data of a source, wherever its declaration looks.

    Raises:
        SourceAbsent: nothing is there.
    """
    pattern = path if not Path(path).is_dir() else f"{path.rstrip('/')}/**/*"
    if path.startswith("s3://") and not _WILD.search(path):
        pattern = path if PurePosixPath(path).suffix else f"{path.rstrip('/')}/**"
    labels = {found.address for found in _label_files(declaration)}
    found = [one for one in _role(declaration, "data", (pattern,), ()) if one.address not in labels]
    if not found:
        raise SourceAbsent(f"no file at {path}")
    return sorted(found, key=lambda one: one.address)


def _label_files(declaration: Declaration) -> Iterator[Found]:
    labels = declaration.labels
    if labels.windows:
        yield from _role(declaration, "windows", labels.windows.paths, ())
    if labels.spans:
        yield from _role(declaration, "spans", labels.spans.paths, ())


def _shown(paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        try:
            yield expand(path)
        except VariableMissing:
            yield path


def _role(
    declaration: Declaration, role: str, paths: tuple[str, ...], exclude: tuple[str, ...]
) -> Iterator[Found]:
    for pattern in paths:
        try:
            where = expand(pattern)
        except VariableMissing as error:
            raise SourceAbsent(f"{error.args[0]} is not set ({pattern})") from None
        root = _root(where)
        listed = _remote(where) if where.startswith("s3://") else _local(where)
        for address, size, stamp in listed:
            if any(fnmatch.fnmatch(address, skipped) for skipped in exclude):
                continue
            part = address[len(root) :].lstrip("/")
            yield Found(declaration.source, role, address, part, size, stamp)


def _root(pattern: str) -> str:
    """The folder a pattern starts from: all before the first wildcard."""
    parts = pattern.split("/")
    fixed = []
    for part in parts[:-1]:
        if _WILD.search(part):
            break
        fixed.append(part)
    return "/".join(fixed)


def _local(pattern: str) -> Iterator[tuple[str, int, str]]:
    # Path.glob would not take an absolute pattern
    for name in glob.iglob(str(Path(pattern).expanduser()), recursive=True):  # noqa: PTH207
        path = Path(name)
        if path.is_file() and not path.name.startswith((".", "_")):
            stat = path.stat()
            yield name, stat.st_size, f"{stat.st_size}-{stat.st_mtime_ns}"


def _remote(pattern: str) -> Iterator[tuple[str, int, str]]:
    for address, info in remote_store().glob(pattern, detail=True).items():
        if info["type"] == "file":
            yield f"s3://{address}", info["size"], f"{info['size']}-{info.get('ETag')}"


def remote_store() -> S3FileSystem:
    """Open the S3-compatible store of the settings."""
    from s3fs import S3FileSystem

    known = s3_properties()
    return S3FileSystem(
        key=known.get("s3.access-key-id"),
        secret=known.get("s3.secret-access-key"),
        client_kwargs={
            name: value
            for name, value in (
                ("endpoint_url", known.get("s3.endpoint")),
                ("region_name", known.get("s3.region")),
            )
            if value
        },
    )


def _is_below(address: str, path: str) -> bool:
    if path.startswith("s3://"):
        return address == path or address.startswith(path.rstrip("/") + "/")
    whole = Path(path).expanduser().resolve()
    mine = Path(address).resolve()
    return mine == whole or whole in mine.parents
