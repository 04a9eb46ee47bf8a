"""The release a request reads: one file, opened as the pages open it, named by its number."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import duckdb
import pyarrow as pa
from fastapi import Depends, Query, Request

from dashboards.api.problems import NotModified, Problem
from dashboards.api.security import Reader
from dashboards.parts.opened import shared_connection
from ingestion.lakehouse import journal
from ingestion.lakehouse.tiers import WHOLE
from python_models.release.reader import NothingReleased, of_tier, release_path
from python_models.release.release_file import newest_file

_KEPT_OPEN = 8
Number = Annotated[
    int | None, Query(ge=1, le=2**31, description="A release's number; default: the newest")
]


@dataclass(frozen=True)
class Release:
    """One released state; `number` is 0 while nothing was released."""

    path: Path
    number: int
    connection: duckdb.DuckDBPyConnection
    _facts: dict[tuple[Any, ...], list[dict[str, Any]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def rows(self, sql: str, parameters: dict[str, Any] | None = None) -> pa.Table:
        """Return what a query gives; its parameters are bound, never pasted."""
        with self.connection.cursor() as cursor:  # threads must not share a connection
            return cursor.execute(sql, parameters or None).to_arrow_table()

    def dicts(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return rows as dictionaries."""
        found: list[dict[str, Any]] = self.rows(sql, parameters).to_pylist()
        return found

    def facts(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return rows that say what the file holds, asked once: a release file never changes.

        Nobody may change what is returned.
        """
        asked = (sql, *sorted(parameters.items()))
        if asked not in self._facts:
            self._facts[asked] = self.dicts(sql, **parameters)
        return self._facts[asked]


class Releases:
    """Release files this process has open; one that is pushed out is closed by its last reader."""

    def __init__(self) -> None:
        self._opened: OrderedDict[Path, Release] = OrderedDict()
        self._lock = threading.Lock()

    def current(self, tier: str | None = WHOLE) -> Release:
        """Return what readers of a tier see now.

        Raises:
            Problem: 503, nothing was released yet; 403, the key sees not even the first tier.
        """
        try:
            return self._open(release_path(tier=_known(tier)))
        except NothingReleased as error:
            raise Problem(503, "Nothing is released yet: run `make run`.") from error

    def numbered(self, number: int, tier: str | None = WHOLE) -> Release:
        """Return a release by its number, as readers of a tier see it.

        Raises:
            Problem: 404, there never was one; 410, retention dropped it, or it was published before
                releases were parted by tier; 403, the key sees not even the first tier.
        """
        if path := newest_file(number):
            try:
                return self._open(of_tier(path.resolve(), _known(tier)))
            except NothingReleased as error:
                raise Problem(410, f"Release {number} is not parted by tier.") from error
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


def _known(tier: str | None) -> str:
    if tier is None:
        raise Problem(403, "This key lacks the tier `open`, and with it all that is released.")
    return tier


def release_of(
    request: Request,
    caller: Reader,
    release: Number = None,
) -> Release:
    """Return the release a request is about, as readers of the key's tier see it.

    Raises:
        NotModified: the caller has the answer of this release already.
        Problem: see `Releases`.
    """
    releases: Releases = request.app.state.releases
    tier = caller.tier
    found = releases.numbered(release, tier) if release else releases.current(tier)
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


def whole_of(request: Request, caller: Reader, release: Number = None) -> Release:
    """Return the release a request is about with rows of all tiers, for who looks at them itself.

    Raises:
        Problem: see `Releases`.
    """
    releases: Releases = request.app.state.releases
    return releases.numbered(release) if release else releases.current()


OfRelease = Annotated[Release, Depends(release_of)]
OfWhole = Annotated[Release, Depends(whole_of)]
