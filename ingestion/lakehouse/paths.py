"""The one place that turns paths into addresses and back.

An Iceberg location is no URI in the strict sense: pyiceberg and DuckDB take what follows
`file://` as it stands and never unescape it, and a `%2F` in it is part of a folder's name. So a
location is never escaped, and a path that an escape would change is written without a scheme.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

SCHEME = "file://"
SQLITE = "sqlite:///"


def location(path: Path | str) -> str:
    """Return an absolute path as an Iceberg location that every reader takes for that path."""
    text = str(path)
    return SCHEME + text if Path(text).as_uri() == SCHEME + text else text


def local_path(address: str) -> str:
    """Return the path of a local location; an object store's address as it is."""
    return address.removeprefix(SCHEME)


def as_location(address: str) -> str:
    """Return a local location that Java wrote (`file:/tables`) as an Iceberg location."""
    return (
        f"{SCHEME}{address.removeprefix('file:')}" if re.match("file:/(?!/)", address) else address
    )


def like(address: str, path: str) -> str:
    """Return a path spelled with the scheme that `address` has, if any."""
    return SCHEME + path if address.startswith(SCHEME) else path


def escaped_glob(path: Path | str) -> str:
    """Return a path in which `[ ] * ?` stand for themselves, to build a DuckDB pattern on."""
    return re.sub(r"([\[*?])", r"[\1]", str(path))


def literal_root(pattern: str) -> tuple[str, str]:
    """Split a glob into the folders (or file) that exist as written, and the pattern below them.

    What exists as written is meant as written: `[`, `*` and `?` in its name are no wildcards.
    """
    parts = Path(pattern).parts
    for count in range(len(parts), 0, -1):
        root = Path(*parts[:count])
        if root.exists():
            return str(root), "/".join(parts[count:])
    return "", pattern


# a writer waits for another instead of failing: commits take milliseconds, a copy of the file by
# other means may hold it for a minute
SQLITE_WAIT_SECONDS = 120


def sqlite_url(path: Path, timeout_seconds: int) -> str:
    """Return the SQLAlchemy address of a SQLite file; a writer waits that long for another."""
    escaped = str(path).replace("%", "%25").replace("?", "%3F")  # SQLAlchemy unescapes it
    return f"{SQLITE}{escaped}?timeout={timeout_seconds}"


def sqlite_uri(path: Path, mode: str) -> str:
    """Return the address with which SQLite itself opens a file in a mode: `ro`, `rw` or `rwc`."""
    return f"{path.absolute().as_uri()}?mode={mode}"


def sqlite_path(url: str) -> str | None:
    """Return the file of a SQLAlchemy address; None when it is not SQLite's."""
    if not url.startswith(SQLITE):
        return None
    return unquote(url.removeprefix(SQLITE).partition("?")[0])
