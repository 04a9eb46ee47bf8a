"""`make detection-quality`: print how well a release finds what labels say, and where not."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import told
from python_models.telemetry.detection_scores import NothingReleased, released_scores, report

if TYPE_CHECKING:
    from rich.table import Table


def main(arguments: list[str] | None = None) -> int:
    """Print the report of a release; 1 when there is nothing to report."""
    parser = argparse.ArgumentParser(prog="make detection-quality", description=__doc__)
    parser.add_argument("--database", type=Path, help="a release file (default: the latest)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    try:
        found = report(released_scores(given.database or lake().latest))
    except NothingReleased as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if given.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _print(found)
    return 0


def _print(found: dict) -> None:
    from rich.console import Console

    console = Console()
    for level, title in (("reading", "Reading by reading"), ("cycle", "Cycle by cycle")):
        sources = [entry for entry in found["sources"] if entry["level"] == level]
        if sources:
            console.print(_source_table(title, sources))
    if found["cycle_kinds"]:
        console.print(_kind_table(found["cycle_kinds"]))
    missed = [entry for entry in found["sources"] if entry["verdict"].startswith("NOT")]
    for entry in missed:
        console.print(f"{entry['source']} ({entry['level']} level): {entry['verdict']}")
    if not missed:
        console.print("Every labelled source beats its yardsticks.")


_HEADINGS = ("precision", "recall", "F1", "false alarms", "rate", "missed alarms")


def _source_table(title: str, sources: list[dict]) -> Table:
    from rich.table import Table

    table = Table(title=f"{title}: this release beside two yardsticks")
    table.add_column("source")
    table.add_column("method")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right")
    table.add_column("verdict")
    for entry in sources:
        for place, score in enumerate(entry["scores"]):
            source, said = (entry["source"], entry["verdict"]) if place == 0 else ("", "")
            table.add_row(source, score["yardstick"], *_cells(score), said)
        table.add_section()
    return table


def _kind_table(kinds: list[dict]) -> Table:
    from rich.table import Table

    table = Table(title="Cycle by cycle, for each kind of issue, all labelled sources together")
    table.add_column("issue kind")
    for heading in _HEADINGS:
        table.add_column(heading, justify="right")
    for score in kinds:
        table.add_row(score["issue_kind"], *_cells(score))
    return table


def _cells(score: dict) -> list[str]:
    return [
        _figure(score["precision"]),
        _figure(score["recall"]),
        _figure(score["f1"]),
        f"{score['false_positives']:,}",
        "-" if score["false_alarm_rate"] is None else f"{score['false_alarm_rate']:.2%}",
        f"{score['false_negatives']:,}",
    ]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(told(main))
