"""The lake's blobs: which of them products still need, which are lost, which can go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ingestion.lakehouse.objects import Blob, ObjectLost, object_store
from ingestion.landing.products import PRODUCTS

GRACE = timedelta(hours=24)  # a landing that goes on may be about to name it


def needed() -> set[str]:
    """Return the names of the blobs that products need."""
    return set().union(*(one.source.kept_objects() for one in PRODUCTS.values()))


def lost(is_deep: bool) -> tuple[list[str], int, int]:
    """Return what is wrong with blobs that are needed, how many are there, and their bytes.

    Args:
        is_deep: read every byte, and hold it against the name.
    """
    store, wanted = object_store(), needed()
    there = {blob.name: blob.byte_count for blob in store.blobs()}
    wrong = [f"object {name} is not there" for name in sorted(wanted - there.keys())]
    for name in sorted(wanted & there.keys()) if is_deep else ():
        try:
            store.get(name)
        except ObjectLost as error:
            wrong.append(str(error))
    return wrong, len(there), sum(there.values())


def unneeded() -> Iterator[Blob]:
    """Yield the blobs that no product needs and that were not put just now."""
    wanted, latest = needed(), datetime.now(UTC).replace(tzinfo=None) - GRACE
    for blob in object_store().blobs():
        if blob.name not in wanted and blob.put_at < latest:
            yield blob


def drop_unneeded(dry_run: bool) -> tuple[int, int]:
    """Delete blobs that no product needs; returns how many, and their bytes."""
    gone = list(unneeded())
    for blob in gone if not dry_run else ():
        object_store().delete(blob.name)
    return len(gone), sum(blob.byte_count for blob in gone)
