"""A model of the demo's endpoint that knows how much each event of the made-up world matters.

A model named `oracle-<seed>` scores a story by the importance its event has in truth, and by noise:
one draw for each seed and story, whoever asks and in whatever call. So what the tiers lose can be
told from what a model did not know.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from ingestion.lakehouse.lake import lake
from python_models.llm.offline.request import OfflineRequest

NOISE = 0.7  # standard deviation of a score
NOTHING = 0.5  # importance of what tells of no event
_MODEL = re.compile(r"oracle-(\d+)")


def known_score(request: OfflineRequest, text: str) -> float | None:
    """Return the score of a story, 0..10; None when another model is asked, or there is no demo.

    Args:
        request: whose model says whether it is the oracle, and of which seed.
        text: of the story, with the names of its event.
    """
    named = _MODEL.fullmatch(str(request.parameters.get("model") or ""))
    events = _events(lake().demo / "news" / "truth" / "events.csv") if named else ()
    if not named or not events:
        return None
    event, importance = _told_of(text, events)
    noise = random.Random(f"{named[1]} {event}").gauss(0, NOISE)
    return min(10.0, max(0.0, importance + noise))


@lru_cache(maxsize=4)
def _events(path: Path) -> tuple[tuple[str, float, tuple[str, ...]], ...]:
    """Return (number, importance, names) of each event of the demo's truth."""
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as lines:
        return tuple(
            (row["event"], float(row["importance"]), tuple(row["names"].split("|")))
            for row in csv.DictReader(lines)
        )


@lru_cache(maxsize=4096)
def _told_of(text: str, events: Sequence[tuple[str, float, tuple[str, ...]]]) -> tuple[str, float]:
    """Return the event whose names a text has most of, and how much it matters."""
    best, most = (text, NOTHING), 0
    for event, importance, names in events:
        found = sum(name in text for name in names)
        if found > most:
            best, most = (event, importance), found
    return best
