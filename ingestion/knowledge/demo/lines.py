"""Logs as services write them: rotated files, traces of many lines, values that vary."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ingestion.knowledge.demo.organisation import DELIVERIES, START, Entity
from ingestion.knowledge.demo.story import Story
from ingestion.knowledge.demo.truth import table
from ingestion.knowledge.demo.written import Written, folder_of

# {n} a number, {id} a hex id, {ip} an address, {user} a user, {path} a path, {host} a host
TEMPLATES = (
    ("INFO", "GET {path} answered 200 in {n} ms"),
    ("INFO", "POST {path} answered 201 in {n} ms"),
    ("WARN", "slow query took {n} ms on {host}"),
    ("INFO", "connection from {ip} accepted"),
    ("INFO", "connection from {ip} closed after {n} s"),
    ("INFO", "session {id} opened for user {user}"),
    ("INFO", "session {id} closed"),
    ("ERROR", "could not reach {host}: connection refused"),
    ("WARN", "retry {n} of 5 for job {id}"),
    ("INFO", "job {id} finished in {n} ms"),
    ("ERROR", "job {id} failed: timeout after {n} ms"),
    ("INFO", "cache hit ratio {n} percent"),
    ("DEBUG", "flushed {n} entries to disk"),
    ("INFO", "leader elected: {host}"),
    ("WARN", "disk usage at {n} percent on {host}"),
    ("INFO", "configuration reloaded, version {id}"),
    ("ERROR", "unhandled exception in request {id}"),
    ("INFO", "user {user} logged in from {ip}"),
    ("WARN", "user {user} entered a wrong password"),
    ("INFO", "certificate expires in {n} days"),
    ("INFO", "snapshot {id} written, {n} bytes"),
    ("DEBUG", "heartbeat from {host} after {n} ms"),
    ("INFO", "queue depth is {n}"),
    ("INFO", "shutting down"),
)
TRACE = 16  # the template that is followed by a trace
FRAMES = 6
STREAMS = 4


def write_lines(story: Story, written: Written) -> None:
    """Write the lines since the delivery before, of some services; and which is which."""
    truth: list[dict[str, str | int]] = []
    count = story.org.size.log_lines // (len(DELIVERIES) * STREAMS)
    last = START
    for day in DELIVERIES:
        for service in story.org.all("Service")[:STREAMS]:
            chance = story.org.dice(f"lines {service.key} {day}")
            begins = datetime.combine(last, datetime.min.time(), UTC)
            span = (day - last).total_seconds()
            lines = list(_lines(story, service, begins, span, count, chance))
            name = service.names[0][1]
            half = next(at for at in range(count // 2, count) if lines[at][1] >= 0)
            for path, some in ((f"{name}.log.1.gz", lines[:half]), (f"{name}.log", lines[half:])):
                content = "".join(f"{text}\n" for text, _ in some).encode()
                packed = gzip.compress(content, mtime=0) if path.endswith(".gz") else content
                shown = f"{folder_of('logs', day)}/{path}"
                written.files[shown] = packed
                truth += list(_placed(f"{day}/{path}", some))
        last = day
    written.files["truth/log_lines.csv"] = table(truth)


def _placed(file: str, lines: list[tuple[str, int]]) -> Iterator[dict[str, str | int]]:
    """Yield which template each event of a file has, and the byte it begins at, unpacked."""
    offset = 0
    for text, template in lines:
        if template >= 0:
            yield {"file": file, "offset": offset, "template": template}
        offset += len(text.encode()) + 1


def _lines(
    story: Story,
    service: Entity,
    begins: datetime,
    span: float,
    count: int,
    chance: random.Random,
) -> Iterator[tuple[str, int]]:
    """Yield lines with the number of their template; -1 of those that go on with an event."""
    weights = [1 / (1 + place * 0.6) for place in range(len(TEMPLATES))]
    chance.shuffle(weights)
    hosts = [one.names[0][1] for one in story.org.all("Host")]
    at, made = begins, 0
    while made < count:
        at += timedelta(seconds=span / count * chance.random())
        number = chance.choices(range(len(TEMPLATES)), weights)[0]
        level, form = TEMPLATES[number]
        message = form.format(
            n=chance.randint(1, 9_999),
            id=f"{chance.getrandbits(32):08x}",
            ip=f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(1, 255)}",
            user=f"u{chance.randrange(1, 500)}",
            path=f"/v1/{chance.choice(('orders', 'users', 'items'))}/{chance.randint(1, 9_999)}",
            host=chance.choice(hosts),
        )
        stamp = f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03d}"
        name = service.names[0][1]
        yield f"{stamp} {level} [{chance.choice(hosts)}] {name}: {message}", number
        made += 1
        if number == TRACE:
            for frame in range(min(FRAMES, count - made)):
                yield f"    at handler.step{frame}(handler.py:{chance.randint(1, 900)})", -1
                made += 1
