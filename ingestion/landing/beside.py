"""Landings that wait for others, hosts or servers, go on beside the rest: each in its own process.

A terminal shows one landing after another all the same: what a process says is held back until
it is its turn. It ends with the one that started it, however that ends.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from ingestion.lakehouse.catalog import catalog, uses_catalog_file
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT

BESIDE = "SLUICE_LANDING_BESIDE"  # file for what such a landing leaves to be said at the end


class Beside:
    """One landing of one product in a process of its own; its arguments are those of a landing."""

    def __init__(self, product: str, arguments: Sequence[str]) -> None:
        descriptor, self._ending = tempfile.mkstemp(prefix=f"sluice-landing-{product}-")
        os.close(descriptor)
        self._turn = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingestion", product, *arguments],
            cwd=PROJECT_ROOT, env=os.environ | {BESIDE: self._ending},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        pairs = ((self._process.stdout, sys.stdout), (self._process.stderr, sys.stderr))
        self._tellers = [threading.Thread(target=self._tell, args=pair) for pair in pairs]
        for teller in self._tellers:
            teller.start()

    def finish(self) -> tuple[int, dict[str, Any]]:
        """Show what it says, wait for it; returns its exit code and what is to be said at the end.

        One that was ended by a signal has the code that shells give it, 128 and the signal.
        """
        self._turn.set()
        code = self._process.wait()
        for teller in self._tellers:
            teller.join()
        said = Path(self._ending).read_text(encoding="utf-8")
        return (code if code >= 0 else 128 - code), json.loads(said or "{}")

    def close(self) -> None:
        """End it, if it goes on, and say what it said until then."""
        if self._process.poll() is None:
            self._process.terminate()
        self.finish()
        Path(self._ending).unlink(missing_ok=True)

    def _tell(self, source: TextIO, target: TextIO) -> None:
        held: list[str] = []
        for line in source:
            if not self._turn.is_set():
                held.append(line)
                continue
            target.writelines([*held, line])
            target.flush()
            held.clear()
        self._turn.wait()
        target.writelines(held)
        target.flush()


def ending_of_beside() -> Path | None:
    """Return where this process leaves what is to be said at the end; None for one of its own.

    It ends from now on when the process does that started it.
    """
    name = os.environ.pop(BESIDE, None)
    if name is None:
        return None
    threading.Thread(target=_end_with_parent, name="beside", daemon=True).start()
    return Path(name)


def _end_with_parent() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)


def opened_catalog_once() -> bool:
    """Make the catalog's own tables, where they may not be there: two processes would both.

    Returns whether the catalog can be opened.
    """
    try:
        if not (uses_catalog_file() and lake().catalog_db.exists()):
            catalog()
    except Exception:  # noqa: BLE001 -- whatever it is, each landing meets and says it
        return False
    return True
