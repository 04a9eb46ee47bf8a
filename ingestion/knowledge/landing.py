"""Land what sources of knowledge export: one sync per delivery, each committed by itself."""

from __future__ import annotations

import csv
import errno
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from ingestion.knowledge.asked import asked, check
from ingestion.knowledge.declaration import SOURCES, CorpusSource
from ingestion.knowledge.deliveries import Delivery, deliveries
from ingestion.knowledge.further import further_rows
from ingestion.knowledge.schema import NAMESPACE
from ingestion.knowledge.state import kept_blobs, landed_state, newest_export
from ingestion.knowledge.syncing import State, Sync
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.objects import object_store
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.declarations import Declared, VariableMissing
from ingestion.landing.deliveries import FoundFile, SourceAbsent
from ingestion.landing.land import Landing, new_load_id
from ingestion.landing.landed import KnownFile
from ingestion.landing.package import Package
from ingestion.landing.pipeline import LoadFailed, Quarantined, load
from ingestion.landing.report import Report, Tally
from ingestion.landing.source import LandedFile, ProductSource

AGAIN = "SLUICE_KNOWLEDGE_SYNC"  # full | incremental | declared: land the newest export once more
VOLATILE = PROJECT_ROOT / "dbt_project" / "seeds" / "knowledge" / "knowledge_volatile_fields.csv"


@dataclass(frozen=True)
class FoundDelivery(FoundFile):
    """A delivery that lies where a declaration looks."""

    delivery: Delivery = field(compare=False)


class KnowledgeSource(ProductSource):
    """What is knowledge's own about landing: a delivery is one sync of its source."""

    domain = "knowledge"
    grammar = SOURCES
    declared_table = "declarations"
    gathers = True

    def declared(self, broken: list[str] | None = None) -> dict[str, Declared]:
        """Return the sources that are not switched off."""
        found = self.grammar.read_all(broken)
        return {name: entry for name, entry in found.items() if entry.declaration.enabled}

    def find(self, entry: Declared, only: str | None) -> list[FoundFile]:
        """Return the deliveries of a source, oldest first."""
        return [_found(one) for one in deliveries(entry.declaration, only)]

    def streams(self, entry: Declared) -> bool:
        """Say whether a source is an API, which is asked when it lands."""
        return bool(entry.declaration.is_asked)

    def check_stream(self, entry: Declared) -> None:
        """Look whether all that an API is asked with is set.

        Raises:
            SourceAbsent: a variable is not.
        """
        try:
            check(entry.declaration)
        except VariableMissing as error:
            raise SourceAbsent(f"{error.args[0]} is not set") from None

    def given(self, entry: Declared, path: str) -> list[FoundFile]:
        """Return what lies at a path as deliveries of a source."""
        return self.find(entry, path)

    def declared_row(self, entry: Declared) -> dict[str, Any]:
        """Return what is said of a source's declaration."""
        asked: CorpusSource = entry.declaration
        return {
            "kind": asked.kind,
            "tier": asked.tier,
            "zone": asked.zone,
            "site": asked.site or None,
            "freshness_hours": asked.freshness_hours,
        }

    def kept_objects(self) -> set[str]:
        """Return every blob that a sighting names: versions are read again from them."""
        return kept_blobs()

    def gather(self, landing: Landing) -> Report:
        """Land the deliveries that are new, oldest first."""
        apis = [
            name
            for name, entry in landing.chosen.items()
            if self.streams(entry) and name not in landing.report.absent
        ]
        landing.report.tallies |= {name: Tally(name, file_count=1) for name in apis}
        hashes = {name: landing.chosen[name].hash for name in landing.report.tallies}
        unseen = set(landing.memory.unseen(landing.files, hashes)) | set(again(landing.files))
        if landing.memory.redeclared(hashes):
            unseen = set(landing.files)
        for found in landing.files:
            landing.report.tallies[found.source].unchanged += found not in unseen
        further = further_rows(landing.report.broken)
        if unseen or further or apis or landing.memory.undeclared(hashes):
            files = [one for one in landing.files if one in unseen]
            Syncs(landing, hashes).land(files, apis, further)
        return landing.report


class Syncs:
    """The syncs of one landing."""

    def __init__(self, landing: Landing, hashes: dict[str, str]) -> None:
        self.landing, self.hashes = landing, hashes
        self.known = landing.recall()
        self.store = object_store()
        self.states: dict[str, State] = {}
        self.newest: dict[str, datetime | None] = {}  # export of each source before this landing
        self._pages = landing.scratch / "fetched"
        self.counts: dict[str, Counter[str]] = {}  # what the syncs of a source found, in all

    def land(
        self, files: list[FoundFile], apis: list[str], further: dict[str, list[dict[str, Any]]]
    ) -> None:
        """Commit one package per delivery that is new, then what lands beside deliveries."""
        offered: list[tuple[str, Callable[[], FoundFile]]] = [
            *((found.source, partial(_given, found)) for found in files),
            *((name, partial(self._fetched, name)) for name in apis),
        ]
        for done, (source, found) in enumerate(offered, start=1):
            self._tried(source, found)
            self.landing.step(source, done, len(offered))
        shutil.rmtree(self._pages, ignore_errors=True)
        last = self.landing.package()  # declarations of sources that brought nothing
        last.note(further)
        self._commit(last)
        self.landing.report.told += [_told(name, counts) for name, counts in self.counts.items()]

    def _tried(self, source: str, offered: Callable[[], FoundFile]) -> None:
        """Land a delivery; whatever is wrong with it, the others land."""
        shown = source
        try:
            found = offered()
            assert isinstance(found, FoundDelivery)
            shown = found.address
            self._land(found, found.delivery)
        except LoadFailed:
            raise  # the lake is at fault
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            self.states.pop(source, None)
            self.landing.fail(source, f"{shown}: {type(error).__name__}: {error}")

    def _fetched(self, source: str) -> FoundDelivery:
        """Ask an API for what changed since its last good sync, or for all there is."""
        declaration: CorpusSource = self.landing.chosen[source].declaration
        is_whole = os.environ.get(AGAIN) == "full"
        delivery = asked(declaration, self._pages / source, is_whole)
        if delivery.missing:
            self.landing.fail(source, delivery.missing)
        return _found(delivery)

    def _land(self, found: FoundFile, delivery: Delivery) -> None:
        declaration: CorpusSource = self.landing.chosen[found.source].declaration
        said = f"{delivery.content_hash}\n{declaration.values_hash}"
        file_hash = hashlib.sha256(said.encode()).hexdigest()
        addresses = (self.known.addresses or {}).get((found.source, file_hash), set())
        if found.address in addresses and found not in again(self.landing.files):
            self.landing.report.tallies[found.source].unchanged += 1
            self._remember(found)
            return
        if found.source not in self.newest:
            self.newest[found.source] = newest_export(found.source)
        newest = self.newest[found.source]
        is_late = newest is not None and delivery.exported_at < newest
        if is_late or found.source not in self.states:  # it lacks nothing that came after it
            self.states[found.source] = landed_state(found.source, delivery.exported_at)
        sync_id = f"{found.source}-{delivery.exported_at:%Y%m%dT%H%M}-{file_hash[:8]}"
        if addresses:  # the same bytes once more
            sync_id += f"-{new_load_id()}"
        mode = delivery.mode or {"full": "full", "incremental": "incremental"}.get(
            os.environ.get(AGAIN, ""), "full" if declaration.is_complete else "incremental"
        )
        sync = Sync(delivery, declaration, sync_id, self.states[found.source], self.store, mode)
        package = self.landing.package()
        target = package.folder / "sightings.parquet"
        sync.run(target, package.load_id, volatile_fields(declaration.kind))
        if sync.row_count:
            package.parts["sightings"] = [(str(target), sync.row_count)]
        package.note({"syncs": [sync.row], "rejects": sync.rejects(file_hash)})
        self._take(package, found, sync, file_hash)
        self.store.sync(sync.blobs)
        fault("objects-synced")
        is_landed = self._commit(package)
        if not is_landed or is_late:  # what it changed there has not landed, or not at the end
            del self.states[found.source]
        if is_landed:
            self._remember(found)
            counts = self.counts.setdefault(found.source, Counter())
            counts.update(sync.counts, syncs=1)

    def _take(self, package: Package, found: FoundFile, sync: Sync, file_hash: str) -> None:
        counts = sync.counts
        whole = counts["seen"] - counts["rejected"]
        row = {
            "load_id": package.load_id,
            "source": found.source,
            "source_file": found.address,
            "file_hash": file_hash,
            "status": "loaded" if whole else "rejected",
            "byte_count": found.byte_count,
            "rows_in": counts["seen"],
            "rows_accepted": whole,
            "rows_duplicate": 0,
            "rows_rejected": counts["rejected"],
            "cells_rejected": 0,
            "seconds": sync.seconds,
            "landed_at": sync.row["finished_at"],
            "first_updated_at": sync.times[0] if sync.times else None,
            "last_updated_at": sync.times[1] if sync.times else None,
        }
        refusal = f"{sync.refused[0].place}: {sync.refused[0].error}" if sync.refused else None
        package.taken.append(LandedFile(found, row, refusal=refusal))
        key = (found.source, file_hash)
        self.known.files[key] = KnownFile(str(row["status"]), counts["seen"], package.load_id)
        if self.known.addresses is not None:
            self.known.addresses.setdefault(key, set()).add(found.address)
        if sync.error:
            package.told = [f"{sync.sync_id} is not complete: {sync.error}"]

    def _commit(self, package: Package) -> bool:
        """Commit a package; says whether it has landed, for it may be set aside."""
        from ingestion.landing.resources import package_source

        told = package.told
        tables = package.finish(list(self.hashes))
        package.told = told
        fault("package-ready")
        try:
            if tables:
                load(self.landing.open(), package_source(NAMESPACE.removeprefix("raw_"), tables))
                fault("sync-landed")
            self.landing.report.count(package)
        except Quarantined as error:
            self.landing.report.quarantined.append(str(error))
            return False
        finally:
            package.clear()
        return True

    def _remember(self, found: FoundFile) -> None:
        self.landing.memory.keep([(found, "")], self.hashes)


def _given(found: FoundFile) -> FoundFile:
    return found


def again(files: list[FoundFile]) -> list[FoundFile]:
    """Return the newest delivery of each source, where a person asks for it once more."""
    if not os.environ.get(AGAIN):
        return []
    return list({found.source: found for found in files}.values())


def _found(delivery: Delivery) -> FoundDelivery:
    return FoundDelivery(
        delivery.source, "export", delivery.address, delivery.name, delivery.byte_count,
        delivery.stamp, delivery,
    )  # fmt: skip


def _told(source: str, counts: Counter[str]) -> str:
    syncs = counts["syncs"]
    found = ", ".join(
        f"{counts[name]:,} {name}" for name in ("new", "changed", "unchanged", "gone")
    )
    return f"{source}: {syncs} sync{'' if syncs == 1 else 's'}: {found}"


def volatile_fields(kind: str) -> frozenset[str]:
    """Return the fields of a record of a kind that say nothing of its content."""
    with VOLATILE.open(encoding="utf-8") as stream:
        return frozenset(row["field"] for row in csv.DictReader(stream) if row["kind"] == kind)


SOURCE = KnowledgeSource()
