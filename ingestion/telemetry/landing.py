"""Land telemetry: find what is new, have it read, commit it in bounded packages."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ingestion.faults import fault
from ingestion.lake import lake
from ingestion.locking import exclusive
from ingestion.pipeline import (
    LoadFailed,
    Quarantined,
    drain,
    has_pending,
    load,
    open_pipeline,
)
from ingestion.telemetry.declared import Declared, declared_sources, variable
from ingestion.telemetry.deliveries import Found, SourceAbsent, found_files, given_files
from ingestion.telemetry.landed import Memory
from ingestion.telemetry.package import Known, Package

PACKAGE_BYTES = 512 * 1024 * 1024
PACKAGE_FILES = 500
DOMAIN = "telemetry"

Say = Callable[[str], None]
Step = Callable[[str, int, int], None]  # source, files done, files in all


@dataclass
class Tally:
    """What became of one source's files in this run."""

    source: str
    file_count: int = 0
    unchanged: int = 0
    rejected_files: int = 0
    rows_in: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: int = 0


@dataclass
class Report:
    """The run's outcome, by source."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    quarantined: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    drained: int = 0


def land(names: list[str], path: str | None, say: Say, step: Step) -> Report:
    """Land every declared source, or the named ones; returns what became of them.

    Raises:
        DeclarationError, SourceAbsent, Locked, SettingsError: nothing was started.
    """
    chosen = choose(names)
    with exclusive(lake().dlt_dir / f"{DOMAIN}.lock", f"Landing {DOMAIN}"):
        return _Landing(say, step).run(chosen, names, path)


def choose(names: list[str]) -> dict[str, Declared]:
    """Return the named sources, or all.

    Raises:
        SourceAbsent: a name is not declared.
    """
    declared = declared_sources()
    for name in names:
        if name not in declared:
            raise SourceAbsent(
                f"source {name!r} is not declared; there are: {', '.join(sorted(declared))}. "
                "Declare it in ingestion/telemetry/sources/ or in a folder SLUICE_SOURCES names."
            )
    return {name: declared[name] for name in names} if names else declared


class _Landing:
    def __init__(self, say: Say, step: Step) -> None:
        self.say, self.step = say, step
        self.report = Report()
        self.memory = Memory()
        self.scratch = lake().dlt_dir / "scratch"
        self._pipeline: Any = None

    def run(self, chosen: dict[str, Declared], names: list[str], path: str | None) -> Report:
        files = self._find(chosen, names, path)
        if has_pending(DOMAIN):
            self._drain()
        hashes = {name: chosen[name].hash for name in self.report.tallies}
        was_current = self.memory.is_current()
        unseen = self.memory.unseen(files, hashes)
        undeclared = self.memory.undeclared(hashes)
        for found in set(files) - set(unseen):
            self.report.tallies[found.source].unchanged += 1
        databases = [
            entry
            for name, entry in chosen.items()
            if entry.declaration.sql and name not in self.report.absent and not path
        ]
        if unseen or undeclared or databases:
            self._land(chosen, unseen, databases, was_current)
        return self.report

    def _find(self, chosen: dict[str, Declared], names: list[str], path: str | None) -> list[Found]:
        files: list[Found] = []
        for name, entry in chosen.items():
            if entry.declaration.sql:
                self._check_address(name, entry, names)
                continue
            try:
                if path and names:
                    found = given_files(entry.declaration, path)
                else:
                    found = found_files(entry.declaration, path)
            except SourceAbsent as error:
                if names:
                    raise SourceAbsent(f"source {name}: {error}") from None
                self.report.absent[name] = str(error)
                continue
            self.report.tallies[name] = Tally(name, file_count=len(found))
            files += found
        if path and not files:
            raise SourceAbsent(
                f"no declared source reads {path}; name one: --source NAME --path {path}"
            )
        return files

    def _check_address(self, name: str, entry: Declared, names: list[str]) -> None:
        assert entry.declaration.sql is not None
        needed = entry.declaration.sql.connection
        if variable(needed):
            return
        if names:
            raise SourceAbsent(
                f"source {name}: {needed} is not set. It holds the database's address, for "
                f"example {needed}=postgresql://user:password@host/database"
            )
        self.report.absent[name] = f"{needed} is not set"

    def _open(self) -> Any:
        if self._pipeline is None:
            self._pipeline = open_pipeline(DOMAIN)
        return self._pipeline

    def _drain(self) -> None:
        try:
            self.report.drained = drain(self._open())
        except Quarantined as error:
            self.report.quarantined.append(str(error))
        self.say(f"finished {self.report.drained} load(s) an earlier run left behind")

    def _land(
        self,
        chosen: dict[str, Declared],
        unseen: list[Found],
        databases: list[Declared],
        was_current: bool,
    ) -> None:
        from ingestion.telemetry.reading import ReadingProcess

        if not was_current:
            self.memory.forget()
        shutil.rmtree(self.scratch, ignore_errors=True)
        known = Known.read(was_current, {name: one.hash for name, one in chosen.items()})
        done = 0
        with ReadingProcess(self.scratch) as reader:
            reader.know(known.contents())
            packages = list(cut(unseen)) or [[]]
            for files in packages:
                package = Package(new_load_id(), self.scratch, reader, known, chosen)
                for answered, found in enumerate(package.read(files), start=done + 1):
                    self.step(found.source, answered, len(unseen))
                done += len(files)
                self._commit(package)
            for entry in databases:
                self._database(entry, reader, known, chosen)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _commit(self, package: Package) -> None:
        tables = package.finish(self.report.tallies)
        fault("package-ready")
        try:
            if tables:
                from ingestion.telemetry import telemetry

                load(self._open(), telemetry(tables))
            self._count(package)
            self.memory.keep(package.remembered(), package.hashes(self.report.tallies))
            fault("after-memory")
        except Quarantined as error:
            self.report.quarantined.append(str(error))
        package.clear()

    def _count(self, package: Package) -> None:
        for row in package.file_rows:
            tally = self.report.tallies[row["source"]]
            tally.file_count += package.part_number > 0  # rows of a database come in parts
            tally.rows_in += row["rows_in"]
            tally.accepted += row["rows_accepted"]
            tally.duplicate += row["rows_duplicate"]
            tally.rejected += row["rows_rejected"]
            tally.rejected_files += row["status"] == "rejected"
        for found in package.unchanged:
            self.report.tallies[found.source].unchanged += 1

    def _database(
        self, entry: Declared, reader: Any, known: Known, chosen: dict[str, Declared]
    ) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        from ingestion.telemetry.database import database_resource, open_database

        tallies = self.report.tallies
        tallies[entry.name] = Tally(entry.name)
        package = Package(new_load_id(), self.scratch, reader, known, chosen)
        engine = open_database(entry)
        self.say(f"reading the database of {entry.name}")
        try:
            load(
                self._open(),
                database_resource(entry, engine, package, self._count, [entry.name]),
            )
            self.memory.keep([], {entry.name: entry.hash})
        except Quarantined as error:
            self.report.quarantined.append(str(error))
        except (LoadFailed, SQLAlchemyError) as error:
            told = str(error).replace(str(engine.url.password or "\0"), "***")
            self.report.failed.append(f"source {entry.name}: {told}")
        package.clear()


def new_load_id() -> str:
    """Return an id that sorts by time and is never given twice."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"


def cut(files: list[Found]) -> Iterator[list[Found]]:
    """Cut files into packages: what is committed at once, and read again after a crash."""
    package: list[Found] = []
    size = 0
    limit = int(os.environ.get("SLUICE_PACKAGE_BYTES", PACKAGE_BYTES))
    for found in files:
        weight = found.byte_count * (8 if found.address.endswith(".gz") else 1)
        if package and (size + weight > limit or len(package) >= PACKAGE_FILES):
            yield package
            package, size = [], 0
        package.append(found)
        size += weight
    if package:
        yield package
