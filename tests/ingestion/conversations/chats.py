"""Land datasets into a lake of the test's own and look into it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from ingestion.__main__ import main
from ingestion.lakehouse.catalog import metadata_locations
from tests.ingestion.landing_apart import land_apart
from tests.ingestion.raw_rows import raw_rows

DATASET = """
dataset: chats
location: "{folder}/**/*"
license: MIT
tier: open
priority: 10
"""


def line(number: int) -> str:
    """Return a conversation as a line of JSON."""
    return (
        f'{{"messages": [{{"role": "user", "content": "Question {number}"}}, '
        f'{{"role": "assistant", "content": "Answer {number}"}}]}}\n'
    )


def lines(first: int, count: int) -> str:
    return "".join(line(number) for number in range(first, first + count))


class Chats:
    """A folder of deliveries, its declarations, and the lake they land in."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "deliveries"
        self.folder.mkdir(parents=True)
        self.sources = root / "sources"
        self.sources.mkdir()
        os.environ["SLUICE_SOURCES"] = str(self.sources)
        self.declare("chats", DATASET)

    def declare(self, name: str, text: str) -> None:
        (self.sources / f"{name}.yml").write_text(text.format(folder=self.folder))

    def deliver(self, name: str, body: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body if isinstance(body, bytes) else body.encode())
        return path

    def land(self, *arguments: str) -> int:
        """Land the declared datasets in this process; returns the exit code."""
        names = [f"--source={path.stem}" for path in sorted(self.sources.glob("*.yml"))]
        return main(["conversations", *(arguments or names)])

    def land_apart(self, **variables: str) -> subprocess.CompletedProcess[str]:
        """Land in a process of its own, which a fault may kill."""
        return land_apart("conversations", "--source", "chats", **variables)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Query the raw tables as dbt sees them: their current snapshots."""
        return raw_rows("raw_conversations", query)

    def check_books(self) -> None:
        """Every record is standardised, known or refused, and each table says the same."""
        tables = metadata_locations("raw_conversations")
        off = self.rows(
            "select * from files where rows_in <> rows_accepted + rows_duplicate + rows_rejected"
        )
        assert off == []
        ((accepted, rejected),) = self.rows(
            "select coalesce(sum(rows_accepted), 0), coalesce(sum(rows_rejected), 0) from files"
        )
        landed = self.rows("select count(*) from records")[0][0] if "records" in tables else 0
        refused = self.rows("select count(*) from rejects")[0][0] if "rejects" in tables else 0
        assert (landed, refused) == (accepted, rejected)
        if "records" in tables:
            assert self.rows("select sum(turn_count) from records") == self.rows(
                "select count(*) from messages"
            )
