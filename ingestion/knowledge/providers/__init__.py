"""What a wiki, a chat, a tracker and a drive say over their own APIs, in the shapes they have.

One module per kind: `auth`, `headers` and `fetch(asking)`, which keeps answers as files. The
readers in `exports` make of them the same rows as of an export.
"""

from __future__ import annotations

import importlib
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.deliveries import Delivery
from ingestion.knowledge.fetching import FetchFailed
from ingestion.knowledge.http_client import client_of
from ingestion.knowledge.providers.asking import Asking, Refusal
from ingestion.lakehouse.clock import now
from ingestion.landing.declarations import VariableMissing, expand, variable

MAX_WAIT_SECONDS = 120  # of one refusal for now; who asks for more is asked at the next sync


@dataclass(frozen=True)
class Provider:
    """Who is asked, unless a declaration or the environment says otherwise."""

    secret: str  # variable that holds the token, or the path of a file with keys
    base_url: str  # variable that takes the place of the declared endpoint
    has_tokens: bool = False  # a sync goes on from a page token, not from a moment


PROVIDERS = {
    "notion": Provider("NOTION_TOKEN", "NOTION_BASE_URL"),
    "slack": Provider("SLACK_TOKEN", "SLACK_BASE_URL"),
    "linear": Provider("LINEAR_API_KEY", "LINEAR_BASE_URL"),
    "gdocs": Provider("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_BASE_URL", has_tokens=True),
}


def endpoint_and_secret(source: CorpusSource) -> tuple[str, str]:
    """Return whom a declaration asks, and with what.

    Raises:
        VariableMissing: a variable is not set.
    """
    provider = PROVIDERS[source.kind]
    name = source.secret or provider.secret
    secret = variable(name)
    if not secret:
        raise VariableMissing(name)
    return variable(provider.base_url) or expand(source.endpoint), secret


@dataclass(frozen=True)
class Bounds:
    """What of a provider is asked for."""

    since: datetime | None = None  # UTC; changes from then on; None: all there is
    until: datetime | None = None  # UTC; changes before
    token: str | None = None  # where the last sync ended, of a provider that has page tokens
    is_backfill: bool = False  # the next sync does not go on from here


def fetched(source: CorpusSource, folder: Path, bounds: Bounds) -> Delivery:
    """Ask a provider for what changed; return what it said as one delivery.

    Args:
        source: the declaration.
        folder: where answers go as files.
        bounds: what is asked for.

    Raises:
        VariableMissing: the token, or a variable the endpoint names, is not set.
    """
    endpoint, secret = endpoint_and_secret(source)
    module, at, missing = importlib.import_module(f"{__name__}.{source.kind}"), now(), ""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    since, until, token = bounds.since, bounds.until, bounds.token
    asking = Asking(folder, Counter(), MAX_WAIT_SECONDS, since, until, token, at.isoformat())
    try:
        asking.client = client_of(endpoint, module.auth(secret), module.headers(), asking.max_wait)
        module.fetch(asking)
    except (FetchFailed, Refusal) as error:
        missing = str(error).replace(secret, "***")
    went_on = asking.token or (since.isoformat() if since else None)
    is_whole = not (went_on or until or missing or asking.is_partial)
    return Delivery(
        source=source.corpus_source,
        name=f"{endpoint.rstrip('/')} {at:%Y-%m-%dT%H:%M:%S.%fZ}",
        root=folder,
        files=tuple(sorted(path for path in folder.rglob("*") if path.is_file())),
        exported_at=at,
        opened="none",
        missing=missing,
        mode="full" if source.is_complete and is_whole else "incremental",
        cursor_from=went_on,
        cursor_to="" if bounds.is_backfill else asking.cursor,
        requests=asking.counted["requests"],
        retries=asking.counted["retries"],
    )
