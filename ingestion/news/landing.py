"""Land a run of news: feeds and pages as they answered, entries that are new, how sources fare."""

from __future__ import annotations

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from ingestion.lakehouse.clock import now
from ingestion.lakehouse.faults import fault
from ingestion.lakehouse.settings import SettingsError
from ingestion.landing.declarations import Declared
from ingestion.landing.deliveries import FoundFile
from ingestion.landing.land import Landing
from ingestion.landing.landed import files_pointer
from ingestion.landing.package import Package
from ingestion.landing.pipeline import Quarantined, load
from ingestion.landing.report import Report, Tally
from ingestion.landing.source import RUN_ID, LandedFile, ProductSource, Rows
from ingestion.landing.web.fetcher import Fetcher
from ingestion.landing.web.waiting_room import WaitingRoom
from ingestion.landing.web.workers import Workers
from ingestion.news import rows
from ingestion.news.background import read_backgrounds, unlanded_ratings
from ingestion.news.declaration import FEEDS, Feed
from ingestion.news.internet import (
    WEB,
    agent_of_contact,
    chosen_report,
    declared_feeds,
    internet,
    origin_of,
    time_of,
)
from ingestion.news.memory import Memory, naive, read_memory, runs_known, runs_with_stories
from ingestion.news.replay import Kept, kept_objects
from ingestion.news.run_row import Run, is_due, new_run, replay_of, wish
from ingestion.news.schema import NAMESPACE
from ingestion.news.scrape import Scrape
from ingestion.news.story_words import waiting

_ROBOTS_SECONDS = 0.5


class NewsSource(ProductSource):
    """What is news' own about landing: it asks hosts, and what it lands is one run."""

    domain = "news"
    grammar = FEEDS
    declared_table = "declarations"
    gathers = True

    def declared(self, broken: list[str] | None = None) -> dict[str, Declared]:
        """Return the feeds of a person, or those of the demo while there are none."""
        return declared_feeds(broken)

    def find(self, entry: Declared, only: str | None) -> list[FoundFile]:
        """Return nothing: a feed is asked, it offers no file."""
        return []

    def declared_row(self, entry: Declared) -> dict[str, Any]:
        """Return what is said of a feed's declaration."""
        feed: Feed = entry.declaration
        return {
            "url": feed.url,
            "kind": feed.kind,
            "weight": feed.weight,
            "categories": rows.as_json(feed.categories),
            "language": feed.language,
        }

    def kept_objects(self) -> set[str]:
        """Return what the newest runs of each report were answered, and what waits to land."""
        return kept_objects()

    def gather(self, landing: Landing) -> Report:
        """Make a run when one is due, or go on with the one that was begun."""
        with WaitingRoom(self.domain) as room:
            run = self._begun(landing, room)
            if run is None:
                return landing.report
            known = set(landing.recall().files)
            memory = read_memory(run.replays)
            asked = Event()
            with ThreadPoolExecutor(max_workers=1) as loader:
                loader.submit(_get_ready, landing, asked)
                try:
                    scrape = asyncio.run(self._scraped(run, memory, room, landing))
                finally:
                    asked.set()
            gathered = rows.Gathered(run, memory, _feeds_of(run, landing), scrape)
            self._land(landing, room, gathered, known)
        return landing.report

    def _begun(self, landing: Landing, room: WaitingRoom) -> Run | None:
        """Return the run that was begun before or is begun now; None when none is due."""
        if begun := room.open_run():
            if not _has_landed(begun["run_id"]):
                landing.say(f"goes on with run {begun['run_id']}")
                return Run.from_json(begun)
            _note_landed(room, Run.from_json(begun))  # it was killed after the last commit
            landing.say(f"run {begun['run_id']} has landed")
            return None
        run = self._next(landing.chosen, room)
        if run is not None:
            room.begin(run.run_id, run.json)
            fault("run-begun")
        return run

    def _next(self, feeds: dict[str, Declared], room: WaitingRoom) -> Run | None:
        """Return the run that is due; None when none is."""
        asked, last = wish(), room.last()
        if last and last["run_id"] == os.environ.get(RUN_ID):
            return None  # what the build goes on with has landed
        run_id = os.environ.get(RUN_ID) or new_run_id_of_landing()
        if asked.replays:
            known = {run["run_id"]: run for run in runs_known()}
            if asked.replays not in known:
                raise SettingsError(
                    f"RUN={asked.replays} is no run of news that has landed; there are: "
                    f"{', '.join(list(known)[-20:])}."
                )
            return replay_of(known[asked.replays], run_id)
        if not feeds:
            return None
        origin = origin_of(feeds)
        report = chosen_report(asked.report, origin)
        if report.declaration.sources:
            wanted = set(report.declaration.sources)
            feeds = {name: entry for name, entry in feeds.items() if name in wanted}
        if origin == WEB:
            agent_of_contact()  # raises where nobody says who asks
        as_of = asked.as_of or time_of(origin) or now()
        last = _last_run(room, report.name, origin)
        if not is_due(asked, last, as_of, report.declaration.every_hours):
            return None
        if last is not None and as_of < naive(last["as_of"]):
            raise SettingsError(
                f"AS_OF={as_of} lies before the last run of {report.name} ({last['as_of']}): "
                "what that run saw would be news again. Name a later time."
            )
        previous = _ground(report.name, origin) if last else None
        said = waiting(_runs_of(report.name, origin))
        return new_run(run_id, asked, report, feeds, origin, as_of, previous, said)

    async def _scraped(
        self, run: Run, memory: Memory, room: WaitingRoom, landing: Landing
    ) -> Scrape:
        done = 0

        def step(name: str) -> None:
            nonlocal done
            done += 1
            landing.step(name, done, len(feeds) + len(scrape.pages))

        feeds = _feeds_of(run, landing)
        async with Workers() as workers:
            if run.replays:
                scrape = Scrape(run, memory, room, Kept(run.replays), workers, step)
                await scrape.all(feeds)
                return scrape
            with internet(run.origin) as hosts:
                async with Fetcher(hosts.agent, hosts.names, kept=room) as fetcher:
                    scrape = Scrape(run, memory, room, fetcher, workers, step)
                    await scrape.all(feeds)
                    return scrape

    def _land(
        self,
        landing: Landing,
        room: WaitingRoom,
        gathered: rows.Gathered,
        known: set[tuple[str, str]],
    ) -> None:
        """Commit a run as one package; then nothing of it waits any more."""
        from ingestion.landing.resources import package_source

        package = landing.package()
        tables = _pack(landing, package, gathered, known)
        room.store.sync(room.hashes())
        fault("objects-synced")
        try:
            load(landing.open(), package_source(self.domain, package.finish(list(gathered.feeds))))
        except Quarantined as error:
            landing.report.quarantined.append(str(error))
            room.empty(room.last())  # what it had is asked again: nothing of it counts as seen
            package.clear()
            return
        fault("run-landed")
        package.told += gathered.told(len(tables["pages"]))
        landing.report.count(package)
        _note_landed(room, gathered.run)
        package.clear()


def _get_ready(landing: Landing, asked: Event) -> None:
    """Bring what committing takes a second to import, while hosts are asked.

    It begins when robots.txt has been asked for, which hosts then leave a gap after, or when all
    has been asked; asking goes first meanwhile.
    """
    asked.wait(_ROBOTS_SECONDS)
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 10)
    try:
        import pyarrow.parquet

        import ingestion.landing.resources  # noqa: F401

        pyarrow.array([])  # for which it imports pandas
        landing.open()
    finally:
        sys.setswitchinterval(before)


def _pack(
    landing: Landing, package: Package, gathered: rows.Gathered, known: set[tuple[str, str]]
) -> dict[str, Rows]:
    """Put the rows of a run into a package; returns them by table."""
    tables, files = gathered.tables(), gathered.files(package.load_id)
    lines = read_backgrounds(known, landing.report.broken)
    landing.report.failed += lines.failed
    tables["background"], tables["feedback"] = lines.rows, unlanded_ratings(gathered.run.run_id)
    tables["rejects"] += lines.rejects
    files += [(row | {"load_id": package.load_id}, None) for row in lines.files]
    for row, why in files:
        source, name = row["source"], row["file_hash"] or ""
        found = FoundFile(source, "feed", row["source_file"], "", row["byte_count"], name)
        package.taken.append(LandedFile(found, row, refusal=why))
        tally = landing.report.tallies.setdefault(source, Tally(source))
        tally.file_count += row["rows_rejected"] > 0  # only those are listed: there are many
    package.note(tables)
    return tables


SOURCE = NewsSource()


def new_run_id_of_landing() -> str:
    """Return the id of a run that a landing by itself begins."""
    import secrets

    return f"{now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _feeds_of(run: Run, landing: Landing) -> dict[str, Declared]:
    """Return the feeds of a run that are still declared."""
    return {name: landing.chosen[name] for name in run.config["sources"] if name in landing.chosen}


def _has_landed(run_id: str) -> bool:
    return any(run["run_id"] == run_id for run in runs_known())


def _note_landed(room: WaitingRoom, run: Run) -> None:
    room.empty({**run.row, "as_of": run.as_of.isoformat(), "started_at": None,
                "pointer": files_pointer(NAMESPACE)})  # fmt: skip


def _last_run(room: WaitingRoom, report: str, origin: str) -> dict[str, Any] | None:
    """Return the last run of a report; the lake is asked only if others wrote it since."""
    noted = room.last()
    wanted = (report, origin, "scraped")
    if noted and noted["pointer"] == files_pointer(NAMESPACE) and _kind(noted) == wanted:
        return noted
    found = [run for run in runs_known() if _kind(run) == wanted]
    return found[-1] if found else None


def _runs_of(report: str, origin: str) -> list[dict[str, Any]]:
    """Return the runs of a report that asked hosts, oldest first."""
    return [run for run in runs_known() if _kind(run) == (report, origin, "scraped")]


def _ground(report: str, origin: str) -> str:
    """Return the run whose stories a new one goes on from: the last that has any.

    One whose build stopped before its stories were kept has none, and what its reports said would
    be news again. Where nothing was built yet it is the last one.
    """
    runs = [run["run_id"] for run in _runs_of(report, origin)]
    there = runs_with_stories()
    found: str = next((run for run in reversed(runs) if run in there), runs[-1])
    return found


def _kind(run: dict[str, Any]) -> tuple[str, str, str]:
    return run["report"], run["origin"], run["kind"]
