"""Land conversations: files of any format, fetched from anywhere, standardised record by record."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ingestion.conversations.declaration import GRAMMAR
from ingestion.conversations.places import find, is_web
from ingestion.lakehouse.settings import SettingsError, scrub, settings
from ingestion.landing.declarations import Declared, variable
from ingestion.landing.deliveries import FoundFile
from ingestion.landing.landed import landed_rows
from ingestion.landing.source import LandedFile, ProductSource, Rows, Say, declaration_row

WORKERS = 4
State = dict[str, dict[str, str]]  # by dataset, the status of each content it has


class ConversationsSource(ProductSource):
    """What is conversations' own about landing."""

    domain = "conversations"
    grammar = GRAMMAR
    reader = "ingestion.conversations.reader:read"
    declared_table = "datasets"
    merge_bytes = 24 * 1024 * 1024  # texts: several times that in memory

    def __init__(self) -> None:
        self._remotes: dict[str, Any] = {}  # by address, how to fetch it
        self._checksums: dict[str, str] = {}

    def find(self, entry: Declared, only: str | None) -> list[FoundFile]:
        files, remotes = find(entry.declaration, only)
        self._remotes |= remotes
        if entry.declaration.sha256:
            self._checksums |= dict.fromkeys(remotes, entry.declaration.sha256)
        return files

    def watched(self, entry: Declared) -> list[FoundFile]:
        """What lies on servers is looked at by a run, not every few seconds."""
        if any(is_web(place) for place in entry.declaration.location):
            return []
        return self.find(entry, None)

    def bring(self, found: FoundFile, folder: Path, say: Say) -> Path:
        remote = self._remotes.get(found.address)
        if remote is None:
            return super().bring(found, folder, say)
        from ingestion.lakehouse.lake import lake
        from ingestion.landing.downloading import download

        checksum = self._checksums.get(found.address)
        return download(remote, lake().dlt_dir / "downloads", say, checksum)

    def workers(self) -> int:
        return super().workers() or workers()

    def asked(self, found: FoundFile, state: State) -> dict[str, Any]:
        return {"mode": settings().sluice_mode or "priority", "processes": self.workers()}

    def remembered(self) -> State:
        known: State = {}
        columns = ("source", "file_hash", "status", "rows_accepted")
        for row in landed_rows(self.namespace, "files", columns, "landed_at"):
            if row["status"] != "duplicate":
                known.setdefault(row["source"], {})[row["file_hash"]] = _outcome(row)
        return known

    def declared_row(self, entry: Declared) -> dict[str, Any]:
        dataset = entry.declaration
        return {
            "name": dataset.name or dataset.dataset,
            "location": ", ".join(dataset.location),
            "format_hint": dataset.format,
            "license": dataset.license,
            "tier": dataset.tier,
            "priority": dataset.priority,
            "status": "declared",
        }

    def noted(
        self, taken: list[LandedFile], state: State, declared: Mapping[str, Declared]
    ) -> dict[str, Rows]:
        """A row for each dataset that got files: what it holds now."""
        names = []
        for one in taken:
            if one.row["status"] != "duplicate":
                known = state.setdefault(one.found.source, {})
                known[one.row["file_hash"]] = _outcome(one.row)
            names.append(one.found.source)
        return {
            "datasets": [
                declaration_row(self, declared[name]) | _ended(state.get(name, {}))
                for name in dict.fromkeys(names)
            ]
        }

    def failed(self, entry: Declared, why: str, state: State) -> dict[str, Rows]:
        return {
            "datasets": [declaration_row(self, entry) | {"status": "failed", "error": scrub(why)}]
        }


SOURCE = ConversationsSource()


def workers() -> int:
    """Return how many processes standardise, and files are read, at once.

    Raises:
        SettingsError: the setting is no number from 1 to 32.
    """
    found = variable("SLUICE_LANDING_WORKERS") or str(WORKERS)
    if not found.isdigit() or not 1 <= int(found) <= 32:
        raise SettingsError(f"SLUICE_LANDING_WORKERS is {found!r}; write a number from 1 to 32.")
    return int(found)


def _outcome(row: Mapping[str, Any]) -> str:
    """A file's status; one of which no record could be read holds nothing, whatever it says."""
    return "rejected" if row["rows_accepted"] == 0 else str(row["status"])


def _ended(contents: dict[str, str]) -> dict[str, Any]:
    """How landing a dataset ended: a dataset of which nothing could be read has failed."""
    kinds = set(contents.values())
    status, error = "partial" if "rejected" in kinds else "loaded", None
    if kinds == {"rejected"}:
        status = "failed"
        error = (
            f"no record of its {len(contents)} file(s) could be read; the reasons are in "
            "conversations.rejects"
        )
    return {"status": status, "error": error, "checksum": _checksum(contents)}


def _checksum(contents: dict[str, str]) -> str:
    """The file's own SHA-256, or one over those of all files."""
    hashes = sorted(contents)
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()
