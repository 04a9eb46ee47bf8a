"""Which addresses may be asked, and a connection that goes to the very address that was checked.

A name is resolved once for each connection; every address it has must be allowed, and the
connection is made to one of them: a name that answers differently a moment later gains nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpcore2
from httpcore2._backends.anyio import AnyIOBackend
from httpcore2._backends.base import AsyncNetworkBackend, AsyncNetworkStream

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind NAT64


class PrivateAddress(Exception):
    """A host is, or resolves to, an address that is not public."""


class UnknownHost(httpcore2.ConnectError):
    """A name has no address."""


@dataclass(frozen=True)
class NameMap:
    """Names with the place that plays them, as `curl --resolve` has it; always without TLS."""

    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    is_all: bool = False  # there is no other host: no name is asked of the real network


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner: ipaddress.IPv4Address | None = found.ipv4_mapped or found.sixtofour
        if inner is None and found in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def literal_address(host: str) -> str | None:
    """Return the IP address a host is written as, in any of the ways resolvers take; else None."""
    bare = host.strip("[]").partition("%")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        pass
    if bare and all(part[:1].isdigit() for part in bare.rstrip(".").split(".")):
        try:  # 127.1, 2130706433, 0x7f.1
            return socket.inet_ntoa(socket.inet_aton(bare.rstrip(".")))
        except OSError:
            return None
    return None


class CheckedBackend(AsyncNetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(self, names: NameMap, allow_private: bool = False) -> None:
        self.names, self.allow_private = names, allow_private
        self._inner = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> AsyncNetworkStream:
        """Connect; raises PrivateAddress before anything is sent, UnknownHost."""
        if place := self.names.places.get(host.lower().rstrip(".")):
            stream = await self._inner.connect_tcp(*place, timeout, local_address, socket_options)
            return _Plain(stream)
        for number, address in enumerate(addresses := await self._checked(host, port)):
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if number + 1 == len(addresses):
                    raise
        raise UnknownHost(f"{host} has no address")

    async def _checked(self, host: str, port: int) -> list[str]:
        literal = literal_address(host)
        addresses = [literal] if literal else await self._resolved(host, port)
        if not self.allow_private:
            for address in addresses:
                if not is_public(address):
                    raise PrivateAddress(f"{host} is {address}, which is not a public address")
        return addresses

    async def _resolved(self, host: str, port: int) -> list[str]:
        if self.names.is_all and host != "localhost":
            raise UnknownHost(f"{host} has no address")
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise UnknownHost(f"{host} has no address ({error.strerror or error})") from None
        # the old family first: a host whose new one leads nowhere costs a deadline else
        ordered = sorted(found, key=lambda one: one[0] != socket.AF_INET)
        return list(dict.fromkeys(str(one[4][0]) for one in ordered))

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class _Plain(AsyncNetworkStream):
    """A stream that plays a host, with or without TLS."""

    def __init__(self, inner: AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(self, *_: Any, **__: Any) -> AsyncNetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return None if info == "ssl_object" else self._inner.get_extra_info(info)
