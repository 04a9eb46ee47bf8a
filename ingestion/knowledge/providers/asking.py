"""One sync's questions to a provider, and the files that are kept of its answers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from requests import HTTPError, RequestException, Response

from ingestion.knowledge.fetching import FetchFailed
from ingestion.knowledge.http_client import wait_of

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

Answer = dict[str, Any]
FORBIDDEN = (401, 403, 404)  # of one thing among many: it is there no more, or not for us
_EXPIRED = (400, 404, 410, 422)  # of a later page: its cursor is no longer known
_NO_CURSOR = "invalid_cursor"  # of Slack, with status 200
_RESETS = ("X-RateLimit-Requests-Reset", "X-RateLimit-Complexity-Reset")  # of Linear
_TOO_MANY = ("rateLimitExceeded", "userRateLimitExceeded")  # of Google
_ATTEMPTS = 5
_LONGEST = 200  # bytes of a name: files of ids, whatever a server calls one
_FOR_NOW = (429, *range(500, 600))


class Refusal(Exception):
    """A provider says no; the message says to what and why."""

    def __init__(self, what: str, status: int, code: str, told: str, headers: Any = None) -> None:
        said = ": ".join(filter(None, (code, told[:300])))
        super().__init__(f"{what} was answered with status {status}: {said}".rstrip(": "))
        self.status, self.code, self.told, self.headers = status, code, told, headers or {}

    def pause(self, attempt: int) -> float | None:
        """Return the seconds after which to ask again; None where it means no.

        Linear says with status 400 when requests are counted anew (a moment, in ms), Google with
        status 403 that there were too many.
        """
        if self.code == "RATELIMITED":
            told = [float(self.headers[name]) for name in _RESETS if name in self.headers]
            return max(max((one / 1000 - time.time() for one in told), default=60.0), 0.0)
        return float(2**attempt) if self.code in _TOO_MANY else None


class _BeginAnew(Exception):
    """A list was lost on the way."""


def bearer(secret: str) -> Any:
    """Return how a request says who asks, where a token alone says it."""
    from dlt.sources.helpers.rest_client.auth import BearerTokenAuth

    return BearerTokenAuth(token=secret)


@dataclass
class Asking:
    """Asks one provider and counts what it took."""

    folder: Path
    counted: Counter[str]
    max_wait: int  # seconds
    since: datetime | None = None  # UTC; None: all there is
    until: datetime | None = None  # UTC
    token: str | None = None  # where the last sync ended
    cursor: str | None = None  # where the next one goes on
    is_partial: bool = False  # something was not listed: what is not seen is not gone
    client: RESTClient = field(init=False)

    def json(self, method: str, path: str, **asked: Any) -> Answer:
        """Return what a path says.

        Raises:
            FetchFailed: no answer can be had.
            Refusal: the answer is no.
        """
        said = self._patiently(lambda: self._json(method, path, asked))
        assert isinstance(said, dict)
        return said

    def content(self, path: str, **params: Any) -> bytes:
        """Return the bytes that lie at a path; raises as `json` does."""
        asked = {"params": params}
        return bytes(self._patiently(lambda: self._response("GET", path, asked).content))

    def keep(self, name: str, content: Any) -> None:
        """Keep an answer, or bytes, as a file.

        Raises:
            FetchFailed: an id in its name is none.
        """
        if any(part == ".." or len(part.encode()) > _LONGEST for part in name.split("/")):
            raise FetchFailed(f"an id that cannot be the name of a file: {name[:80]!r}")
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else orjson.dumps(content))

    def pages(
        self, ask: Callable[[str | None], Answer], following: Callable[[Answer], str | None]
    ) -> Iterator[tuple[int, Answer]]:
        """Yield the pages of a list with their numbers, from 1.

        A cursor that expires or repeats makes the list begin anew once: the same numbers come
        again, and what was kept of them is to be replaced.

        Args:
            ask: asks for the page at a cursor; None: the first.
            following: the cursor of the next page; empty: there is none.

        Raises:
            FetchFailed: the list was lost twice.
            Refusal: there is no such list for us.
        """
        try:
            yield from _pages(ask, following)
        except _BeginAnew:
            try:
                yield from _pages(ask, following)
            except _BeginAnew as error:
                raise FetchFailed(str(error)) from None

    def _patiently(self, ask: Callable[[], Any]) -> Any:
        """Ask; wait where an answer says "not now" otherwise than HTTP does."""
        for attempt in range(_ATTEMPTS):
            try:
                return ask()
            except Refusal as error:
                pause = error.pause(attempt)
                if pause is None or attempt == _ATTEMPTS - 1:
                    raise
                if pause > self.max_wait:
                    why = f"{error}; it asks for a wait of {pause:,.0f} s, and is asked next time"
                    raise FetchFailed(why) from None
                self.counted["retries"] += 1
                time.sleep(pause)
        raise AssertionError("an attempt returns or raises")

    def _json(self, method: str, path: str, asked: dict[str, Any]) -> Answer:
        response = self._response(method, path, asked)
        try:
            said = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise FetchFailed(f"{path} was answered with what is no JSON") from None
        if not isinstance(said, dict):
            raise FetchFailed(f"{path} was answered with what is no JSON object")
        if said.get("ok") is False or said.get("errors") or said.get("object") == "error":
            raise _refusal(path, response)
        return said

    def _response(self, method: str, path: str, asked: dict[str, Any]) -> Response:
        try:
            hooks = {"response": [self._look]}
            return self.client.request(path, **{"method": method, "hooks": hooks, **asked})
        except HTTPError as error:
            if error.response is None:
                raise FetchFailed(f"{path} cannot be had: {type(error).__name__}") from None
            if error.response.status_code in _FOR_NOW:
                raise FetchFailed(str(_refusal(path, error.response))) from None
            raise _refusal(path, error.response) from None
        except RequestException as error:
            raise FetchFailed(f"{path} cannot be had: {type(error).__name__}") from None
        except ValueError as error:  # another host
            raise FetchFailed(f"{path} cannot be had: {error}") from None

    def _look(self, response: Response, *_: Any, **__: Any) -> None:
        self.counted["requests"] += 1
        self.counted["retries"] += response.status_code in _FOR_NOW
        wait = wait_of(response.headers.get("Retry-After", ""))
        if wait > self.max_wait and not response.ok:
            raise FetchFailed(f"it asks for a wait of {wait:,} s; it is asked next time")
        response.raise_for_status()


def _pages(
    ask: Callable[[str | None], Answer], following: Callable[[Answer], str | None]
) -> Iterator[tuple[int, Answer]]:
    cursor: str | None = None
    known: set[str] = set()
    number = 1
    while True:
        try:
            said = ask(cursor)
        except Refusal as error:
            if number > 1 and (error.status in _EXPIRED or error.code == _NO_CURSOR):
                raise _BeginAnew(f"page {number} is lost: {error}") from None
            raise
        yield number, said
        cursor = following(said)
        if not cursor:
            return
        if cursor in known:
            raise _BeginAnew(f"page {number} leads to one that came before")
        known.add(cursor)
        number += 1


def _refusal(path: str, response: Response) -> Refusal:
    """What an answer that is none says: each provider has a form of its own."""
    try:
        said = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        said = None
    said = said if isinstance(said, dict) else {}
    inner, first = said.get("error"), next(iter(said.get("errors") or ()), None)
    if isinstance(first, dict):  # GraphQL
        code, told = (first.get("extensions") or {}).get("code"), first.get("message")
    elif isinstance(inner, dict):  # Google
        reasons = [one.get("reason") for one in inner.get("errors") or () if isinstance(one, dict)]
        code, told = next(iter(reasons), inner.get("status")), inner.get("message")
    elif isinstance(inner, str):  # Slack
        code, told = inner, said.get("needed")
    else:  # Notion
        code, told = said.get("code"), said.get("message")
    return Refusal(path, response.status_code, str(code or ""), str(told or ""), response.headers)
