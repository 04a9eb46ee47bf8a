"""The release a request reads: one file, opened as the pages open it, named by its number."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import duckdb
import pyarrow as pa
from fastapi import Depends, Query, Request

from dashboards.api.problems import NotModified, Problem
from dashboards.api.security import Reader
from dashboards.parts.opened import shared_connection
from ingestion.lakehouse import journal
from python_models.release.reader import NothingReleased, release_path
from python_models.release.release_file import newest_file

_KEPT_OPEN = 4


@dataclass(frozen=True)
class Release:
    """One released state; `number` is 0 while nothing was released."""

    path: Path
    number: int
    connection: duckdb.DuckDBPyConnection

    def rows(self, sql: str, parameters: dict[str, Any] | None = None) -> pa.Table:
        """Return what a query gives; its parameters are bound, never pasted."""
        with self.connection.cursor() as cursor:  # threads must not share a connection
            return cursor.execute(sql, parameters or None).to_arrow_table()

    def dicts(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return rows as dictionaries."""
        found: list[dict[str, Any]] = self.rows(sql, parameters).to_pylist()
        return found


class Releases:
    """Release files this process has open; one that is pushed out is closed by its last reader."""

    def __init__(self) -> None:
        self._opened: OrderedDict[Path, Release] = OrderedDict()
        self._lock = threading.Lock()

    def current(self) -> Release:
        """Return what readers see now.

        Raises:
            Problem: 503, nothing was released yet.
        """
        try:
            return self._open(release_path())
        except NothingReleased as error:
            raise Problem(503, "Nothing is released yet: run `make run`.") from error

    def numbered(self, number: int) -> Release:
        """Return a release by its number.

        Raises:
            Problem: 404, there never was one; 410, retention dropped it.
        """
        if path := newest_file(number):
            return self._open(path.resolve())
        known = journal.rows("select 1 from releases where release_id = ?", (number,))
        if known:
            raise Problem(410, f"Release {number} was dropped; `system/releases` lists the others.")
        raise Problem(
            404, f"There is no release {number}; `system/releases` lists those there are."
        )

    def _open(self, path: Path) -> Release:
        with self._lock:
            found = self._opened.pop(path, None)
            if found is None:
                connection = shared_connection(str(path))
                shown = connection.execute(
                    "select release_id from ops.releases where is_current"
                ).fetchone()
                found = Release(path, int(shown[0]) if shown else 0, connection)
            self._opened[path] = found
            while len(self._opened) > _KEPT_OPEN:
                self._opened.popitem(last=False)
            return found


def release_of(
    request: Request,
    caller: Reader,
    release: Annotated[
        int | None, Query(ge=1, le=2**31, description="A release's number; default: the newest")
    ] = None,
) -> Release:
    """Return the release a request is about.

    Raises:
        NotModified: the caller has the answer of this release already.
        Problem: see `Releases`.
    """
    releases: Releases = request.app.state.releases
    found = releases.numbered(release) if release else releases.current()
    asked = (
        f"{found.path.name}|{request.url}|{request.headers.get('accept')}|{sorted(caller.tiers)}"
        f"|{getattr(request.state, 'beside', '')}"  # what an answer has besides the release's
    )
    etag = f'"r{found.number}-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"'
    request.state.etag = etag
    if request.method == "GET" and etag in _listed(request.headers.get("if-none-match", "")):
        raise NotModified(etag)
    return found


def _listed(header: str) -> set[str]:
    return {one.strip().removeprefix("W/") for one in header.split(",")}


OfRelease = Annotated[Release, Depends(release_of)]
