"""Land telemetry: readings with their labels, out of files and databases."""

from __future__ import annotations

from typing import Any

from ingestion.landing.declarations import Declared
from ingestion.landing.deliveries import FoundFile
from ingestion.tables.drift import Uses
from ingestion.tables.source import TabularSource
from ingestion.telemetry.declared import GRAMMAR
from ingestion.telemetry.deliveries import found_files, given_files


class TelemetrySource(TabularSource):
    """What is telemetry's own about landing."""

    domain = "telemetry"
    grammar = GRAMMAR
    reader = "ingestion.telemetry.reader:read"
    declared_table = "sources"
    order = {
        "readings": "reading_at, control_id",
        "sensor_values": "sensor, reading_at, control_id",
        "labels": "started_at, control_id",
        "rejects": "source_file, line_number",
    }

    def find(self, entry: Declared, only: str | None) -> list[FoundFile]:
        return found_files(entry.declaration, only)

    def given(self, entry: Declared, path: str) -> list[FoundFile]:
        return given_files(entry.declaration, path)

    def asked(self, found: FoundFile, state: Uses) -> dict[str, Any]:
        uses = state.get(found.source, {})
        return {"known_sensors": sorted(name for name, use in uses.items() if use == "sensor")}

    def declared_row(self, entry: Declared) -> dict[str, Any]:
        declaration = entry.declaration
        return {
            "kind": declaration.kind,
            "label_level": declaration.label_level,
            "on_threshold_w": declaration.on_threshold_w,
            "idle_gap_seconds": declaration.idle_gap_seconds,
            "lead_in_share": declaration.lead_in_share,
        }


SOURCE = TelemetrySource()
