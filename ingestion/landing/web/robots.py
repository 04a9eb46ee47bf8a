"""What a host's robots.txt allows, kept for a day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from protego import Protego

from ingestion.lakehouse.clock import now
from ingestion.landing.web.asking import Answer, Ask

KEPT = timedelta(hours=24)
LONGEST_DELAY = 60.0  # seconds between two requests that a host may ask for
CAP = 512 * 1024  # bytes that are read of it
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
        self.robots, self._agent = robots, agent
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
        text = (answer.content or b"").decode("utf-8", "replace")
        return Robots("rules", text, now())
    if answer.status == "gone" or 400 <= code < 500 and code != 429 and not answer.wait_seconds:
        return Robots(ALLOWED, "", now())
    if answer.status == "too_large":
        return Robots(UNKNOWN, "", now(), f"robots.txt of {origin} is too large")
    why = f"robots.txt of {origin} cannot be read now: {answer.error}"
    return Robots(UNKNOWN, "", now(), why)


class RobotsKept(Protocol):
    """Keeps robots.txt between runs."""

    def robots(self, origin: str) -> Robots | None: ...

    def keep_robots(self, ask: Ask, answer: Answer, found: Robots) -> None: ...
