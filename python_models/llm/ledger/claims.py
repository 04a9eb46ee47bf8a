"""Two builds at once ask the same question once: who asks it first claims it in the journal."""

from __future__ import annotations

import os
import socket
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from python_models.llm.ledger.journal import connect, select_in
from python_models.llm.ledger.records import load_cached, process_started
from python_models.llm.prompting.calls import Call

# an owner on another host cannot be looked up; without a sign of life for so long it is gone
SILENT_SECONDS = 120.0


class Claims:
    """Claims of one process; every method is short and runs off the event loop."""

    def __init__(self, path: Path, owner: str) -> None:
        self._path, self._owner = path, owner

    def take(self, call_ids: Sequence[str]) -> tuple[dict[str, Call], set[str]]:
        """Claim calls; return (those answered meanwhile, those another live process asks)."""
        connection = connect(self._path)
        try:
            with connection:
                connection.execute("begin immediate")
                connection.executemany(
                    "insert or ignore into llm_claims values (?, ?)",
                    [(call_id, self._owner) for call_id in call_ids],
                )
                others = self._others(connection, call_ids)
                ready = load_cached(connection, call_ids)
                connection.executemany(
                    "delete from llm_claims where call_id = ? and owner = ?",
                    [(call_id, self._owner) for call_id in ready],
                )
        finally:
            connection.close()
        return ready, others - set(ready)

    def _others(self, connection: sqlite3.Connection, call_ids: Sequence[str]) -> set[str]:
        """Return the calls that live owners hold; those of dead ones become ours."""
        query = "select call_id, owner from llm_claims where call_id in ({})"
        held = {
            call_id: owner
            for call_id, owner in select_in(connection, query, call_ids)
            if owner != self._owner
        }
        living = living_owners(connection, set(held.values()))
        for call_id, owner in held.items():
            if owner not in living:
                connection.execute(
                    "update llm_claims set owner = ? where call_id = ?", (self._owner, call_id)
                )
        return {call_id for call_id, owner in held.items() if owner in living}

    def release(self, call_ids: Sequence[str]) -> None:
        """Give up claims on calls that were not asked after all."""
        connection = connect(self._path)
        try:
            with connection:
                connection.executemany(
                    "delete from llm_claims where call_id = ? and owner = ?",
                    [(call_id, self._owner) for call_id in call_ids],
                )
        finally:
            connection.close()


def living_owners(connection: sqlite3.Connection, owners: set[str]) -> set[str]:
    """Return those of the owners whose process is alive."""
    query = "select owner, host, pid, process_started, seen_at from llm_owners where owner in ({})"
    return {
        owner
        for owner, host, pid, started, seen_at in select_in(connection, query, sorted(owners))
        if is_alive(host, pid, started, seen_at)
    }


def is_alive(host: str, pid: int, started: str, seen_at: float) -> bool:
    """Say whether the process that wrote an owner's row still runs."""
    if host != socket.gethostname():
        return time.time() - seen_at < SILENT_SECONDS
    if Path("/proc").is_dir():
        return process_started(pid) == started
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
