"""The deliveries a declaration names: what was exported at one time, and is one sync."""

from __future__ import annotations

import glob
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ingestion.knowledge.containers import PART, is_noise, lacking_parts
from ingestion.knowledge.declaration import CorpusSource
from ingestion.landing.declarations import VariableMissing, expand
from ingestion.landing.deliveries import SourceAbsent

_DATE = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):?(\d\d))?(?!\d)")
_WILD = re.compile(r"[*?\[]")
# exports that are zips; a document of Google's is one by itself, wherever it lies
OPENED = {"notion": "outer", "slack": "outer", "linear": "outer", "gdocs": "all"}
_BLOCK = 4 * 1024 * 1024


@dataclass(frozen=True)
class Delivery:
    """What was exported at one time: files below one root."""

    source: str
    name: str  # of the folder or file, without the number of a part
    root: Path
    files: tuple[Path, ...]
    exported_at: datetime  # UTC
    opened: str = "all"  # which zips in it are part of it: all | none | outer
    missing: str = ""  # sentence: what is not there of it, and why
    mode: str = ""  # full | incremental, of what was asked of an API; else the declaration says it
    cursor_from: str | None = None  # moment from which on changes were asked for
    # where the next sync goes on; empty: not from here; None: at the newest change
    cursor_to: str | None = None
    requests: int = 0
    retries: int = 0

    @property
    def address(self) -> str:
        """Where it lies; of what was asked of an API, whom and when: the same pages come again."""
        if self.mode:
            return self.name
        if len(self.files) == 1:
            return str(self.files[0])
        return str(self.root if self.root.name == self.name else self.root / self.name)

    def opens(self, path: Path) -> bool:
        """Say whether a file is a zip that is part of the export, not one that is attached.

        Of an export that was unpacked the zips within its folders are attached.
        """
        if not _is_zip(path) or self.opened == "none":
            return False
        is_outer = path.parent == self.root
        return self.opened == "all" or is_outer or all(_is_zip(one) for one in self.files)

    @property
    def byte_count(self) -> int:
        """Bytes of its files."""
        return sum(path.stat().st_size for path in self.files)

    @property
    def stamp(self) -> str:
        """What changes when a file of it is written again."""
        digest = hashlib.sha256()
        for path in self.files:
            found = path.stat()
            digest.update(f"{path}\n{found.st_size}-{found.st_mtime_ns}\n".encode(errors="replace"))
        return digest.hexdigest()[:32]

    @property
    def content_hash(self) -> str:
        """A hash of the names and bytes of its files."""
        digest = hashlib.sha256()
        for path in self.files:
            inner = hashlib.sha256()
            with path.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    inner.update(block)
            shown = path.relative_to(self.root).as_posix()
            digest.update(f"{shown}\n{inner.hexdigest()}\n".encode(errors="replace"))
        return digest.hexdigest()


def deliveries(declaration: CorpusSource, only: str | None = None) -> list[Delivery]:
    """Return the deliveries of a source, oldest first; `only` is a place to look at instead.

    Raises:
        SourceAbsent: nothing is there, or a variable in a path is not set.
    """
    places = (only,) if only else declaration.location
    found = [one for place in places for one in _at(declaration, place)]
    if not found:
        raise SourceAbsent(f"no file at {', '.join(places)}")
    return sorted(found, key=lambda one: (one.exported_at, one.name))


def _at(declaration: CorpusSource, place: str) -> Iterator[Delivery]:
    try:
        where = expand(place)
    except VariableMissing as error:
        raise SourceAbsent(f"{error.args[0]} is not set ({place})") from None
    root = Path(where).expanduser()
    if _WILD.search(where) and not root.exists():
        tops = sorted(Path(name) for name in glob.glob(str(root), recursive=True))  # noqa: PTH207
    elif root.is_dir():
        tops = _exports_in(declaration, root)
    else:
        tops = [root] if root.is_file() else []
    groups: dict[tuple[Path, str], list[Path]] = {}
    for top in tops:
        if not top.name.startswith((".", "_")):
            groups.setdefault((top.parent, PART.sub("", top.stem if top.is_file() else top.name)),
                              []).append(top)  # fmt: skip
    for (_, name), members in groups.items():
        if files := tuple(sorted(path for top in members for path in _files(top))):
            yield _delivery(declaration, name, members, files)


def _exports_in(declaration: CorpusSource, root: Path) -> list[Path]:
    """The exports in a folder: all of it, when each part of it bears a date or is a zip."""
    children = sorted(path for path in root.iterdir() if not path.name.startswith((".", "_")))
    if declaration.one_export or not children:
        return [root]
    is_all = all(_is_export(path, declaration.kind) for path in children)
    return children if is_all else [root]


def _is_export(path: Path, kind: str) -> bool:
    """Say whether a part of a folder is an export by itself."""
    is_dated = bool(_DATE.search(path.name))
    if path.is_dir():
        return is_dated
    if kind == "linear" and path.suffix.lower() == ".csv":
        return True
    return _is_zip(path) and (is_dated or kind in OPENED)


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _files(top: Path) -> Iterator[Path]:
    if top.is_file():
        yield top
        return
    for path in top.rglob("*"):
        inside = path.relative_to(top)
        is_hidden = any(part.startswith(".") for part in inside.parts)
        if path.is_file() and not is_hidden and not is_noise(inside.as_posix()):
            yield path


def _delivery(
    declaration: CorpusSource, name: str, tops: list[Path], files: tuple[Path, ...]
) -> Delivery:
    root = tops[0] if tops[0].is_dir() else tops[0].parent
    missing = lacking_parts(top.stem for top in tops)
    exported_at = _exported_at(declaration, name, files)
    opened = OPENED.get(declaration.kind, "none" if tops[0].is_dir() else "all")
    return Delivery(declaration.corpus_source, name, root, files, exported_at, opened, missing)


def _exported_at(declaration: CorpusSource, name: str, files: tuple[Path, ...]) -> datetime:
    """The date in the name, else the declared one, else when its newest file was written; UTC."""
    zone = ZoneInfo(declaration.zone)
    if match := _DATE.search(name):
        year, month, day, hour, minute = (int(part or 0) for part in match.groups())
        try:
            found = datetime(year, month, day, hour, minute, tzinfo=zone)
            return found.astimezone(UTC).replace(tzinfo=None)
        except ValueError:  # 2025-13-45 is no date
            pass
    if declaration.at:
        given = declaration.at if declaration.at.tzinfo else declaration.at.replace(tzinfo=zone)
        return given.astimezone(UTC).replace(tzinfo=None)
    newest = max(path.stat().st_mtime for path in files)
    return datetime.fromtimestamp(newest, UTC).replace(tzinfo=None)
