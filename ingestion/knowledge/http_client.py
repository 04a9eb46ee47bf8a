"""The client an API is asked with: it waits as it is told, and asks one host only."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client import RESTClient

_ATTEMPTS = 5  # of a request that is refused for now (429, 5xx), each as long as Retry-After says
_TIMEOUT_SECONDS = 60.0
_PORTS = {"http": 80, "https": 443}


class OneHost(HTTPAdapter):
    """Sends what is asked of one host, and refuses to ask another."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """Send a request.

        Raises:
            ValueError: it is for another host, port or scheme.
        """
        declared = PreparedRequest()
        declared.prepare_url(self._base_url, None)
        origin, own = _origin(request.url or ""), _origin(declared.url or "")
        if origin != own:
            raise ValueError(f"it is at {origin}, and only {own} is declared")
        return super().send(request, *args, **options)


def _origin(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return f"{scheme}://{parts.hostname}:{parts.port or _PORTS.get(scheme)}"


def client_of(
    base_url: str,
    auth: Any,
    headers: dict[str, str],
    max_wait_seconds: int,
    paginator: Any = None,
) -> RESTClient:
    """Return dlt's client of an API, which asks no other host.

    Args:
        base_url: what paths lie below.
        auth: of requests; None where nobody has to say who asks.
        headers: of every request.
        max_wait_seconds: longest wait between two attempts.
        paginator: dlt's; default: none.
    """
    from dlt.sources.helpers.requests import Client
    from dlt.sources.helpers.rest_client import RESTClient

    session = Client(
        request_timeout=_TIMEOUT_SECONDS,
        request_max_attempts=_ATTEMPTS,
        request_max_retry_delay=max(max_wait_seconds, 1),
        raise_for_status=False,
    ).session
    for scheme in _PORTS:
        session.mount(f"{scheme}://", OneHost(base_url))
    return RESTClient(
        base_url=base_url, headers=headers, auth=auth, paginator=paginator, session=session
    )


def paginator_of(said: Any) -> Any:
    """Return dlt's paginator of a declaration; None where none is declared.

    dlt counts an offset on by what it asked for. A server that gives less, because it caps a page
    or leaves out what nobody may see, would have the rest skipped, and a sync that says it is whole
    would delete it: what came counts.
    """
    from dlt.sources.helpers.rest_client.paginators import OffsetPaginator
    from dlt.sources.rest_api.config_setup import create_paginator

    class ByWhatCame(OffsetPaginator):
        def update_state(self, response: Response, data: list[Any] | None = None) -> None:
            self.value_step = min(len(data or ()) or self.limit, self.limit)
            super().update_state(response, data)

    made = create_paginator(said)
    if type(made) is OffsetPaginator:
        made.__class__ = ByWhatCame  # it keeps all that dlt made of the declaration
    return made


def wait_of(asked: str) -> int:
    """Return the seconds that a header asks to wait: it says them, or a moment (RFC 9110)."""
    if asked.strip().isdigit():
        return int(asked)
    try:
        at = parsedate_to_datetime(asked)
    except ValueError:
        return 0
    return max(
        0, math.ceil((at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    )
