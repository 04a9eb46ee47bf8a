"""The files of an export, out of folders and zip files, one after another.

A zip that holds nothing but zips is an export in parts: these are opened. Any other zip in an
export is an attachment and stays closed. Names never become paths on disk.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO

from ingestion.knowledge.seen import Refused

MAX_FILE_BYTES = 1024**3  # of one file
MAX_TOTAL_BYTES = 64 * 1024**3  # of all that is unpacked of an export
MAX_DEPTH = 3  # of zips in zips that are parts of an export; one in these stays closed
MAX_RATIO = 250  # unpacked to packed bytes, of files of more than a megabyte
_MEGABYTE = 1024**2
_SAYS_UTF8 = 0x800  # bit of a file's flags
_DRIVE = re.compile(r"^[A-Za-z]:")
CONTENTS = ("index.html",)  # each part of an export has one of its own
PART = re.compile(r"[-_ ]*part[-_ ]*(\d+)", re.IGNORECASE)


@lru_cache(maxsize=16)
def pure(path: str) -> PurePosixPath:
    """Return a path of an export taken apart; the same one is asked several times in a row."""
    return PurePosixPath(path)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an export."""

    path: str  # in the export, parts apart by /
    content: bytes
    modified_at: datetime | None  # UTC

    @property
    def name(self) -> str:
        """The last part of its path."""
        return pure(self.path).name

    @property
    def suffix(self) -> str:
        """The ending of its name, in lower case, with the dot."""
        return pure(self.path).suffix.lower()


def lacking_parts(names: Iterable[str]) -> str:
    """Return a sentence on the parts that are not there; empty where none is missing."""
    numbers = {int(match[1]) for name in names if (match := PART.search(name))}
    lacking = sorted(set(range(1, max(numbers, default=0) + 1)) - numbers)
    return f"part {', '.join(map(str, lacking))} is not there" if lacking else ""


class Unpacking:
    """What was unpacked of one export so far."""

    def __init__(self) -> None:
        self.byte_count = 0
        self._hashes: dict[str, bytes] = {}  # of the files unpacked so far, by name

    def members(
        self, root: Path, files: Iterable[Path], opened: Collection[Path]
    ) -> Iterator[Member | Refused]:
        """Yield the files of an export, those nearest to its root first.

        `opened` are the zips that are part of it; others are what somebody attached.
        """
        for path in sorted(files, key=lambda one: (len(one.parts), one)):
            shown = unicodedata.normalize("NFC", path.relative_to(root).as_posix())
            try:
                if path in opened:
                    with path.open("rb") as stream:
                        yield from self._opened(stream, shown)
                else:
                    yield self._plain(path, shown)
            except OSError as error:
                yield _refused(shown, "unreadable", f"it cannot be read: {error.strerror}")

    def _plain(self, path: Path, shown: str) -> Member | Refused:
        found = path.stat()
        if found.st_size > MAX_FILE_BYTES:
            return _refused(shown, "too_large", f"it has more than {MAX_FILE_BYTES:,} bytes")
        modified_at = datetime.fromtimestamp(found.st_mtime, UTC).replace(tzinfo=None)
        return Member(shown, path.read_bytes(), modified_at)

    def _opened(self, stream: IO[bytes], shown: str, depth: int = 1) -> Iterator[Member | Refused]:
        try:
            packed = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            yield _refused(shown, "corrupt_zip", f"the zip file cannot be read: {error}")
            return
        with packed:
            infos = [one for one in _named(packed.infolist()) if not is_noise(one.filename)]
            infos.sort(key=lambda one: (one.filename.count("/"), one.filename))
            holds_parts = depth < MAX_DEPTH and _are_parts(infos)
            if holds_parts and (missing := lacking_parts(one.filename for one in infos)):
                yield _refused(shown, "missing_part", missing)
            for info in infos:
                read = self._read(packed, info, shown, holds_parts)
                if holds_parts and isinstance(read, Member):
                    yield from self._opened(io.BytesIO(read.content), info.filename, depth + 1)
                elif read is not None:
                    yield read

    def _read(
        self, packed: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str, is_part: bool
    ) -> Member | Refused | None:
        """Return a file; None for one that another part of the export holds, too."""
        place = f"{shown}!{info.filename[:500]}"
        if why := self._wrong(info):
            return _refused(place, *why)
        try:
            with packed.open(info) as stream:
                content = stream.read(min(info.file_size, MAX_FILE_BYTES) + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            return _refused(place, "corrupt_member", f"it cannot be unpacked: {error}")
        except Exception as error:  # noqa: BLE001  zlib.error, lzma's and others' own
            return _refused(place, "corrupt_member", f"it cannot be unpacked: {error}")
        if len(content) > info.file_size:
            return _refused(place, "zip_bomb", "it has more bytes than the zip file says")
        self.byte_count += len(content)
        digest = hashlib.sha256(content).digest()
        known = digest if is_part else self._hashes.setdefault(info.filename, digest)
        if known is not digest:
            if known == digest or info.filename in CONTENTS:
                return None
            return _refused(place, "repeated_name", "the export has another file of this name")
        return Member(info.filename, content, _modified_at(info))

    def _wrong(self, info: zipfile.ZipInfo) -> tuple[str, str] | None:
        parts = pure(info.filename.replace("\\", "/")).parts
        if ".." in parts or info.filename.startswith(("/", "\\")) or _DRIVE.match(info.filename):
            return "unsafe_name", "its name leads out of the export"
        if info.flag_bits & 1:
            return "encrypted", "it is encrypted; export it without a password"
        if info.file_size > MAX_FILE_BYTES:
            return "too_large", f"it has more than {MAX_FILE_BYTES:,} bytes"
        if info.file_size > _MEGABYTE and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            return "zip_bomb", f"it would unpack to more than {MAX_RATIO} times its size"
        if self.byte_count + info.file_size > MAX_TOTAL_BYTES:
            return "zip_bomb", f"the export would unpack to more than {MAX_TOTAL_BYTES:,} bytes"
        return None


def _named(infos: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Give files the names that they had where they were packed.

    Some programs write UTF-8 without saying so, those of Windows write `\\` between the parts of a
    path, and those of macOS letters and their accents apart.
    """
    is_of_windows = not any("/" in one.filename for one in infos)
    for one in infos:
        if not one.filename.isascii() and not one.flag_bits & _SAYS_UTF8:
            with suppress(UnicodeError):
                one.filename = one.filename.encode("cp437").decode("utf-8")
        if is_of_windows and not _DRIVE.match(one.filename):
            one.filename = one.filename.replace("\\", "/")
        one.filename = unicodedata.normalize("NFC", one.filename)
    return infos


def _are_parts(infos: list[zipfile.ZipInfo]) -> bool:
    """Say whether a zip holds nothing but zips."""
    names = [one.filename for one in infos]
    return bool(names) and all(one.lower().endswith(".zip") and "/" not in one for one in names)


def _refused(place: str, reason: str, error: str) -> Refused:
    return Refused(place, reason, error, is_hole=True)


def is_noise(name: str) -> bool:
    """Say whether a name is of a folder, or of what a system or an open office program left."""
    parts = pure(name).parts
    if name.endswith("/") or "__MACOSX" in parts:
        return True
    last = parts[-1] if parts else ""
    return last in (".DS_Store", "Thumbs.db") or last.startswith("~$")


def _modified_at(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time)
    except ValueError:
        return None
