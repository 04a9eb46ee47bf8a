"""What a run was asked while the journal has nothing of it: it lands, or dbt is only starting.

One that is stopped there leaves the question behind, and `make resume` asks it again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError


@contextmanager
def noted(run_id: str, arguments: Sequence[str]) -> Iterator[Callable[[], object]]:
    """Keep a run's question while the block runs; gives what forgets it.

    It stays when the block ends otherwise, unless it was one that cannot be answered. Of two runs
    that land at once the first one's is kept.

    Args:
        run_id: the run that begins.
        arguments: what repeats it, as `python_models.runs.run` takes it.
    """
    with lake().asked.open("a+", encoding="utf-8") as stream:
        if not _is_free(stream):
            yield bool
            return
        stream.truncate(0)
        json.dump({"run_id": run_id, "arguments": list(arguments)}, stream)
        stream.flush()
        os.fsync(stream.fileno())
        try:
            yield lambda: stream.truncate(0)
        except SettingsError:
            stream.truncate(0)
            raise


def unanswered() -> list[str] | None:
    """Return what the last run was asked when it was stopped before the journal had it."""
    if not lake().asked.exists():
        return None
    with lake().asked.open(encoding="utf-8") as stream:
        if not _is_free(stream) or not (text := stream.read()):
            return None
    known = json.loads(text)
    begun = journal.rows(
        "select 1 from runs where run_id = ? and status <> 'not started'", (known["run_id"],)
    )
    return None if begun else known["arguments"]


def _is_free(stream: TextIO) -> bool:
    """Lock a file for as long as it is open, which a killed process ends; false when it is."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
