"""Who may ask: the key of a request, its scopes, its limits, and what wrong keys come to."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from dashboards.api.keys import Caller, caller_of
from dashboards.api.problems import Problem
from ingestion.lakehouse.settings import settings

_WRONG_A_MINUTE = 10
_ADDRESSES = 10_000  # whose wrong keys are remembered at once
_bearer = HTTPBearer(auto_error=False, description="A key as `make api-key` printed it")


class WrongKeys:
    """How many wrong keys each address has sent in the last minute."""

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def count(self, address: str) -> int:
        """Note one more and return how many there are now."""
        now = time.monotonic()
        with self._lock:
            times = self._times.pop(address, deque())
            while times and times[0] < now - 60:
                times.popleft()
            if len(times) <= _WRONG_A_MINUTE:
                times.append(now)
            self._times[address] = times  # at the end: the first is the one not seen for longest
            while len(self._times) > _ADDRESSES:
                self._times.pop(next(iter(self._times)))
            return len(times)


class Limiter:
    """The limits of each key, in this process or in a store that several share."""

    def __init__(self) -> None:
        known = settings()
        address = known.sluice_api_limits_store
        self._window = MovingWindowRateLimiter(
            storage_from_string(address.get_secret_value() if address else "memory://")
        )
        self._items: dict[str, RateLimitItem] = {
            "read": parse(known.sluice_api_limit_reads),
            "validate": parse(known.sluice_api_limit_validations),
            "export": parse(known.sluice_api_limit_exports),
        }

    def take(self, kind: str, caller: Caller) -> dict[str, str]:
        """Count a request; returns the headers that say what is left.

        Raises:
            Problem: 429, the limit is used up; `Retry-After` says for how long.
        """
        item = self._items[kind]
        is_in = self._window.hit(item, kind, caller.prefix)
        stats = self._window.get_window_stats(item, kind, caller.prefix)
        left = max(0, round(stats.reset_time - time.time()))
        headers = {
            "RateLimit-Limit": str(item.amount),
            "RateLimit-Remaining": str(stats.remaining),
            "RateLimit-Reset": str(left),
        }
        if not is_in:
            raise Problem(
                429,
                f"This key may ask {item} ({kind}). Wait {max(1, left)} s.",
                headers=headers | {"Retry-After": str(max(1, left))},
            )
        return headers


def address_of(request: Request) -> str:
    """Return the address of the peer, or of whom a trusted proxy asks for."""
    peer = request.client.host if request.client else ""
    named = [one.strip() for one in (settings().sluice_trusted_proxies or "").split(",")]
    forwarded = request.headers.get("x-forwarded-for", "")
    if forwarded and _is_in(peer, [one for one in named if one]):
        return forwarded.rpartition(",")[2].strip() or peer
    return peer


def _is_in(address: str, networks: list[str]) -> bool:
    try:
        one = ipaddress.ip_address(address)
        return any(one in ipaddress.ip_network(network, strict=False) for network in networks)
    except ValueError:
        return False


def caller(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
) -> Caller:
    """Return who asks.

    Raises:
        Problem: 401 without a right key; 429 for the wrong ones of an address that sent many.
    """
    headers = {"WWW-Authenticate": "Bearer"}
    if given is None:
        raise Problem(401, "Send `Authorization: Bearer <key>`.", headers=headers)
    found = caller_of(given.credentials)
    if found is None:
        if request.app.state.wrong_keys.count(address_of(request)) > _WRONG_A_MINUTE:
            raise Problem(
                429, "Too many wrong keys from this address.", headers={"Retry-After": "60"}
            )
        raise Problem(401, "This key is unknown, revoked or has run out.", headers=headers)
    request.state.caller = found
    return found


def may(scope: str, limit: str = "read") -> Callable[..., Caller]:
    """Return the dependency of an endpoint that needs a scope and counts against a limit."""

    def allowed(request: Request, found: Annotated[Caller, Depends(caller)]) -> Caller:
        if scope not in found.scopes and "admin" not in found.scopes:
            raise Problem(403, f"This key lacks the scope `{scope}`.")
        request.state.limit_headers = request.app.state.limiter.take(limit, found)
        return found

    return allowed


Reader = Annotated[Caller, Depends(may("read"))]
