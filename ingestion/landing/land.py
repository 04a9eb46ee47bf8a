"""Land a domain's files: find what is new, have it read, commit it in bounded packages."""

from __future__ import annotations

import errno
import secrets
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ingestion.lakehouse import clock
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.file_lock import exclusive
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError
from ingestion.landing.declarations import DeclarationError, Declared, is_bundled
from ingestion.landing.deliveries import FoundFile, SourceAbsent, SourceFailed, is_text
from ingestion.landing.known import Known
from ingestion.landing.landed import Memory
from ingestion.landing.package import Package, cut
from ingestion.landing.pipeline import (
    LoadFailed,
    Quarantined,
    drain,
    has_pending,
    load,
    open_pipeline,
)
from ingestion.landing.progress import recorded
from ingestion.landing.reading_process import ReadingFailed, ReadingProcess
from ingestion.landing.report import Report, Tally, told_of_redeclared
from ingestion.landing.source import ProductSource, Rows, Say
from ingestion.landing.web.begun import landing_lock

Step = Callable[[str, int, int], None]  # source, files done, files in all


def land(
    product_source: ProductSource,
    names: list[str],
    path: str | None,
    say: Say,
    step: Step,
    keeps: bool = False,
) -> Report:
    """Land every declared source of a domain, or the named ones; returns what became of them.

    `keeps` leaves what landed under another declaration as it is, instead of reading it again.

    Raises:
        DeclarationError, SourceAbsent, Locked, SettingsError: nothing was started.
    """
    broken: list[str] = []
    chosen = choose(product_source, names, broken)
    domain = product_source.domain
    with exclusive(landing_lock(domain), f"Landing {domain}"):
        landing = Landing(product_source, say, step, keeps)
        landing.report.broken = broken
        return landing.run(chosen, names, path)


def choose(
    product_source: ProductSource, names: list[str], broken: list[str] | None = None
) -> dict[str, Declared]:
    """Return the named sources, or all; `broken` takes what is wrong with other declarations.

    Raises:
        SourceAbsent: a name is not declared.
        DeclarationError: it may be, in a declaration that cannot be used.
    """
    declared = product_source.declared(broken)
    for name in names:
        if name not in declared:
            if broken:
                raise DeclarationError("\n".join(broken))
            grammar = product_source.grammar
            folder = f"ingestion/{product_source.domain}/{grammar.shipped.name}/"
            raise SourceAbsent(
                f"{grammar.entry} {name!r} is not declared; there are: "
                f"{', '.join(sorted(declared))}. "
                f"Declare it in {folder} or in a folder SLUICE_SOURCES names."
            )
    return {name: declared[name] for name in names} if names else declared


class Landing:
    """One run of one domain's landing."""

    def __init__(
        self, product_source: ProductSource, say: Say, step: Step, keeps: bool = False
    ) -> None:
        self.product_source, self.say, self.step = product_source, say, step
        self.keeps = keeps
        self.report = Report()
        self.memory = Memory(product_source.domain)
        self.scratch = lake().dlt_dir / "scratch" / product_source.domain
        self.chosen: dict[str, Declared] = {}
        self._broken: dict[str, str] = {}  # source: why it could not be asked
        self._pipeline: Any = None
        self._reader: Any = None
        self._known: Known | None = None
        self._loader: Any = None
        self._loading: Future[None] | None = None
        self._opening = threading.Lock()

    def run(self, chosen: dict[str, Declared], names: list[str], path: str | None) -> Report:
        """Land what is new; returns the run's outcome."""
        self.chosen = chosen
        files = self.files = self.product_source.arranged(self._find(names, path), chosen)
        if has_pending(self.product_source.domain):
            self._drain()
        if self.product_source.gathers:
            return self.product_source.gather(self)
        hashes = {name: chosen[name].hash for name in self.report.tallies}
        was_current = self.memory.is_current()
        if self.memory.redeclared(hashes):
            self._look_again(files, path)
        unseen = self.memory.unseen(files, hashes)
        undeclared = self.memory.undeclared(hashes)
        for found in set(files) - set(unseen):
            self.report.tallies[found.source].unchanged += 1
        streams = [
            entry
            for name, entry in chosen.items()
            if self.product_source.streams(entry) and name not in self.report.absent and not path
        ]
        if unseen or undeclared or streams or self._broken:
            self._land(unseen, streams, was_current)
        return self.report

    def _look_again(self, files: list[FoundFile], path: str | None) -> None:
        """Have files that were read under another declaration read again."""
        self._known = self._ask_lake()
        for line in told_of_redeclared(self._known, files, is_whole=path is None):
            self.say(line)
        if not self.keeps:
            self.memory.forget_files(self._known.stale())

    def recall(self) -> Known:
        """Ask the lake what it holds, and clear what an earlier run left half-written."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._known = self._ask_lake()
        return self._known

    def _ask_lake(self) -> Known:
        return Known.read(self.product_source, self.chosen, self.keeps)

    def _find(self, names: list[str], path: str | None) -> list[FoundFile]:
        files, who = list[FoundFile](), self.product_source.grammar.entry
        for name, entry in self.chosen.items():
            found: list[FoundFile] = []
            try:
                if self.product_source.streams(entry):
                    if path:
                        raise SourceAbsent(f"it is asked, and reads no files; leave {path} out")
                    self.product_source.check_stream(entry)
                    continue
                found = self._found(entry, names, path)
            except SourceAbsent as error:
                if names:
                    raise SourceAbsent(f"{who} {name}: {error}") from None
                self.report.absent[name] = str(error)
                if not (path or is_bundled(entry)):
                    self.report.missing[name] = f"{error} (declared in {entry.origin})"
                continue
            except SourceFailed as error:
                self.fail(name, str(error))
            except SettingsError:
                raise
            except Exception as error:  # noqa: BLE001  one source's trouble is not another's
                self.fail(name, f"{type(error).__name__}: {error}")
            named = [one for one in found if self._has_a_name(one)]
            self.report.tallies[name] = Tally(name, file_count=len(named))
            files += named
        if path and not files:
            what = f"no declared {who} reads {path}; "
            raise SourceAbsent(f"{what}name one: --source NAME --path {path}")
        return files

    def _found(self, entry: Declared, names: list[str], path: str | None) -> list[FoundFile]:
        given = self.product_source.given(entry, path) if path and names else None
        return self.product_source.find(entry, path) if given is None else given

    def _has_a_name(self, found: FoundFile) -> bool:
        """Say whether a file's name can be written down; one that is no text cannot."""
        if is_text(found.address):
            return True
        shown = found.address.encode("utf-8", "surrogateescape").decode(errors="backslashreplace")
        self.fail(found.source, f"the name of {shown} is not UTF-8; rename it")
        return False

    def fail(self, name: str, why: str) -> None:
        """Note that a source, or one of its files, could not be read; others go on."""
        self.report.failed.append(f"{self.product_source.grammar.entry} {name}: {why}")
        self._broken[name] = why

    def open(self) -> Any:
        """Open the domain's dlt pipeline, once a run."""
        with self._opening:
            if self._pipeline is None:
                self._pipeline = open_pipeline(self.product_source.domain)
            return self._pipeline

    def _drain(self) -> None:
        try:
            self.report.drained = drain(self.open())
        except Quarantined as error:
            self.report.quarantined.append(str(error))
        self.say(f"finished {self.report.drained} load(s) an earlier run left behind")

    def _land(self, unseen: list[FoundFile], streams: list[Declared], was_current: bool) -> None:
        if not was_current:
            self.memory.forget()
        shutil.rmtree(self.scratch, ignore_errors=True)
        done, source = 0, self.product_source
        with (
            ThreadPoolExecutor(max_workers=1) as self._loader,
            ReadingProcess(self.scratch, *source.reading()) as self._reader,
            recorded(source.domain, unseen, self.say) as progress,
        ):
            if unseen:
                self._reader.start()  # it gets ready while the lake is asked what it holds
            if self._known is None:
                self._known = self._ask_lake()
                if was_current:
                    self._known.addresses = None  # every unseen file is a delivery
                else:
                    for line in told_of_redeclared(self._known, unseen, is_whole=False):
                        self.say(line)
            self._loader.submit(self.open)  # takes a second, in which files are read already
            self._reader.know(self._known.contents())
            progress.begin()
            self._reader.on_progress = progress.reached
            for files in list(cut(unseen)) or [[]]:
                package = self.package()
                for answered, found in enumerate(package.read(files), start=done + 1):
                    progress.finished(found)
                    self.step(found.source, answered, len(unseen))
                done += len(files)
                for found, why in package.unfetched.items():
                    self.fail(found.source, why)
                self._commit(package)
            self._loaded()
            for entry in streams:
                self.report.tallies[entry.name] = Tally(entry.name)
                self._stream(entry)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _stream(self, entry: Declared) -> None:
        """Land a streaming source; whatever it does, the others land."""
        try:
            self.product_source.stream(entry, self)
        except (ReadingFailed, LoadFailed):
            raise  # the reading process, or the lake, is at fault
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise
            self.fail(entry.name, f"{type(error).__name__}: {error}")

    def package(self) -> Package:
        """Begin a package."""
        assert self._known is not None
        return Package(
            self.product_source,
            new_load_id(),
            self.scratch,
            self._reader,
            self._known,
            self.chosen,
            self.say,
        )

    def era(self, source: str) -> str:
        """Return a name for the declarations of a source that say the same values."""
        assert self._known is not None
        return self._known.era(source)

    def _commit(self, package: Package) -> None:
        """Begin to load a package; the next one is read meanwhile."""
        package.note(self._failures())
        tables = package.finish(self.report.tallies)
        fault("package-ready")
        self._loaded()
        self._loading = self._loader.submit(self._load, package, tables)

    def _loaded(self) -> None:
        """Wait for the package that is being loaded; what went wrong there is raised here."""
        if self._loading is not None:
            loading, self._loading = self._loading, None
            loading.result()

    def _load(self, package: Package, tables: dict[str, list[tuple[str, int]]]) -> None:
        try:
            if tables:
                from ingestion.landing.resources import package_source

                load(self.open(), package_source(self.product_source.domain, tables))
            self.report.count(package)
            self.memory.keep(package.remembered(), package.hashes(self.report.tallies))
            fault("after-memory")
        except Quarantined as error:
            self.report.quarantined.append(str(error))
        package.clear()

    def _failures(self) -> dict[str, Rows]:
        """The rows that say which sources failed, once each."""
        broken, self._broken = self._broken, {}
        rows: dict[str, Rows] = {}
        assert self._known is not None
        for name, why in broken.items():
            for table, added in self.product_source.failed(
                self.chosen[name], why, self._known.state
            ).items():
                rows.setdefault(table, []).extend(added)
        return rows


def new_load_id() -> str:
    """Return an id that sorts after those of earlier loads and is never given twice."""
    return f"{clock.load_time()}-{secrets.token_hex(2)}"
