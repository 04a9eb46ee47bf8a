"""Hosts on this machine, for tests: real sockets, answers as told, and a log of who asked what."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

REASONS = {200: "OK", 301: "Moved", 302: "Found", 304: "Not Modified", 404: "Not Found"}


@dataclass(frozen=True)
class Reply:
    """What a path answers."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0  # before the first byte
    blocks: Callable[[], Iterable[bytes]] | None = None  # instead of a body, never held whole
    hangs: bool = False  # sends its head, then nothing


@dataclass
class Request:
    """What a host was asked."""

    host: str
    path: str
    headers: Mapping[str, str]
    started: float
    ended: float


Answering = Callable[[Request], Reply]


class LocalWeb:
    """A server that plays any host; `with LocalWeb() as web` starts it."""

    def __init__(self) -> None:
        self.routes: dict[tuple[str, str], Reply | list[Reply] | Answering] = {}
        self.log: list[Request] = []
        self.most_at_once: Counter[str] = Counter()  # by host
        self._at_once: Counter[str] = Counter()
        self.connection_count = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = 0

    def __enter__(self) -> LocalWeb:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def say(self, host: str, path: str, *replies: Reply) -> None:
        """Have a path answer; several replies come one after another, the last one for good."""
        self.routes[host, path] = list(replies)

    def resolve(self, *hosts: str) -> dict[str, tuple[str, int]]:
        """Return where hosts are played."""
        return dict.fromkeys(hosts, ("127.0.0.1", self.port))

    def asked(self, host: str, path: str | None = None) -> list[Request]:
        """Return what a host was asked, robots.txt only when it is named."""
        return [
            one
            for one in self.log
            if one.host == host and (one.path == path if path else one.path != "/robots.txt")
        ]

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._client, "0.0.0.0", 0, backlog=256)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connection_count += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                await self._answer(head, writer)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        line, *rest = head.split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (one.partition(": ") for one in rest) if name
        }
        host = headers["host"].rpartition(":")[0] or headers["host"]
        path, started = line.split(" ")[1], time.monotonic()
        self._at_once[host] += 1
        self.most_at_once[host] = max(self.most_at_once[host], self._at_once[host])
        request = Request(host, path, headers, started, started)
        try:
            reply = self._reply(request)
            await asyncio.sleep(reply.seconds)
        finally:
            # before a byte of it is sent: who has read an answer finds it in the log
            self.log.append(request)
        try:
            await self._send(reply, writer)
        finally:
            self._at_once[host] -= 1
            request.ended = time.monotonic()

    def _reply(self, request: Request) -> Reply:
        found = self.routes.get((request.host, request.path), Reply(status=404))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found if isinstance(found, Reply) else found(request)

    async def _send(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        known = {name.lower() for name in reply.headers}
        lines = [f"HTTP/1.1 {reply.status} {REASONS.get(reply.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        if reply.blocks is None and "content-length" not in known:
            lines.append(f"Content-Length: {len(reply.body)}")
        elif reply.blocks is not None:
            lines.append("Connection: close")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        if reply.hangs:
            await writer.drain()
            await asyncio.sleep(3600)
        if reply.blocks is None:
            if reply.status != 304:
                writer.write(reply.body)
            await writer.drain()
            return
        for block in reply.blocks():
            writer.write(block)
            await writer.drain()
        writer.close()
