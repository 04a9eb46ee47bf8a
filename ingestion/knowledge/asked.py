"""What an API is asked at a sync: all there is, or what changed since the last good one."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

from ingestion.knowledge import fetching, providers
from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.deliveries import Delivery
from ingestion.knowledge.state import landed_cursors
from ingestion.knowledge.times import moment
from ingestion.lakehouse.settings import variables

FROM, TO = "SLUICE_KNOWLEDGE_FROM", "SLUICE_KNOWLEDGE_TO"  # a backfill's first day, and its end
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
        is_whole: ask for all there is (from `since:` on), whatever landed.

    Raises:
        ValueError: FROM or TO is no day, or is not asked of this kind.
    """
    begin, end = _day(FROM), _day(TO)
    if end is not None and declaration.api is not None:
        raise ValueError("TO= is not asked of kind rest; say FROM= alone")
    cursors = [] if is_whole else landed_cursors(declaration.corpus_source, declaration)
    provider = providers.PROVIDERS.get(declaration.kind)
    is_backfill = begin is not None or end is not None  # it moves no cursor
    token: str | None = None
    if not is_backfill and provider is not None and provider.has_tokens and cursors:
        token = cursors[-1]
    since = begin
    if not (is_backfill or token):
        since = _since(declaration, cursors)
    if declaration.api is not None:
        return fetching.fetched(declaration, folder, since)
    bounds = providers.Bounds(since, end, token, is_backfill)
    return providers.fetched(declaration, folder, bounds)


def _since(declaration: CorpusSource, cursors: list[str]) -> datetime | None:
    """Return from when on changes are asked for: some days before the last sync began."""
    if cursors:
        days = float(variables().get("KNOWLEDGE_LOOKBACK_DAYS") or LOOKBACK)
        return max(map(datetime.fromisoformat, cursors)) - timedelta(days=days)
    first = declaration.since
    return datetime.combine(first, datetime.min.time()) if first else None


def _day(name: str) -> datetime | None:
    """Return the day, or moment in UTC, that a variable says.

    Raises:
        ValueError: it says none.
    """
    said = os.environ.get(name, "").strip()
    if not said:
        return None
    if (found := moment(said)) is None:
        raise ValueError(f"{name.rpartition('_')[2]}={said} is no day; write it as 2025-03-17")
    return found
