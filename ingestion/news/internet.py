"""Which internet a run asks: the real one, the demo's, or one of captured feeds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import SettingsError, variables
from ingestion.landing.declarations import Declared, is_bundled
from ingestion.landing.web.addresses import NameMap
from ingestion.news.declaration import FEEDS, REPORTS

DATA = "SLUICE_NEWS_DATA"  # folder of captured feeds
CONTACT = "SLUICE_CONTACT"
WEB, DEMO, CAPTURES = "web", "demo", "captures"
_AGENT = "Sluice/0.1 ({contact}) feed reader"


@dataclass(frozen=True)
class Internet:
    """The hosts a run may ask."""

    origin: str
    agent: str
    names: NameMap = field(default_factory=NameMap)


def origin_of(feeds: dict[str, Declared]) -> str:
    """Say which internet declared feeds lie in."""
    if os.environ.get(DATA):
        return CAPTURES
    return DEMO if feeds and all(is_demo(entry) for entry in feeds.values()) else WEB


def demo_folder() -> Path:
    """Where the demo's internet lies."""
    return lake().demo / "news"


def is_demo(entry: Declared) -> bool:
    """Say whether a declaration is the demo's."""
    return entry.origin.is_relative_to(demo_folder())


def declared_feeds(broken: list[str] | None = None) -> dict[str, Declared]:
    """Return the feeds a run asks: a person's own, else the demo's.

    Raises:
        DeclarationError: one cannot be used, and there is no list to take it.
    """
    if data := os.environ.get(DATA):
        return _captured(Path(data).expanduser(), broken)
    found = FEEDS.read_all(broken)
    own = {name: entry for name, entry in found.items() if entry.declaration.enabled}
    if own:
        return own
    demo: dict[str, Declared] = {}
    if (demo_folder() / "README.md").is_file():  # written last
        FEEDS.add(demo, demo_folder() / "feeds.yml", broken)
    return {name: entry for name, entry in demo.items() if entry.declaration.enabled}


def _captured(folder: Path, broken: list[str] | None) -> dict[str, Declared]:
    from ingestion.news.demo import CapturedInternet

    found: dict[str, Declared] = {}
    FEEDS.add(found, CapturedInternet(folder).declarations(lake().dlt_dir), broken)
    return found


def chosen_report(name: str | None, origin: str) -> Declared:
    """Return the report a run is made for: the named one, the demo's, or the first of one's own.

    Raises:
        SettingsError: there is no such report.
    """
    found = REPORTS.read_all()
    if origin == DEMO:
        demo: dict[str, Declared] = {}
        REPORTS.add(demo, demo_folder() / "report.yml", None)
        found = {key: value for key, value in found.items() if key not in demo} | demo
        if name is None:
            return next(iter(demo.values()))
    if name is None:
        own = [entry for entry in found.values() if not is_bundled(entry)]
        return [*own, *found.values()][0]
    if name not in found:
        raise SettingsError(
            f"REPORT={name} is not declared; there are: {', '.join(sorted(found))}."
        )
    return found[name]


def time_of(origin: str) -> datetime | None:
    """Return the time a run of an internet that never grows old takes for now; None: the clock."""
    if origin == DEMO:
        from ingestion.news.demo import demo_as_of

        return demo_as_of(demo_folder())
    if origin == CAPTURES:
        from ingestion.news.demo import CapturedInternet

        return CapturedInternet(Path(os.environ[DATA]).expanduser()).as_of
    return None


@contextmanager
def internet(origin: str) -> Iterator[Internet]:
    """Open the internet of a run.

    Raises:
        SettingsError: hosts of others are to be asked, and nobody says who asks.
    """
    if origin == WEB:
        yield Internet(origin, agent_of_contact())
        return
    with _played(origin) as played:
        names = NameMap(dict(played.resolve), is_all=True)
        yield Internet(origin, _AGENT.format(contact="+demo"), names)


def _played(origin: str) -> Any:
    from ingestion.news.demo import CapturedInternet, DemoInternet

    if origin == CAPTURES:
        return CapturedInternet(Path(os.environ[DATA]).expanduser())
    return DemoInternet(demo_folder())


def agent_of_contact() -> str:
    """Return the User-Agent for hosts of others.

    Raises:
        SettingsError: nobody says who asks.
    """
    contact = variables().get(CONTACT, "").strip()
    if not contact:
        raise SettingsError(
            f"{CONTACT} is not set: whoever runs a host that is asked must be able to reach you. "
            f"Set it to an address of yours, such as {CONTACT}=mailto:news@example.org"
        )
    if not contact.isascii() or not contact.isprintable():
        raise SettingsError(f"{CONTACT} goes into a header: write it in plain ASCII, one line.")
    return _AGENT.format(contact=f"+{contact}")
