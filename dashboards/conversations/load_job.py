"""The job that takes a file from elsewhere, told what as JSON."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from typing import Any
from urllib.parse import urlsplit

from dashboards.conversations import loading
from dashboards.jobs.progress import tell, tell_result
from ingestion.conversations.uploads import Receiving, UploadRefused, Wanted, keep_hub
from ingestion.lakehouse.settings import SettingsError, settings, told
from ingestion.landing.deliveries import SourceAbsent, SourceFailed
from ingestion.landing.web.addresses import NameMap


def main(arguments: list[str], names: NameMap = NameMap()) -> int:  # noqa: B008  immutable
    """Load one file; returns the exit code (1: it was refused, nothing was stored)."""
    asked: dict[str, Any] = json.loads(arguments[0])
    location = asked.pop("location")
    owner = os.environ.get("SLUICE_JOB_OWNER") or None
    try:
        loading.refuse(location)
        made = _loaded(location, Wanted(**asked), owner, names)
    except (UploadRefused, SettingsError, SourceAbsent, SourceFailed, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    tell_result(made)
    return 0


def _loaded(location: str, wanted: Wanted, owner: str | None, names: NameMap) -> dict[str, Any]:
    if location.startswith(loading.HUBS):
        kept = keep_hub(location, wanted, owner)
        return {"dataset_id": kept.dataset, "sha256": None, "bytes": None}
    # the same job begun again is given what it made before
    mark = hashlib.sha256(os.environ.get("SLUICE_JOB_ID", "").encode()).hexdigest()
    with Receiving(urlsplit(location).path, settings().sluice_api_upload_bytes) as receiving:
        if location.startswith("/"):
            with loading.opened(location) as file:
                for block in file.blocks():
                    _take(receiving, block, file.size)
        else:
            asyncio.run(_fetch(location, receiving, names))
        kept = receiving.keep(wanted, owner, mark)
    return {"dataset_id": kept.dataset, "sha256": kept.checksum, "bytes": receiving.size}


async def _fetch(location: str, receiving: Receiving, names: NameMap) -> None:
    async for block, size in loading.fetched(location, names):
        _take(receiving, block, size)


def _take(receiving: Receiving, block: bytes, size: int | None) -> None:
    receiving.write(block)
    tell(receiving.size, size, "bytes", "reading")


if __name__ == "__main__":
    sys.exit(told(lambda: main(sys.argv[1:])))
