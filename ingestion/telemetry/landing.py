"""Land telemetry: readings with their labels, out of files and databases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ingestion.landing.declarations import Declared
from ingestion.landing.deliveries import FoundFile
from ingestion.landing.source import LandedFile, Rows
from ingestion.tables.drift import Uses
from ingestion.tables.source import TabularSource
from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.declared import GRAMMAR
from ingestion.telemetry.deliveries import found_files, given_files


class TelemetrySource(TabularSource):
    """What is telemetry's own about landing."""

    domain = "telemetry"
    grammar = GRAMMAR
    reader = "ingestion.telemetry.reader:read"
    batch_bytes = 32 * 1024 * 1024
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

    def values_hash(self, declaration: str) -> str | None:
        try:
            said = Declaration.model_validate_json(declaration).said_of_values
        except ValidationError:  # it landed when the grammar was another
            return None
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def supersedes(self, entry: Declared) -> bool:
        return entry.declaration.supersedes in ("path", "whole")

    def asked(self, found: FoundFile, state: Uses) -> dict[str, Any]:
        uses = state.get(found.source, {})
        return {"known_sensors": sorted(name for name, use in uses.items() if use == "sensor")}

    def declared_row(self, entry: Declared) -> dict[str, Any]:
        declaration = entry.declaration
        return {
            "kind": declaration.kind,
            "label_level": declaration.label_level,
            "supersedes": declaration.supersedes,
            "on_threshold_w": declaration.on_threshold_w,
            "idle_gap_seconds": declaration.idle_gap_seconds,
            "lead_in_share": declaration.lead_in_share,
        }

    def told(self, taken: list[LandedFile], noted: Mapping[str, Rows]) -> list[str]:
        left_out: dict[str, list[str]] = {}
        for row in noted["source_columns"]:
            if (share := row["number_share"]) is not None:
                shown = row["column_name"]
                shown += f" ({100 * share:.0f} % numbers)" if share else ""
                left_out.setdefault(row["source"], []).append(shown)
        lines = [
            f"{source}: left out, for most of their values are no numbers: {', '.join(columns)}"
            for source, columns in left_out.items()
        ]
        units: dict[str, str] = {}
        for one in taken:
            if unit_row := one.notes.get("unit_row"):
                units.setdefault(one.found.source, f"{one.found.address}: {unit_row}")
        lines += _left_out_of_one(taken)
        return lines + [f"{source}: {told}" for source, told in units.items()]


def _left_out_of_one(taken: list[LandedFile]) -> list[str]:
    """Say which columns are left out of a file though others of the landing bring a sensor."""
    sensors = {
        (one.found.source, name)
        for one in taken
        for name, use in one.notes.get("columns", {}).items()
        if use == "sensor"
    }
    return [
        f"{one.found.source}: {one.found.address}: {name} is left out of this file, "
        f"for {100 * share:.0f} % of its values are numbers"
        for one in taken
        for name, share in one.notes.get("left_out", {}).items()
        if (one.found.source, name) in sensors
    ]


SOURCE = TelemetrySource()
