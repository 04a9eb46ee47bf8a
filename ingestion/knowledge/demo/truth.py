"""What is true of the demo, beside its exports. Only tests and figures read it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ingestion.knowledge.demo.organisation import DELIVERIES
from ingestion.knowledge.demo.story import Story
from ingestion.knowledge.demo.written import Written


def write_truth(story: Story, written: Written) -> None:
    """Add the tables of truth to what is written."""
    org = story.org
    entities = [
        {
            "entity": one.key,
            "type": one.type,
            "names": json.dumps([[day.isoformat(), name] for day, name in one.names]),
            "strong_ids": json.dumps(one.strong),
        }
        for one in org.entities.values()
    ]
    facts = [
        {
            "fact": one.id,
            "subject": one.subject,
            "relation": one.relation,
            "object": one.object or "",
            "value": one.value or "",
            "valid_from": one.start.isoformat(),
            "valid_to": one.end.isoformat() if one.end else "",
        }
        for one in org.facts
    ]
    said = [
        {**vars(one), "known_at": DELIVERIES[one.delivery].isoformat()} for one in written.sayings
    ]
    for name, rows in (("entities", entities), ("facts", facts), ("said", said)):
        written.files[f"truth/{name}.csv"] = table(rows)


def table(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return rows as CSV."""
    rows = list(rows)
    memory = io.StringIO(newline="")
    writer = csv.DictWriter(memory, list(rows[0]) if rows else ["nothing"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return memory.getvalue().encode()
