"""What an API is asked at a sync: all there is, or what changed since the last good one."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from ingestion.knowledge import fetching, providers
from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.deliveries import Delivery
from ingestion.knowledge.state import landed_cursors
from ingestion.lakehouse.settings import variables

LOOKBACK = 7  # days before the last change that are asked for again: some changes come late


def check(declaration: CorpusSource) -> None:
    """Look whether all that an API is asked with is set.

    Raises:
        VariableMissing: a variable is not.
    """
    if declaration.api is not None:
        declaration.api.expanded()
    else:
        providers.endpoint_and_secret(declaration)


def asked(declaration: CorpusSource, folder: Path, is_whole: bool) -> Delivery:
    """Ask an API; return what it said as one delivery.

    Args:
        declaration: of the source.
        folder: where answers go as files.
        is_whole: ask for all there is, whatever landed.
    """
    cursors = [] if is_whole else landed_cursors(declaration.corpus_source, declaration)
    provider = providers.PROVIDERS.get(declaration.kind)
    if provider is not None and provider.has_tokens:
        return providers.fetched(declaration, folder, None, cursors[-1] if cursors else None)
    since = max(map(datetime.fromisoformat, cursors), default=None)
    if since is not None:
        since -= timedelta(days=float(variables().get("KNOWLEDGE_LOOKBACK_DAYS") or LOOKBACK))
    if declaration.api is not None:
        return fetching.fetched(declaration, folder, since)
    return providers.fetched(declaration, folder, since, None)
