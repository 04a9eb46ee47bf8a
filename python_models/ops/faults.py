"""Places where a test may end or fail the process, to show what a crash there leaves behind."""

from __future__ import annotations

import os


class InjectedFault(RuntimeError):
    """Raised where FAULT asks for an error."""


_seen: dict[str, int] = {}


def fault(name: str) -> None:
    """Die or raise here when the environment asks for it: FAULT=<name>[:n][:raise].

    Nothing happens without FAULT. `n` is the visit it happens at, 1 when not given; without
    `raise` the process ends as if by kill -9.
    """
    wanted = os.environ.get("FAULT")
    if not wanted:
        return
    parts = wanted.split(":")
    if parts[0] != name:
        return
    _seen[name] = _seen.get(name, 0) + 1
    visits = [int(part) for part in parts[1:] if part.isdigit()]
    if _seen[name] != (visits[0] if visits else 1):
        return
    if "raise" in parts:
        raise InjectedFault(f"fault injected at {name}")
    os._exit(137)
