"""Find the files a declaration names, in local folders and S3-compatible stores."""

from __future__ import annotations

import fnmatch
import glob
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ingestion.lakehouse.lake import s3_properties
from ingestion.lakehouse.paths import literal_root
from ingestion.landing.declarations import VariableMissing, expand

if TYPE_CHECKING:
    from s3fs import S3FileSystem

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class FoundFile:
    """A file (or a folder that is read as one) that lies where a declaration looks."""

    source: str
    role: str  # what the file is for: data, or what the domain knows besides
    address: str  # path, or an address with a scheme
    part: str  # below the first wildcard
    byte_count: int
    stamp: str  # changes when the file is written again

    @property
    def is_remote(self) -> bool:
        return "://" in self.address

    @property
    def weight(self) -> int:
        """About how many bytes it is when it is unpacked."""
        return self.byte_count * (8 if self.address.endswith((".gz", ".zst")) else 1)


class SourceAbsent(LookupError):
    """Nothing lies where the declaration looks; the message says where that is."""


class SourceFailed(RuntimeError):
    """A source could not be asked what it offers, or not be fetched; others go on."""


def listed(
    source: str, role: str, paths: tuple[str, ...], exclude: tuple[str, ...] = ()
) -> Iterator[FoundFile]:
    """Yield what lies at some globs, local or `s3://`.

    Raises:
        SourceAbsent: a variable in a path is not set.
    """
    for pattern in paths:
        try:
            where = expand(pattern)
        except VariableMissing as error:
            raise SourceAbsent(f"{error.args[0]} is not set ({pattern})") from None
        root = _root(where)
        found = _remote(where) if where.startswith("s3://") else _local(where)
        for address, size, stamp in found:
            if any(fnmatch.fnmatch(address, skipped) for skipped in exclude):
                continue
            part = address[len(root) :].lstrip("/")
            yield FoundFile(source, role, address, part, size, stamp)


def ordered(files: list[FoundFile], only: str | None = None) -> list[FoundFile]:
    """Return each file once, by address, those that explain data first; `only` keeps what lies
    at or below one path."""
    if only is not None:
        files = [found for found in files if is_below(found.address, only)]
    unique = {(found.role, found.address): found for found in files}
    return sorted(unique.values(), key=lambda found: (found.role == "data", found.address))


def at_path(source: str, path: str) -> list[FoundFile]:
    """Return the files at or below a path as data of a source, wherever its declaration looks.

    Raises:
        SourceAbsent: nothing is there.
    """
    pattern = path if not Path(path).is_dir() else f"{path.rstrip('/')}/**/*"
    if path.startswith("s3://") and not _WILD.search(path):
        pattern = path if PurePosixPath(path).suffix else f"{path.rstrip('/')}/**"
    found = list(listed(source, "data", (pattern,)))
    if not found:
        raise SourceAbsent(f"no file at {path}")
    return ordered(found)


def shown(paths: tuple[str, ...]) -> str:
    """Return paths as a person looks for them, variables filled in where they are set."""
    told = []
    for path in paths:
        try:
            told.append(expand(path))
        except VariableMissing:
            told.append(path)
    return ", ".join(told)


def _root(pattern: str) -> str:
    """The folder a pattern starts from: all before the first wildcard."""
    root, below = ("", pattern) if "://" in pattern else literal_root(pattern)
    parts = below.split("/") if below else [""]
    fixed = [root] if root and root != "/" else ([""] if root else [])
    for part in parts[:-1]:
        if _WILD.search(part):
            break
        fixed.append(part)
    return "/".join(fixed)


def _local(pattern: str) -> Iterator[tuple[str, int, str]]:
    # Path.glob would not take an absolute pattern
    root, below = literal_root(str(Path(pattern).expanduser()))
    wanted = str(Path(glob.escape(root), below))
    for name in glob.iglob(wanted, recursive=True):  # noqa: PTH207
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


def fetch_object(address: str, target: Path) -> None:
    """Copy an object of the store to a local file."""
    remote_store().get_file(address.removeprefix("s3://"), str(target))


def is_text(address: str) -> bool:
    """Say whether an address can be written down."""
    try:
        address.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_below(address: str, path: str) -> bool:
    """Say whether an address lies at or below a path."""
    if "://" in path:
        return address == path or address.startswith(path.rstrip("/") + "/")
    whole = Path(path).expanduser().resolve()
    mine = Path(address).resolve()
    return mine == whole or whole in mine.parents
