"""`make detection-quality`: print how well a release finds what labels say, and where not."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from textwrap import wrap

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import print_table, say
from ingestion.lakehouse.settings import told
from python_models.telemetry.detection_scores import (
    ALARM_LIMITS,
    NothingReleased,
    caveats,
    released_scores,
    report,
)

WIDTH = 80  # of a terminal nobody has widened


def main(arguments: list[str] | None = None) -> int:
    """Print the report of a release; 1 when there is nothing to report."""
    parser = Arguments(prog="make detection-quality", description=__doc__)
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
    for level, title in (("reading", "Reading by reading"), ("cycle", "Cycle by cycle")):
        rows = [
            {"source": entry["source"] if place == 0 else "", "method": score["yardstick"]}
            | _cells(score)
            for entry in found["sources"]
            if entry["level"] == level
            for place, score in enumerate(entry["scores"])
        ]
        if rows:
            print_table(rows, f"{title}: this release beside two yardsticks")
            say("")
    if found["cycle_kinds"]:
        rows = [
            {"issue kind": score["issue_kind"]} | _cells(score) for score in found["cycle_kinds"]
        ]
        print_table(rows, "Cycle by cycle, for each kind of issue, all labelled sources together")
        say("")
    missed = [entry for entry in found["sources"] if entry["verdict"].startswith("NOT")]
    for entry in missed:
        say(f"{entry['source']} ({entry['level']} level): {entry['verdict']}")
    if not missed:
        say("Every labelled source beats its yardsticks.")
    texts = caveats(entry["source"] for entry in found["sources"])
    if any(entry["level"] == "reading" for entry in found["sources"]):
        texts.append(ALARM_LIMITS)
    for text in texts:
        say("\n".join(wrap(text, WIDTH)))


def _cells(score: dict) -> dict[str, str]:
    rate = score["false_alarm_rate"]
    return {
        "precision": _figure(score["precision"]),
        "recall": _figure(score["recall"]),
        "F1": _figure(score["f1"]),
        "false": f"{score['false_positives']:,}",
        "rate": "-" if rate is None else f"{rate:.2%}",
        "missed": f"{score['false_negatives']:,}",
    }


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(told(main))
