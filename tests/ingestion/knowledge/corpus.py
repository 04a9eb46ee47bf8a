"""Exports of a test's own, declared, and landed into a lake of its own."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from ingestion.knowledge.landing import SOURCE
from ingestion.landing.land import land
from ingestion.landing.report import Report
from tests.ingestion.landing_apart import land_apart
from tests.ingestion.raw_rows import raw_rows

PAGE = "Page {0:032x}.md"  # a name as Notion gives it


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """Return a zip file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return target.getvalue()


def slack(days: Mapping[str, list[Any]], **lists: Any) -> bytes:
    """Return an export of Slack: `days` maps `channel/day` to messages."""
    files = {f"{name}.json": json.dumps(content) for name, content in lists.items()}
    files |= {f"{name}.json": json.dumps(content) for name, content in days.items()}
    return zipped({"channels.json": json.dumps([{"id": "C1", "name": "general"}])} | files)


def message(ts: Any, text: str = "hello", **more: Any) -> dict[str, Any]:
    """Return a message of Slack."""
    return {"type": "message", "user": "U1", "text": text, "ts": ts} | more


class Corpus:
    """Declared sources, where their exports lie, and the lake they land in."""

    def __init__(self, root: Path) -> None:
        self.folder, self.exports = root / "declared", root / "exports"
        self.folder.mkdir()
        self.exports.mkdir()
        os.environ["SLUICE_SOURCES"] = str(self.folder)
        self.declare("wiki", "notion")

    def declare(self, name: str, kind: str, **keys: Any) -> None:
        """Declare a source whose exports lie in a folder of its name."""
        for other in self.folder.glob("*.yml"):
            other.unlink()
        self.source = self.exports / name
        self.source.mkdir(exist_ok=True)
        known = {"corpus_source": name, "kind": kind, "location": str(self.source)} | keys
        (self.folder / f"{name}.yml").write_text(yaml.safe_dump(known))

    def deliver(self, name: str, content: bytes | Mapping[str, bytes | str]) -> Path:
        """Put an export there: bytes as a file, files as a folder."""
        target = self.source / name
        if isinstance(content, bytes):
            target.write_bytes(content)
            return target
        for path, inner in content.items():
            file = target / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(inner.encode() if isinstance(inner, str) else inner)
        return target

    def land(self, *names: str) -> Report:
        """Land in this process."""
        return land(SOURCE, list(names), None, lambda _: None, lambda *_: None)

    def land_apart(self, fault: str = "") -> tuple[int, str]:
        """Land in a process of its own, which a fault may kill."""
        done = land_apart("knowledge", FAULT=fault)
        return done.returncode, done.stdout + done.stderr

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Query the raw tables' current snapshots."""
        return raw_rows("raw_knowledge", query)

    def counts(self) -> list[dict[str, Any]]:
        """Return what each sync counted, oldest first."""
        names = ("seen", "new", "changed", "unchanged", "forbidden", "rejected", "gone")
        rows = self.rows(f"select {', '.join(names)} from syncs order by exported_at, load_id")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def rejects(self) -> list[str]:
        """Return the reasons of what was refused."""
        return [row[0] for row in self.rows("select reason from rejects order by reason")]
