"""Whether somebody still reads what a command says: `make rejects | head` has seen enough."""

from __future__ import annotations

import os
import select
import sys


def flushed(code: int) -> int:
    """Hand on an exit code once all that was said is out.

    Raises:
        BrokenPipeError: nobody reads it.
    """
    sys.stdout.flush()
    return code


def ended_unread() -> int:
    """Let what is left of standard output go nowhere, as nobody reads it; returns the exit code.

    Raises:
        BrokenPipeError: the one that is being handled, where somebody does: it was another pipe.
    """
    looking = select.poll()
    looking.register(sys.stdout.fileno(), 0)
    if not any(event & select.POLLERR for _, event in looking.poll(0)):
        raise
    # Python writes what is left once more when it ends
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
