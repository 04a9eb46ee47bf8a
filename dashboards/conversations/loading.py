"""Files that lie elsewhere: under a folder that is allowed, on a public server, at a hub."""

from __future__ import annotations

import os
import re
import ssl
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpcore2
import httpx2

from ingestion.conversations.uploads import UploadRefused, ending_of
from ingestion.lakehouse.settings import settings
from ingestion.landing.web.addresses import (
    CheckedBackend,
    NameMap,
    PrivateAddress,
    is_public,
    literal_address,
)
from ingestion.landing.web.asking import joined

HUBS = ("hf://", "kaggle://")
MOST_REDIRECTS = 5
_BLOCK = 1024 * 1024
_HUB = re.compile(r"(?:hf|kaggle)://[\w.-]+/[\w.-]+(?:/[\w. -]+){0,10}")
_TIMEOUT = httpx2.Timeout(60, connect=10)


def refuse(location: str) -> None:
    """Refuse what needs no look at it to be refused.

    Raises:
        UploadRefused: it is of no kind that is loaded, or not allowed.
    """
    if location.startswith(HUBS):
        if not _HUB.fullmatch(location) or ".." in location:
            raise UploadRefused("Write it as hf://owner/name or kaggle://owner/slug.")
    elif location.startswith("https://"):
        refuse_address(location)
        ending_of(urlsplit(location).path)
    elif location.startswith("/"):
        with opened(location):
            ending_of(location)
    else:
        raise UploadRefused("Name a path under SLUICE_API_ROOTS, https://, hf:// or kaggle://.")


class opened:
    """Open a file under a folder that is allowed: looked at as it was opened, not as it is called.

    Raises:
        UploadRefused: there is none that may be read; says the same whether it is there or not.
    """

    def __init__(self, location: str) -> None:
        self._held = -1
        try:
            self._held = os.open(location, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
            real = Path(f"/proc/self/fd/{self._held}").readlink()
            is_file = stat.S_ISREG(os.fstat(self._held).st_mode)
        except (OSError, ValueError):
            real, is_file = Path("/"), False
        if not is_file or not any(real.is_relative_to(root) for root in roots()):
            self.__exit__()
            raise UploadRefused("There is no file of this name under SLUICE_API_ROOTS.")
        self.size = os.fstat(self._held).st_size

    def blocks(self) -> Iterator[bytes]:
        """Yield what it holds."""
        while block := os.read(self._held, _BLOCK):
            yield block

    def __enter__(self) -> opened:
        return self

    def __exit__(self, *_: object) -> None:
        if self._held >= 0:
            os.close(self._held)
            self._held = -1


def roots() -> list[Path]:
    """Return the folders whose files may be loaded."""
    named = (settings().sluice_api_roots or "").split(":")
    return [Path(one.strip()).resolve() for one in named if one.strip()]


def refuse_address(url: str) -> None:
    """Refuse an address that is not https, or a host that is written as a private address.

    Raises:
        UploadRefused: says which.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise UploadRefused("This address cannot be read.") from None
    if parts.scheme != "https" or not host or parts.username is not None:
        raise UploadRefused("Only https:// addresses without a name and password are asked.")
    address = literal_address(host)
    if address and not is_public(address):
        raise UploadRefused(f"{address} is not a public address.")


async def fetched(url: str, names: NameMap = NameMap()) -> AsyncIterator[tuple[bytes, int | None]]:  # noqa: B008  immutable
    """Yield what a server has, block by block, with the size it says.

    Each hop of a redirect is checked, and the connection is made to the address that was checked.

    Raises:
        UploadRefused: an address is not public, or the server has no such file.
    """
    transport = httpx2.AsyncHTTPTransport(trust_env=False)
    # a proxy would connect in our place, to addresses nobody checked
    transport._pool = httpcore2.AsyncConnectionPool(
        ssl_context=ssl.create_default_context(), network_backend=CheckedBackend(names)
    )
    try:
        async with httpx2.AsyncClient(
            transport=transport, trust_env=False, follow_redirects=False, timeout=_TIMEOUT
        ) as client:
            for _ in range(MOST_REDIRECTS + 1):
                refuse_address(url)
                async with client.stream("GET", url) as answer:
                    target = answer.headers.get("location")
                    if answer.is_redirect and target:
                        url = joined(url, target)
                        continue
                    if not answer.is_success:
                        raise UploadRefused(f"The server answers {answer.status_code}.")
                    told = answer.headers.get("content-length", "")
                    async for block in answer.aiter_bytes(_BLOCK):
                        yield block, int(told) if told.isdigit() else None
                    return
            raise UploadRefused(f"There are more than {MOST_REDIRECTS} redirects.")
    except PrivateAddress as error:
        raise UploadRefused(str(error)) from None
    except (httpx2.HTTPError, httpcore2.NetworkError) as error:
        raise UploadRefused(f"The server does not answer ({type(error).__name__}).") from None
