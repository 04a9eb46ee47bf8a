"""Which run of news is to be made now, and the row that says what it is made of."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ingestion.lakehouse.clock import now
from ingestion.lakehouse.settings import SettingsError
from ingestion.landing.declarations import Declared
from ingestion.news.memory import naive

# what `make news` says; `make run` and a schedule say nothing
FORCED, AS_OF, REPORT = "SLUICE_NEWS_RUN", "SLUICE_NEWS_AS_OF", "SLUICE_NEWS_REPORT"
SINCE, FEEDBACK, REPLAY = "SLUICE_NEWS_SINCE", "SLUICE_NEWS_FEEDBACK", "SLUICE_NEWS_REPLAY"


@dataclass(frozen=True)
class Run:
    """One run, as phase 1 fixes it: what travels with it never asks the clock again."""

    run_id: str
    report: str
    as_of: datetime
    previous_run_id: str | None
    kind: str  # scraped | replayed
    origin: str  # web | demo | captures
    with_feedback: bool
    config: dict[str, Any]
    started_at: datetime
    replays: str | None = None  # the run whose kept answers are read again

    @property
    def json(self) -> dict[str, Any]:
        """The run as the waiting room keeps it."""
        found = asdict(self)
        return found | {name: found[name].isoformat() for name in ("as_of", "started_at")}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Run:
        """Read what `json` gave."""
        instants = {n: datetime.fromisoformat(row[n]) for n in ("as_of", "started_at")}
        return cls(**row | instants)

    @property
    def row(self) -> dict[str, Any]:
        """The run's row in `raw_news.runs`, without its load id."""
        text = canonical(self.config)
        found = asdict(self) | {"config": text, "config_hash": digest(text)}
        del found["replays"]
        return found

    @property
    def window(self) -> timedelta:
        return timedelta(hours=self.config["report"]["window_hours"])

    @property
    def ahead(self) -> timedelta:
        return timedelta(hours=self.config["report"]["ahead_hours"])


@dataclass(frozen=True)
class Wish:
    """What a person typed, or nothing."""

    is_forced: bool = False
    as_of: datetime | None = None
    report: str | None = None
    since: datetime | None = None
    with_feedback: bool = True
    replays: str | None = None


def wish() -> Wish:
    """Return what the environment says.

    Raises:
        SettingsError: an instant is none.
    """
    replays = os.environ.get(REPLAY) or None
    return Wish(
        is_forced=os.environ.get(FORCED) == "1" or replays is not None,
        as_of=_instant(AS_OF),
        report=os.environ.get(REPORT) or None,
        since=_instant(SINCE),
        with_feedback=os.environ.get(FEEDBACK) != "0",
        replays=replays,
    )


def _instant(name: str) -> datetime | None:
    text = os.environ.get(name)
    if not text:
        return None
    try:
        return naive(text)
    except ValueError:
        word = name.removeprefix("SLUICE_NEWS_")
        raise SettingsError(
            f"{word}={text} is no time; write it as 2026-02-03 or 2026-02-03T18:00 (UTC)."
        ) from None


def is_due(asked: Wish, last: dict[str, Any] | None, as_of: datetime, every_hours: float) -> bool:
    """Say whether a run is to be made: a person wants it, or the report's interval has passed."""
    if asked.is_forced or last is None:
        return True
    return as_of - naive(last["as_of"]) >= timedelta(hours=every_hours)


def new_run(
    run_id: str,
    asked: Wish,
    report: Declared,
    feeds: dict[str, Declared],
    origin: str,
    as_of: datetime,
    previous_run_id: str | None,
    story_words: Sequence[dict[str, Any]] = (),
) -> Run:
    """Fix what a run is made of.

    Raises:
        SettingsError: SINCE does not lie before the run's time.
    """
    told = report.declaration.model_dump(mode="json")
    if asked.since is not None:
        told["window_hours"] = (as_of - asked.since).total_seconds() / 3600
        if told["window_hours"] <= 0:
            raise SettingsError(f"SINCE={asked.since} does not lie before the run's time {as_of}.")
    hashes = {name: entry.hash for name, entry in sorted(feeds.items())}
    config = {
        "report": told,
        "report_hash": report.hash,
        "sources": hashes,
        "sources_hash": digest(canonical(hashes)),
    }
    if story_words:
        config["story_words"] = list(story_words)
    return Run(
        run_id, report.name, as_of, previous_run_id, "scraped", origin, asked.with_feedback,
        config, now(),
    )  # fmt: skip


def replay_of(run: dict[str, Any], run_id: str) -> Run:
    """Return a run that reads again what an earlier one was answered."""
    return replace(
        Run(
            run_id, run["report"], naive(run["as_of"]), run["previous_run_id"], "replayed",
            run["origin"], bool(run["with_feedback"]), json.loads(run["config"]), now(),
        ),
        replays=run["run_id"],
    )  # fmt: skip


def canonical(value: Any) -> str:
    """Return a value as JSON that is the same for the same value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def digest(text: str) -> str:
    """Return a short hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
