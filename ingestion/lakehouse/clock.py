"""The time of landing, which never goes back.

Load ids and the instants in raw tables say which delivery and which declaration is the newest;
models and gates go by them. A machine's clock may be set back between two landings: what lands
then is still newer than what the lake holds, so its time is just after the newest instant there.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

_LOAD_TIME = "%Y%m%dT%H%M%S%f"
_STEP = timedelta(microseconds=1)
_turn = threading.Lock()
_newest = datetime.min


def now() -> datetime:
    """Return the time as raw tables hold it (UTC without zone), later than any given before."""
    global _newest
    with _turn:
        _newest = max(datetime.now(UTC).replace(tzinfo=None), _newest + _STEP)
        return _newest


def go_on_after(instant: datetime | None) -> None:
    """Take note of an instant the lake holds: what lands from now on is later."""
    global _newest
    with _turn:
        _newest = max(_newest, instant or datetime.min)


def time_of(load_id: str) -> datetime | None:
    """Return when a load began, as its id says; None when the id was not given by landing."""
    try:
        return datetime.strptime(load_id.split("-")[0], _LOAD_TIME)
    except ValueError:
        return None


def load_time() -> str:
    """Return the first part of a new load id: it sorts after every other."""
    return f"{now():{_LOAD_TIME}}"
