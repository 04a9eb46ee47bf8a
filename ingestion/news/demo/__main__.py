"""`python -m ingestion.news.demo`: write a SYNTHETIC internet of news, the same for a seed."""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told
from ingestion.news.demo.internet import AS_OF, SIZES, World, make_world
from ingestion.news.demo.server import INTERNET
from ingestion.news.links import url_key

SEED = 11
README = """# SYNTHETIC news

Written by `python -m ingestion.news.demo` (seed {seed}, size {size}): made-up outlets, companies,
people and events. {feeds} feeds, {entries} entries of {days} days, {faults} planted faults.

`internet.json.gz` is served by the landing on 127.0.0.1; `feeds.yml` and `report.yml` declare it.
`truth/` says what is true: events and how much they matter, which articles are about which event,
what was planted. Nothing reads it but tests, and the offline model `oracle-<seed>`.
"""


def main(arguments: list[str] | None = None) -> int:
    """Write the demo; returns 0."""
    parser = Arguments(prog="python -m ingestion.news.demo", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    folder = lake().demo / "news"
    world = make_world(SIZES[options.size], options.seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").unlink(missing_ok=True)
    _write(folder, world)
    text = README.format(
        seed=options.seed,
        size=options.size,
        feeds=len(world.outlets),
        entries=len(world.articles),
        days=world.size.days,
        faults=len(world.faults),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")  # last: what has it is whole
    sys.stdout.write(f"{folder}: {len(world.outlets)} feeds, {len(world.articles)} entries\n")
    return 0


def _write(folder: Path, world: World) -> None:
    document = json.dumps({"as_of": AS_OF.isoformat(), "hosts": world.hosts}).encode()
    (folder / INTERNET).write_bytes(gzip.compress(document, mtime=0))
    feeds = [
        {
            "feed": one.name,
            "name": one.site,
            "url": f"http://{one.host}/feed",
            "weight": one.weight,
            "gap_seconds": 0,
            "description": "SYNTHETIC",
            "tier": "open",
        }
        for one in world.outlets
    ]
    _yaml(folder / "feeds.yml", {"feeds": feeds})
    _yaml(folder / "report.yml", _report(world))
    _yaml(
        folder / "backgrounds.yml",
        {"background": "demo_names", "name": "SYNTHETIC names", "location": "background.csv"},
    )
    _truth(folder, world)


def _report(world: World) -> dict[str, Any]:
    path = Path(__file__).parents[1] / "reports" / "ai_daily.yml"
    shipped = yaml.safe_load(path.read_text(encoding="utf-8"))
    return shipped | {
        "report": "demo_daily",
        "title": "AI daily of a made-up world",
        "description": "SYNTHETIC: the report of the demo",
        "window_hours": 24 * min(4, world.size.days),
        "tier3_max": world.size.tier3_max,
    }


def _truth(folder: Path, world: World) -> None:
    truth = folder / "truth"
    truth.mkdir(exist_ok=True)
    _csv(
        truth / "events.csv",
        (
            {"event": one.number, "category": one.category, "importance": one.importance,
             "happened_at": one.at.isoformat(), "names": "|".join(one.names)}
            for one in world.events
        ),
    )  # fmt: skip
    _csv(
        truth / "articles.csv",
        (
            {"source": outlet.name, "url_key": url_key(one.link or one.url), "event": one.event,
             "kind": one.kind, "copy_of": url_key(one.copy_of), "planted": "|".join(one.flags)}
            for outlet in world.outlets
            for one in outlet.articles
        ),
    )  # fmt: skip
    _csv(truth / "faults.csv", world.faults)
    lines = [
        {
            "name": name,
            "aliases": "",
            "type": kind,
            "line": f"{name} is {what} of the made-up world of this demo.",
            "source_url": f"http://names.example/{name.replace(' ', '_')}",
            "licence": "CC0-1.0",
            "as_of": "2026-01-01",
        }
        for event in world.events[::2]
        for name, kind, what in (
            (event.names[0], "company", f"a company in the field of {event.category}"),
            (event.names[3], "person", f"a manager at {event.names[0]}"),
        )
    ]
    _csv(folder / "background.csv", lines)


def _csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _yaml(path: Path, content: Mapping[str, Any]) -> None:
    text = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True)
    path.write_text(f"# SYNTHETIC\n{text}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(told(main))
