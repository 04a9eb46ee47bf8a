"""Datasets that were handed over, as they are told before and after a run has landed them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from pydantic import BaseModel

from dashboards.api.security import Reader
from ingestion.conversations.kept_uploads import Upload, uploads


class Landing(BaseModel):
    """How far a dataset is on its way into a release."""

    dataset_id: str
    name: str
    tier: str
    state: Literal["kept", "landed"]  # kept: the next run lands it
    bytes: int | None
    sha256: str | None
    records: int | None


def told(kept: Upload) -> dict[str, Any]:
    """Return what is told of a dataset that was handed over."""
    return {
        "dataset_id": kept.dataset, "name": kept.name, "tier": kept.tier, "state": "kept",
        "bytes": kept.byte_count, "sha256": kept.checksum or None, "records": None,
    }  # fmt: skip


def of_release(landed: dict[str, Any] | None) -> dict[str, Any]:
    """Return what is told of a dataset as a release has it; nothing where it has none."""
    if landed is None:
        return {}
    return {
        "name": landed["name"], "tier": landed["tier"], "state": "landed",
        "records": landed["records_landed"],
    }  # fmt: skip


def not_landed(request: Request, caller: Reader) -> list[Upload]:
    """Return what was handed over of the key's tiers; an answer that lists it is new with it."""
    found = [one for one in uploads() if one.tier in caller.tiers]
    request.state.beside = "|".join(one.dataset for one in found)
    return found


NotLanded = Annotated[list[Upload], Depends(not_landed)]
