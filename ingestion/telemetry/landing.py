"""Land telemetry: readings with their labels, out of files and databases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from ingestion.lakehouse.clock import now
from ingestion.landing.declarations import Declared, variable
from ingestion.landing.deliveries import FoundFile, SourceAbsent
from ingestion.landing.land import Landing
from ingestion.landing.landed import landed_rows
from ingestion.landing.pipeline import LoadFailed, Quarantined, load
from ingestion.landing.source import LandedFile, ProductSource, Rows
from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.declared import GRAMMAR
from ingestion.telemetry.deliveries import found_files, given_files

Uses = dict[str, dict[str, str]]  # by source, what each column was last taken for


class TelemetrySource(ProductSource):
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

    def values_hash(self, declaration: str) -> str | None:
        try:
            said = Declaration.model_validate_json(declaration).said_of_values
        except ValidationError:  # it landed when the grammar was another
            return None
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]

    def supersedes(self, entry: Declared) -> bool:
        return entry.declaration.supersedes in ("path", "whole")

    def remembered(self) -> Uses:
        return known_columns()

    def asked(self, found: FoundFile, state: Uses) -> dict[str, Any]:
        uses = state.get(found.source, {})
        return {"known_sensors": sorted(name for name, use in uses.items() if use == "sensor")}

    def file_columns(self, notes: dict[str, Any]) -> dict[str, Any]:
        return {
            "first_reading_at": _at(notes.get("first_at")),
            "last_reading_at": _at(notes.get("last_at")),
        }

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

    def noted(
        self, taken: list[LandedFile], state: Uses, declared: Mapping[str, Declared]
    ) -> dict[str, Rows]:
        return {"source_columns": column_changes(taken, state)}

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
        units = {}
        for one in taken:
            if unit_row := one.notes.get("unit_row"):
                units.setdefault(one.found.source, f"{one.found.address}: {unit_row}")
        return lines + [f"{source}: {told}" for source, told in units.items()]

    def streams(self, entry: Declared) -> bool:
        return entry.declaration.sql is not None

    def check_stream(self, entry: Declared) -> None:
        needed = entry.declaration.sql.connection
        if not variable(needed):
            raise SourceAbsent(
                f"{needed} is not set. It holds the database's address, for "
                f"example {needed}=postgresql://user:password@host/database"
            )

    def stream(self, entry: Declared, landing: Landing) -> None:
        from sqlalchemy.exc import SQLAlchemyError

        from ingestion.telemetry.database import database_resource, open_database

        package = landing.package()
        engine = open_database(entry)
        landing.say(f"reading the database of {entry.name}")
        try:
            rows = database_resource(
                entry, engine, package, landing.report.count, [entry.name], landing.era(entry.name)
            )
            load(landing.open(), rows)
            landing.memory.keep([], {entry.name: entry.hash})
        except Quarantined as error:
            landing.report.quarantined.append(str(error))
        except (LoadFailed, SQLAlchemyError) as error:
            told = str(error).replace(str(engine.url.password or "\0"), "***")
            landing.report.failed.append(f"source {entry.name}: {told}")
        package.clear()


SOURCE = TelemetrySource()


def known_columns() -> Uses:
    """Return, by source, what each column of its files was last taken for."""
    found: Uses = {}
    columns = ("source", "column_name", "use")
    for row in landed_rows("raw_telemetry", "source_columns", columns, "noticed_at"):
        uses = found.setdefault(row["source"], {})
        if row["use"] is None:
            uses.pop(row["column_name"], None)
        else:
            uses[row["column_name"]] = row["use"]
    return found


def column_changes(taken: list[LandedFile], known: Uses) -> Rows:
    """Return a row for each column of a source whose use changed, and remember it in `known`."""
    rows: Rows = []
    for source, uses in _uses(taken).items():
        before = known.setdefault(source, {})
        changes = [
            (name, use, before.get(name), "changed" if name in before else "new", address)
            for name, (use, address) in uses.items()
            if before.get(name) != use and not (name in before and use == "ignored")
        ]
        shares = _left_out(taken, source)
        address = next((address for _, address in uses.values()), "")
        if uses:
            gone = [name for name in before if name not in uses]
            changes += [(name, None, before[name], "gone", address) for name in gone]
        for name, use, previous, change, where in changes:
            rows.append(
                {
                    "source": source, "source_file": where, "column_name": name, "use": use,
                    "previous_use": previous, "change": change, "noticed_at": now(),
                    "number_share": shares.get(name) if use == "ignored" else None,
                }
            )  # fmt: skip
            if use is None:
                before.pop(name)
            else:
                before[name] = use
    return rows


def _uses(taken: list[LandedFile]) -> dict[str, dict[str, tuple[str, str]]]:
    """By source and column: its use, and the file that says so."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for one in taken:
        uses = found.setdefault(one.found.source, {})
        for name, use in one.notes.get("columns", {}).items():
            if name not in uses or use != "ignored":
                uses[name] = (use, one.found.address)
    return found


def _left_out(taken: list[LandedFile], source: str) -> dict[str, float]:
    """Return the columns of a source that are left out unasked, and their share of numbers."""
    found: dict[str, float] = {}
    for one in taken:
        if one.found.source == source:
            for name, share in one.notes.get("left_out", {}).items():
                found[name] = max(share, found.get(name, 0.0))
    return found


def _at(micros: int | None) -> datetime | None:
    return None if micros is None else datetime(1970, 1, 1) + timedelta(microseconds=micros)
