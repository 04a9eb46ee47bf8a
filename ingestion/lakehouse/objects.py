"""The lake's one store of blobs: bytes as they came, each under its SHA-256.

`objects/ab/cd..` lies in the lake's folder, or beside the tables when these live in an object
store, or where SLUICE_OBJECTS says. A blob never changes: what is there is not written again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from ingestion.lakehouse.durable import sync_files
from ingestion.lakehouse.lake import lake, s3_properties, uses_object_store, warehouse_uri
from ingestion.lakehouse.settings import PROJECT_ROOT, settings

FOLDER = "objects"
_HASH = re.compile(r"[0-9a-f]{64}")


class ObjectLost(LookupError):
    """A blob that a row names is not there, or is not what its name says."""


@dataclass(frozen=True)
class Blob:
    """What lies in the store."""

    name: str
    byte_count: int
    put_at: datetime  # when it was put last, UTC


class Store(Protocol):
    """Where blobs lie."""

    def put(self, content: bytes) -> str:
        """Keep bytes; returns their hash. Local bytes reach the disk with `sync`."""

    def get(self, name: str) -> bytes:
        """Return bytes; raises ObjectLost."""

    def exists(self, name: str) -> bool:
        """Say whether a blob is there."""

    def delete(self, name: str) -> None:
        """Remove a blob, if it is there."""

    def blobs(self) -> Iterator[Blob]:
        """Yield what is there."""

    def sync(self, names: Iterable[str]) -> None:
        """Return when blobs would survive a power cut: before a table names them."""


def name_of(content: bytes) -> str:
    """Return the name of bytes."""
    return hashlib.sha256(content).hexdigest()


def checked(content: bytes, name: str, where: str) -> bytes:
    """Return bytes that are what their name says.

    Raises:
        ObjectLost: they are not.
    """
    if name_of(content) != name:
        raise ObjectLost(f"{where} is damaged: its bytes are not those its name stands for.")
    return content


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _below(name: str) -> str:
    if not _HASH.fullmatch(name):
        raise ObjectLost(f"{name!r} is no SHA-256, so it names no object.")
    return f"{name[:2]}/{name[2:]}"


class FolderStore:
    """Blobs in a folder of the lake."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Return where a blob lies or would lie."""
        return self.folder / _below(name)

    def put(self, content: bytes) -> str:
        name = name_of(content)
        path = self.path(name)
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)  # retention keeps what was put a moment ago, whoever named it before
            if path.stat().st_size == len(content):  # else power went before `sync`
                return name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name[:16]}-{os.getpid()}-{secrets.token_hex(4)}")
        try:
            part.write_bytes(content)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return name

    def get(self, name: str) -> bytes:
        path = self.path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise ObjectLost(f"{path} is not there; retention may have dropped it.") from None
        return checked(content, name, str(path))

    def exists(self, name: str) -> bool:
        return self.path(name).is_file()

    def delete(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def blobs(self) -> Iterator[Blob]:
        for path in sorted(self.folder.glob("??/*")):
            name = path.parent.name + path.name
            if _HASH.fullmatch(name):
                with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                    found = path.stat()
                    yield Blob(name, found.st_size, _utc(found.st_mtime))

    def sync(self, names: Iterable[str]) -> None:
        sync_files(str(self.path(name)) for name in sorted(set(names)))


class RemoteStore:
    """Blobs in the S3-compatible store that has the tables."""

    def __init__(self, root: str, files: Any) -> None:
        self.root, self.files = root, files

    def _address(self, name: str) -> str:
        return f"{self.root}/{_below(name)}"

    def put(self, content: bytes) -> str:
        name = name_of(content)
        self.files.pipe_file(self._address(name), content)  # the time of it counts, see above
        return name

    def get(self, name: str) -> bytes:
        address = self._address(name)
        try:
            content = self.files.cat_file(address)
        except FileNotFoundError:
            raise ObjectLost(f"{address} is not there; retention may have dropped it.") from None
        return checked(content, name, address)

    def exists(self, name: str) -> bool:
        return bool(self.files.exists(self._address(name)))

    def delete(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self.files.rm_file(self._address(name))

    def blobs(self) -> Iterator[Blob]:
        self.files.invalidate_cache()
        for address, info in sorted(self.files.find(self.root, detail=True).items()):
            folder, _, rest = address.rpartition("/")
            put_at = info["LastModified"].astimezone(UTC).replace(tzinfo=None)
            yield Blob(folder.rpartition("/")[2] + rest, int(info["size"]), put_at)

    def sync(self, names: Iterable[str]) -> None:
        """The store has acknowledged them."""


def object_store() -> Store:
    """Open the store of the lake in force."""
    own = settings().sluice_objects
    root = own or (warehouse_uri() if uses_object_store() else str(lake().root))
    if not root.startswith(("s3://", "s3a://")):
        return FolderStore(PROJECT_ROOT / Path(root).expanduser() / FOLDER)
    root = root.partition("://")[2].rstrip("/")
    return RemoteStore(f"{root}/{FOLDER}", _remote(tuple(sorted(s3_properties().items()))))


def stored_bytes() -> int | None:
    """Return how many bytes lie in the lake's object store; None when it does not say now."""
    from botocore.exceptions import BotoCoreError  # type: ignore[import-untyped]

    files = _remote(tuple(sorted(s3_properties().items())))
    files.invalidate_cache()
    try:
        found = files.find(warehouse_uri().partition("://")[2].rstrip("/"), detail=True)
    except (OSError, BotoCoreError):
        return None
    return sum(int(info["size"]) for info in found.values())


@lru_cache(maxsize=2)
def _remote(properties: tuple[tuple[str, str], ...]) -> Any:
    from s3fs import S3FileSystem

    known = dict(properties)
    options = {"endpoint_url": "s3.endpoint", "region_name": "s3.region"}
    return S3FileSystem(
        key=known.get("s3.access-key-id"),
        secret=known.get("s3.secret-access-key"),
        client_kwargs={name: known[key] for name, key in options.items() if known.get(key)},
    )
