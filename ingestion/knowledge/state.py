"""What the lake holds of the sources of knowledge: objects in force, and blobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.knowledge.api import Api
from ingestion.knowledge.declaration import CorpusSource
from ingestion.knowledge.schema import NAMESPACE
from ingestion.lakehouse.catalog import catalog
from ingestion.landing.landed import landed_rows


def landed_state(source: str, until: datetime | None = None) -> dict[str, str]:
    """Return what a source has, as its syncs up to a moment say: {object_id: content_hash}."""
    syncs = landed_rows(
        NAMESPACE, "syncs", ("source", "sync_id", "load_id", "complete", "exported_at"), "load_id"
    )
    own = [
        row
        for row in syncs
        if row["source"] == source and (until is None or row["exported_at"] <= until)
    ]
    if not own:
        return {}
    table = (
        catalog()
        .load_table((NAMESPACE, "sightings"))
        .scan(
            row_filter=f"source = '{source}'",
            selected_fields=("sync_id", "object_id", "state", "content_hash", "ordinal"),
        )
        .to_arrow()
    )
    state: dict[str, str] = {}
    for sync in sorted(own, key=lambda row: (row["exported_at"], row["load_id"])):
        rows = table.filter(pc.equal(table["sync_id"], sync["sync_id"])).sort_by("ordinal")
        _apply(state, rows, bool(sync["complete"]))
    return state


def newest_export(source: str) -> datetime | None:
    """Return when the newest export of a source that landed was made; None where none has."""
    rows = landed_rows(NAMESPACE, "syncs", ("source", "exported_at"), "exported_at")
    return max((row["exported_at"] for row in rows if row["source"] == source), default=None)


def landed_cursors(source: str, declaration: CorpusSource) -> list[str]:
    """Return where syncs of a source ended, oldest first; none where it has to be asked anew.

    Syncs that failed do not count, nor those that asked otherwise: a list that is new, or is asked
    for with other parameters, has records from before.
    """
    since, asked = None, _asked(declaration)
    for row in landed_rows(NAMESPACE, "declarations", ("source", "declaration"), "load_id"):
        if row["source"] == source:
            since = (since or row["load_id"]) if _landed(row["declaration"]) == asked else None
    if since is None:
        return []
    rows = landed_rows(NAMESPACE, "syncs", ("source", "cursor_to", "error", "load_id"), "load_id")
    return [
        row["cursor_to"]
        for row in sorted(rows, key=lambda row: row["load_id"])
        if row["source"] == source
        and row["cursor_to"]
        and not row["error"]
        and row["load_id"] >= since
    ]


def _asked(declaration: CorpusSource) -> Any:
    """Return what a declaration says of whom to ask, and for what."""
    names = {"kind", "api", "endpoint", "secret"}
    return declaration.model_dump(mode="json", by_alias=True, include=names)


def _landed(declaration: str) -> Any:
    """Return the same of a declaration that landed (JSON); None where it is not read now."""
    try:
        said = orjson.loads(declaration)
        api = said.get("api") and Api.model_validate(said["api"])
        return {
            "kind": said["kind"],
            "api": api and api.model_dump(mode="json", by_alias=True),
            "endpoint": said.get("endpoint", ""),
            "secret": said.get("secret", ""),
        }
    except (ValueError, LookupError):
        return None


def _apply(state: dict[str, str], rows: pa.Table, is_complete: bool) -> None:
    ids, states = rows["object_id"].to_pylist(), rows["state"].to_pylist()
    hashes = rows["content_hash"].to_pylist()
    if is_complete:
        for object_id in state.keys() - set(ids):
            del state[object_id]
    for object_id, how, content_hash in zip(ids, states, hashes, strict=True):
        if how == "deleted":
            state.pop(object_id, None)
        elif how not in ("forbidden", "forgotten"):
            state[object_id] = content_hash


def kept_blobs() -> set[str]:
    """Return the blobs that sightings name."""
    from pyiceberg.exceptions import NoSuchTableError

    try:
        landed = catalog().load_table((NAMESPACE, "sightings"))
    except NoSuchTableError:
        return set()
    column = landed.scan(selected_fields=("blob_hash",)).to_arrow()["blob_hash"]
    return set(pc.unique(column).drop_null().to_pylist())
