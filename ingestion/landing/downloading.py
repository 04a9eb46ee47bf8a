"""Fetch a file over HTTP so that an interrupted download goes on where it stopped."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from ingestion.landing.deliveries import SourceFailed

BLOCK = 1024 * 1024
ATTEMPTS = 5
TIMEOUT = (10, 60)  # seconds to connect, and between two blocks
TELL_EVERY_SECONDS = 5.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Remote:
    """A file on a server, and what tells that it changed."""

    url: str
    name: str  # what it is called, without secrets
    byte_count: int  # 0: the server does not say
    stamp: str
    headers: Mapping[str, str]
    auth: tuple[str, str] | None = None


def look_up(
    url: str, name: str, headers: Mapping[str, str], auth: tuple[str, str] | None = None
) -> Remote:
    """Ask a server about a file.

    Raises:
        SourceFailed: it does not answer, or has no such file.
    """
    try:
        answer = requests.head(
            url, headers=dict(headers), auth=auth, timeout=TIMEOUT, allow_redirects=True
        )
        if answer.status_code in (403, 405, 501):  # some servers answer GET only
            answer = requests.get(
                url, headers=dict(headers), auth=auth, timeout=TIMEOUT, stream=True
            )
            answer.close()
    except requests.RequestException as error:
        raise SourceFailed(f"{name}: the server does not answer ({_kind(error)})") from None
    if not answer.ok:
        raise SourceFailed(f"{name}: the server answers {answer.status_code} {answer.reason}")
    length = answer.headers.get("Content-Length", "")
    size = int(length) if length.isdigit() else 0
    marks = [answer.headers.get(key, "") for key in ("ETag", "Last-Modified")]
    return Remote(url, name, size, "-".join([str(size), *marks]), headers, auth)


def download(remote: Remote, folder: Path, say: Say, sha256: str | None = None) -> Path:
    """Fetch a file into a folder; what an earlier run fetched of it is not fetched again.

    Raises:
        SourceFailed: it cannot be fetched, or is not the file its checksum says.
    """
    folder.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(f"{remote.name}\n{remote.stamp}".encode()).hexdigest()[:24]
    whole, part = folder / key, folder / f"{key}.part"
    if not whole.exists():
        _fetch(remote, part, say)
        part.rename(whole)
    if sha256 and (found := _sha256(whole)) != sha256:
        whole.unlink()
        raise SourceFailed(f"{remote.name}: its SHA-256 is {found}, the declaration says {sha256}")
    return whole


def _fetch(remote: Remote, part: Path, say: Say) -> None:
    problem = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(min(0.2 * 2**attempt, 10))
        try:
            _go_on(remote, part, say)
        except requests.RequestException as error:
            problem = _kind(error)
            continue
        size = part.stat().st_size
        if remote.byte_count in (0, size):
            return
        problem = f"{size} of {remote.byte_count} bytes came"
        if size > remote.byte_count:
            part.unlink()
    raise SourceFailed(f"{remote.name}: not fetched after {ATTEMPTS} attempts ({problem})")


def _go_on(remote: Remote, part: Path, say: Say) -> None:
    """Ask for what is missing and write it."""
    have = part.stat().st_size if part.exists() else 0
    if remote.byte_count and have == remote.byte_count:
        return
    headers = dict(remote.headers) | {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    with requests.get(
        remote.url, headers=headers, auth=remote.auth, timeout=TIMEOUT, stream=True
    ) as answer:
        if answer.status_code == 416:
            part.unlink(missing_ok=True)
            raise requests.ConnectionError("the part does not fit the file any more")
        if answer.status_code >= 500 or answer.status_code == 429:
            raise requests.HTTPError(f"{answer.status_code} {answer.reason}")
        if not answer.ok:
            raise SourceFailed(
                f"{remote.name}: the server answers {answer.status_code} {answer.reason}"
            )
        goes_on = answer.status_code == 206
        progress = _Progress(remote, have if goes_on else 0, say)
        with part.open("ab" if goes_on else "wb") as stream:
            for block in answer.iter_content(BLOCK):
                stream.write(block)
                progress.add(len(block))


class _Progress:
    """Says now and then how far a download is."""

    def __init__(self, remote: Remote, have: int, say: Say) -> None:
        self.remote, self.have, self.say = remote, have, say
        self.begun = self.told = time.monotonic()
        self.fetched = 0

    def add(self, count: int) -> None:
        self.fetched += count
        now = time.monotonic()
        if now - self.told < TELL_EVERY_SECONDS:
            return
        self.told = now
        done, rate = self.have + self.fetched, self.fetched / (now - self.begun)
        text = f"{self.remote.name}: {done / 1e6:,.1f} MB"
        if self.remote.byte_count:
            left = (self.remote.byte_count - done) / max(rate, 1)
            text += f" of {self.remote.byte_count / 1e6:,.1f} MB, {left:,.0f} s left"
        self.say(f"{text}, {rate / 1e6:,.1f} MB/s")


def get_json(
    url: str, name: str, headers: Mapping[str, str], auth: tuple[str, str] | None = None
) -> object | None:
    """Return what a server answers as JSON; None when it has no such thing.

    Raises:
        SourceFailed: it does not answer, refuses, or answers no JSON.
    """
    try:
        answer = requests.get(url, headers=dict(headers), auth=auth, timeout=TIMEOUT)
    except requests.RequestException as error:
        raise SourceFailed(f"{name}: the server does not answer ({_kind(error)})") from None
    if answer.status_code == 404:
        return None
    if not answer.ok:
        raise SourceFailed(f"{name}: the server answers {answer.status_code} {answer.reason}")
    try:
        found: object = answer.json()
    except requests.JSONDecodeError:
        raise SourceFailed(f"{name}: the server's answer is not JSON") from None
    return found


def _kind(error: requests.RequestException) -> str:
    """What went wrong, without the address: it may hold a token."""
    return type(error).__name__


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
