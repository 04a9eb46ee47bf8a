"""What a host's robots.txt allows, kept for a day."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from protego import Protego

from ingestion.lakehouse.clock import now
from ingestion.landing.web.asking import Answer, Ask

KEPT = timedelta(hours=24)
LONGEST_DELAY = 60.0  # seconds between two requests that a host may ask for
CAP = 512 * 1024  # bytes that are read of it; what follows them is ignored
_VERSION = re.compile(r"^([ \t]*user-?agent[ \t]*:[ \t]*[a-z_-]+)/[^\s#]*", re.I | re.M)
EMPTY = (204, 205)  # no rules
ALLOWED = "allowed"  # a host without the file: everything may be asked
UNKNOWN = "unknown"  # no answer: nothing may be asked now


@dataclass(frozen=True)
class Robots:
    """The rules of one origin."""

    state: str  # rules | allowed | unknown
    text: str = ""
    fetched_at: datetime = datetime.min
    why: str = ""  # it is unknown

    @property
    def json(self) -> str:
        return json.dumps([self.state, self.text, self.fetched_at.isoformat(), self.why])

    @classmethod
    def from_json(cls, text: str) -> Robots:
        """Read what `json` wrote."""
        state, rules, fetched_at, why = json.loads(text)
        return cls(state, rules, datetime.fromisoformat(fetched_at), why)

    def is_fresh(self, at: datetime) -> bool:
        """Say whether it need not be asked again; what is unknown is asked in each run."""
        return self.state != UNKNOWN and at - self.fetched_at < KEPT


class Rules:
    """Robots that were read once, asked often."""

    def __init__(self, robots: Robots, agent: str) -> None:
        self.robots = robots
        self._agent = agent.partition("/")[0]  # what groups are named after: `Sluice`, no more
        self._parsed: Any = Protego.parse(robots.text) if robots.state == "rules" else None

    def allows(self, url: str) -> bool:
        """Say whether an address may be asked."""
        return self._parsed is None or bool(self._parsed.can_fetch(url, self._agent))

    @property
    def delay(self) -> float:
        """Seconds between two requests that the host asks for."""
        found = self._parsed.crawl_delay(self._agent) if self._parsed else None
        return min(float(found or 0.0), LONGEST_DELAY)


def robots_of(answer: Answer, origin: str) -> Robots:
    """Return what an answer for robots.txt means: 4xx allows all, no answer allows nothing now."""
    if answer.status == "private_address":
        return Robots(UNKNOWN, "private", now(), answer.error or "")
    code = answer.http_status or 0
    if answer.status == "ok":
        return Robots("rules", _text(answer.content or b""), now())
    if (
        code in EMPTY
        or answer.status == "gone"
        or 400 <= code < 500
        and code != 429
        and not answer.wait_seconds
    ):
        return Robots(ALLOWED, "", now())
    why = f"robots.txt of {origin} cannot be read now: {answer.error}"
    return Robots(UNKNOWN, "", now(), why)


def _text(content: bytes) -> str:
    """Return the rules; what was cut is left out, names of groups lose their version."""
    if len(content) >= CAP:
        content = content.rpartition(b"\n")[0]
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = content.decode("utf-16" if wide else "utf-8-sig", "replace")
    return _VERSION.sub(r"\1", text)


class RobotsKept(Protocol):
    """Keeps robots.txt between runs."""

    def robots(self, origin: str) -> Robots | None: ...

    def keep_robots(self, ask: Ask, answer: Answer, found: Robots) -> None: ...
