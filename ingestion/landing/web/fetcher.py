"""Fetch what addresses name: one client, each host in its turn, every hop of a redirect checked."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from urllib.parse import urlsplit

import httpcore2
import httpx2

from ingestion.lakehouse.clock import now
from ingestion.landing.web import robots as rules_of
from ingestion.landing.web.addresses import CheckedBackend, NameMap, PrivateAddress
from ingestion.landing.web.asking import (
    Answer,
    Ask,
    Refused,
    joined,
    kept_headers,
    origin_of,
    refuse_address,
)
from ingestion.landing.web.connections import HostPools
from ingestion.landing.web.hosts import Host, HostClosed, Hosts
from ingestion.landing.web.retrying import AGAIN, Patience, retry_after
from ingestion.landing.web.robots import RobotsKept, Rules, robots_of
from ingestion.landing.web.unpacking import (
    ACCEPTED,
    TooLarge,
    Unpackable,
    Unpacker,
    unpacked_file,
)

REDIRECTS = {301: True, 302: False, 303: False, 307: False, 308: True}  # is it for good
MOST_REDIRECTS = 5
GIVEN = (200, 203)  # the whole; 203: a proxy between us had a hand in it


class Fetcher:
    """Asks the hosts of one run."""

    def __init__(
        self,
        agent: str,
        names: NameMap = NameMap(),  # noqa: B008  immutable
        patience: Patience = Patience(),  # noqa: B008
        kept: RobotsKept | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        self.agent, self.names, self.patience, self.kept = agent, names, patience, kept
        self.hosts = hosts or Hosts()
        self._rules: dict[str, asyncio.Task[Rules]] = {}
        self._context = ssl.create_default_context() if not names.is_all else None
        self._pools = {private: self._pool(private) for private in (False, True)}

    def _pool(self, allow_private: bool) -> httpx2.AsyncClient:
        transport = httpx2.AsyncHTTPTransport(verify=self._context or False, trust_env=False)
        # a proxy would connect in our place, to addresses nobody checked
        backend = CheckedBackend(self.names, allow_private)
        transport._pool = HostPools(
            lambda: httpcore2.AsyncConnectionPool(
                ssl_context=self._context,
                max_connections=None,  # `hosts` says how many
                keepalive_expiry=30.0,
                network_backend=backend,
            )
        )
        patience = self.patience
        return httpx2.AsyncClient(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(patience.read, connect=patience.connect, pool=None),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none is kept
            headers={"User-Agent": self.agent, "Accept-Encoding": ACCEPTED, "Accept": "*/*"},
        )

    async def __aenter__(self) -> Fetcher:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._rules.values():
            task.cancel()
        for client in self._pools.values():
            await client.aclose()

    async def fetch(self, ask: Ask) -> Answer:
        """Return what became of an address; whatever happens to it is an answer, no error."""
        begun = time.monotonic()
        trail = Answer("failed", now(), final_url=ask.url)
        answer = await self._follow(ask, trail)
        return replace(answer, seconds=time.monotonic() - begun, fetched_at=now())

    async def _follow(self, ask: Ask, trail: Answer) -> Answer:
        url, cookies = ask.url, httpx2.Cookies()
        for _ in range(MOST_REDIRECTS + 1):
            trail = replace(trail, final_url=url)
            try:
                if ask.obeys_robots and ask.role != "robots":
                    await self._heed_robots(ask, url)
                trail = await self._attempts(ask, url, trail, cookies)
            except Refused as refusal:
                return replace(trail, status=refusal.status, error=str(refusal))
            except HostClosed as error:
                return replace(trail, error=str(error), wait_seconds=error.seconds)
            target = trail.headers.get("location")
            if trail.http_status not in REDIRECTS or not target:
                return trail
            try:
                url = joined(url, target)
            except ValueError as error:
                return replace(trail, error=f"a redirect to what is no address: {error}")
            hop = {"status": trail.http_status, "url": url}
            trail = replace(trail, redirects=(*trail.redirects, hop), headers={}, error=None)
        return replace(trail, error=f"more than {MOST_REDIRECTS} redirects")

    async def _heed_robots(self, ask: Ask, url: str) -> None:
        origin = origin_of(url)
        if origin is None:
            return  # `_attempts` says what is wrong with it
        refuse_address(ask, url)
        if origin not in self._rules:
            self._rules[origin] = asyncio.ensure_future(self._robots(ask, origin))
        rules = await self._rules[origin]
        host = self._host(url)
        if rules.robots.state == rules_of.UNKNOWN:
            if host.closed_for:  # it said for how long
                raise HostClosed(host.name, host.closed_for)
            status = "private_address" if rules.robots.text == "private" else "failed"
            raise Refused(status, rules.robots.why)
        if not rules.allows(url):
            raise Refused("disallowed", f"robots.txt of {origin} does not allow it")
        host.obey(rules.delay, ask.concurrency)

    async def _robots(self, ask: Ask, origin: str) -> Rules:
        found = self.kept.robots(origin) if self.kept else None
        if found is None or not found.is_fresh(now()):
            asked = replace(
                ask, url=f"{origin}/robots.txt", role="robots", key=origin, cap=rules_of.CAP,
                is_file=False, conditional={}, headers={}, is_cut=True,
            )  # fmt: skip
            answer = await self.fetch(asked)
            found = robots_of(answer, origin)
            if self.kept:
                self.kept.keep_robots(asked, answer, found)
        return Rules(found, self.agent)

    async def _attempts(self, ask: Ask, url: str, trail: Answer, cookies: httpx2.Cookies) -> Answer:
        """Ask one address, again where that may help."""
        refuse_address(ask, url)
        host = self._host(url)
        host.obey(ask.gap_seconds, ask.concurrency)
        for failures in range(1, self.patience.attempts + 1):
            trail = replace(trail, attempt_count=trail.attempt_count + 1)
            async with self.hosts.turn(host):
                trail, may_help = await self._once(ask, url, trail, cookies)
                wait = retry_after(trail.headers.get("retry-after")) if may_help else None
                if wait is not None:
                    host.pause(wait)
            if not may_help or failures == self.patience.attempts:
                return replace(trail, wait_seconds=wait if host.closed_for else None)
            await asyncio.sleep(self.patience.wait(failures) if wait is None else 0)
        return trail

    async def _once(
        self, ask: Ask, url: str, trail: Answer, cookies: httpx2.Cookies
    ) -> tuple[Answer, bool]:
        """Send one request; returns what came of it and whether trying again may help."""
        begun = False
        is_first_origin = origin_of(url) == origin_of(ask.url)
        sent = _as_bytes(ask.conditional)
        if is_first_origin:
            sent += _as_bytes(ask.headers)
        try:
            async with (
                asyncio.timeout(self.patience.total),
                _asked(self._pools[ask.allow_private], url, sent, cookies) as response,
            ):
                begun = True
                trail = replace(
                    trail,
                    http_status=response.status_code,
                    headers=kept_headers(response),
                    error=None,
                )
                return await self._read(ask, response, trail)
        except PrivateAddress as error:
            raise Refused("private_address", str(error)) from None
        except TimeoutError:
            return _failed(trail, f"no whole answer within {self.patience.total:.0f} s"), False
        except httpx2.TransportError as error:
            # a kept connection that the server has closed meanwhile is one that was not made
            return _failed(trail, _sentence(error)), not begun and _is_of_connecting(error)
        except httpcore2.ConnectError as error:
            return _failed(trail, str(error)), True
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, ValueError) as error:
            return _failed(trail, f"the address cannot be asked: {error}"), False

    async def _read(
        self, ask: Ask, response: httpx2.Response, trail: Answer
    ) -> tuple[Answer, bool]:
        code = response.status_code
        if code == 304 and not ask.conditional:
            error = "the server answers 304 Not Modified to who has nothing of it yet"
            return replace(trail, error=error), False
        if code == 304:
            return replace(trail, status="unchanged"), False
        if code in REDIRECTS and trail.headers.get("location"):
            return trail, False
        if code in REDIRECTS:
            return replace(trail, error=f"a redirect ({code}) that leads nowhere"), False
        if code == 410:
            return replace(trail, status="gone", error="the server says it is gone (410)"), False
        if code not in GIVEN:
            error = f"the server answers {code} {response.reason_phrase}".strip()
            return replace(trail, error=error), code in AGAIN
        try:
            unpacker = Unpacker(response.headers.get("content-encoding"), ask.cap)
            async for data in response.aiter_raw():
                unpacker.feed(data)
            content = unpacker.finish()
            content = unpacked_file(content, ask.cap) if ask.is_file else content
        except TooLarge:
            if ask.is_cut:
                return replace(trail, status="ok", content=unpacker.content), False
            error = f"more than {ask.cap / 1e6:.0f} MB, unpacked; the rest was not read"
            return replace(trail, status="too_large", error=error), False
        except Unpackable as error:
            return replace(trail, error=str(error)), False
        return replace(trail, status="ok", content=content), False

    def _host(self, url: str) -> Host:
        return self.hosts.host((urlsplit(url).hostname or "").lower().rstrip("."))


@asynccontextmanager
async def _asked(
    client: httpx2.AsyncClient, url: str, sent: list[tuple[bytes, bytes]], cookies: httpx2.Cookies
) -> AsyncIterator[httpx2.Response]:
    """Send one request with the cookies of its own chain of redirects, and take those it brings.

    No cookie outlives its chain: what one answer set would change, or break, what a host is asked
    next. Within it they are needed: a host may lead in a circle until its own comes back.
    """
    request = client.build_request("GET", url, headers=sent)
    with suppress(UnicodeError):  # one that no header can hold
        cookies.set_cookie_header(request)
    response = await client.send(request, stream=True)
    try:
        cookies.extract_cookies(response)
        yield response
    finally:
        await response.aclose()


def _failed(trail: Answer, error: str) -> Answer:
    return replace(trail, status="failed", http_status=None, headers={}, error=error)


def _as_bytes(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as they are sent; a validator may have bytes that are no ASCII."""
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


def _is_of_connecting(error: httpx2.TransportError) -> bool:
    """Say whether there was no connection; an answer that is no HTTP comes again as it is."""
    if isinstance(error, httpx2.RemoteProtocolError):
        return "disconnected" in str(error)
    return not isinstance(error, httpx2.ReadTimeout)


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
