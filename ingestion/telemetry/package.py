"""One package: the files that are read and committed together, and the rows that say so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingestion.telemetry.declared import Declared
from ingestion.telemetry.deliveries import Found, remote_store
from ingestion.telemetry.landed import (
    KnownFile,
    known_columns,
    known_declarations,
    known_files,
)
from ingestion.telemetry.reading import Answer, Job, ReadingProcess

# tables of a package that come in small parts become one Parquet file
MERGE_ROWS = 2_000_000
SMALL_PART_ROWS = 50_000
ORDER = {
    "readings": "reading_at, control_id",
    "sensor_values": "sensor, reading_at, control_id",
    "labels": "started_at, control_id",
    "rejects": "source_file, line_number",
}


@dataclass
class Known:
    """What the lake holds, kept up to date while a run adds to it."""

    files: dict[tuple[str, str], KnownFile]
    addresses: dict[tuple[str, str], set[str]] | None  # None: every unseen file is a delivery
    columns: dict[str, dict[str, str]]
    declarations: dict[str, list[tuple[str, str]]]  # (load id, hash), oldest first
    current: dict[str, str]  # hash of each chosen declaration

    @classmethod
    def read(cls, memory_is_current: bool, current: dict[str, str]) -> Known:
        files, addresses = known_files()
        kept = None if memory_is_current else addresses
        return cls(files, kept, known_columns(), known_declarations(), current)

    def contents(self) -> list[tuple[str, str]]:
        """Return the contents that need not be read again: a rejected file gets a new chance
        when its source is declared anew."""
        return [
            key
            for key, known in self.files.items()
            if known.status == "loaded" or not self._is_redeclared(key[0], known.load_id)
        ]

    def _is_redeclared(self, source: str, load_id: str) -> bool:
        in_force = [text for load, text in self.declarations.get(source, []) if load <= load_id]
        return bool(in_force) and self.current.get(source, in_force[-1]) != in_force[-1]

    def declare(self, source: str, load_id: str) -> bool:
        """Note a source's declaration; says whether it is another than before."""
        known = self.declarations.setdefault(source, [])
        if known and known[-1][1] == self.current[source]:
            return False
        known.append((load_id, self.current[source]))
        return True


class Package:
    """Files on their way into the lake under one load id."""

    def __init__(
        self,
        load_id: str,
        scratch: Path,
        reader: ReadingProcess,
        known: Known,
        declared: dict[str, Declared],
    ) -> None:
        self.load_id, self.reader, self.known, self.declared = load_id, reader, known, declared
        self.folder = scratch / load_id
        self.folder.mkdir(parents=True, exist_ok=True)
        self.parts: dict[str, list[tuple[str, int]]] = {}
        self.file_rows: list[dict[str, Any]] = []
        self.unchanged: list[Found] = []
        self._answers: list[tuple[Found, Answer]] = []
        self._columns: dict[str, dict[str, tuple[str, str]]] = {}
        self._job_count = 0
        self.part_number = 0

    def start_part(self) -> None:
        """Begin the next part of a load that comes in pieces: rows of a database."""
        self.part_number += 1
        self.parts, self.file_rows, self.unchanged = {}, [], []
        self._answers, self._columns = [], {}

    def read(self, files: list[Found], path: str | None = None) -> Iterator[Found]:
        """Have files read, at their address or at `path`; yields each when it is done."""
        found_of: dict[int, Found] = {}
        jobs: list[Job] = []
        for number, found in enumerate(files, start=self._job_count):
            found_of[number] = found
            jobs.append(self.job(number, found, path or found.address))
        self._job_count += len(files)
        for job, answer in self.reader.answers(self._fetched(jobs, found_of)):
            found = found_of[job["id"]]
            self._answers.append((found, answer))
            if found.is_remote:
                Path(job["path"]).unlink(missing_ok=True)
            yield found

    def job(self, number: int, found: Found, path: str) -> Job:
        """Describe a file for the reading process."""
        entry = self.declared[found.source]
        uses = self.known.columns.get(found.source, {})
        return {
            "do": "file",
            "id": number,
            "role": found.role,
            "path": path,
            "source": found.source,
            "source_file": found.address,
            "part": found.part,
            "load_id": self.load_id,
            "declaration": entry.declaration.model_dump_json(by_alias=True),
            "known_sensors": sorted(name for name, use in uses.items() if use == "sensor"),
            "scratch": str(self.folder / f"file{number:05}"),
        }

    def _fetched(self, jobs: list[Job], found_of: dict[int, Found]) -> list[Job]:
        """Bring files of an object store here: they are read twice, once for their hash."""
        store = None
        for job in jobs:
            if found_of[job["id"]].is_remote:
                store = store or remote_store()
                target = self.folder / f"fetched{job['id']:05}"
                store.get_file(job["path"].removeprefix("s3://"), str(target))
                job["path"] = str(target)
        return jobs

    def take(self, found: Found, answer: Answer) -> None:
        """Count one answered file and keep what it gave."""
        key = (found.source, answer.get("hash", ""))
        if answer["status"] == "duplicate":
            self._take_duplicate(found, answer, key)
            return
        if answer["status"] == "crashed":
            answer = self._crashed(found, answer)
            key = (found.source, answer["hash"])
        row = self._file_row(found, answer, answer["status"])
        row |= {name: answer[name] for name in ("rows_in", "rows_accepted", "rows_rejected")}
        row |= {
            "first_reading_at": _at(answer["first_at"]),
            "last_reading_at": _at(answer["last_at"]),
        }
        self.file_rows.append(row)
        self.known.files[key] = KnownFile(answer["status"], answer["rows_in"], self.load_id)
        if self.known.addresses is not None:
            self.known.addresses.setdefault(key, set()).add(found.address)
        for table, (path, rows) in answer["outputs"].items():
            self.parts.setdefault(table, []).append((path, rows))
        uses = self._columns.setdefault(found.source, {})
        for name, use in answer["columns"].items():
            if name not in uses or use != "ignored":
                uses[name] = (use, found.address)

    def _take_duplicate(self, found: Found, answer: Answer, key: tuple[str, str]) -> None:
        addresses = self.known.addresses
        if addresses is not None and found.address in addresses.get(key, set()):
            self.unchanged.append(found)  # lies where it was delivered from
            return
        original = self.known.files.get(key)
        row = self._file_row(found, answer, "duplicate")
        row["rows_in"] = row["rows_duplicate"] = original.rows_in if original else 0
        self.file_rows.append(row)

    def _file_row(self, found: Found, answer: Answer, status: str) -> dict[str, Any]:
        return {
            "load_id": self.load_id,
            "source": found.source,
            "source_file": found.address,
            "file_hash": answer["hash"],
            "status": status,
            "byte_count": answer["bytes"],
            "rows_in": 0,
            "rows_accepted": 0,
            "rows_duplicate": 0,
            "rows_rejected": 0,
            "seconds": answer["seconds"],
            "first_reading_at": None,
            "last_reading_at": None,
            "landed_at": _now(),
        }

    def _crashed(self, found: Found, answer: Answer) -> Answer:
        """A file that ends the process that reads it is rejected whole."""
        from ingestion.telemetry.survey import content_hash

        path = Path(found.address)
        known = path.is_file()
        file_hash = content_hash(path) if known else ""
        reject = {
            "load_id": self.load_id,
            "source": found.source,
            "source_file": found.address,
            "file_hash": file_hash,
            "reason": "reader_crashed",
            "error": f"reading the file ended the reading process: {answer['reason']}",
            "rejected_at": _now(),
        }
        target = self._write("rejects", [reject], f"crashed{len(self.file_rows):05}")
        return answer | {
            "status": "rejected",
            "hash": file_hash,
            "bytes": path.stat().st_size if known else 0,
            "rows_in": 1,
            "rows_accepted": 0,
            "rows_rejected": 1,
            "first_at": None,
            "last_at": None,
            "outputs": {"rejects": (str(target), 1)},
            "columns": {},
        }

    def finish(self, sources: Any) -> dict[str, list[tuple[str, int]]]:
        """Return {table: [(Parquet file, rows)]} of the package; empty when there is nothing."""
        self._answers.sort(key=lambda pair: (pair[1]["status"] == "duplicate", pair[0].address))
        for found, answer in self._answers:
            self.take(found, answer)
        self._merge()
        tables = dict(self.parts)
        for table, rows in (
            ("sources", self._source_rows(sources)),
            ("source_columns", self._column_rows()),
            ("files", self.file_rows),
        ):
            if rows:
                tables[table] = [(str(self._write(table, rows, table)), len(rows))]
        return tables

    def _merge(self) -> None:
        """Small files of a table become one, in order of time: fewer files, tighter ranges."""
        jobs = []
        for table, parts in self.parts.items():
            rows = sum(count for _, count in parts)
            if len(parts) > 1 and rows <= min(MERGE_ROWS, SMALL_PART_ROWS * len(parts)):
                target = str(self.folder / f"{table}-{self.part_number}.parquet")
                paths = [path for path, _ in parts]
                jobs.append(
                    {"do": "merge", "id": table, "paths": paths, "target": target,
                     "order": ORDER[table], "rows": rows}
                )  # fmt: skip
        for job, _ in self.reader.answers(jobs) if jobs else []:
            self.parts[job["id"]] = [(job["target"], job["rows"])]

    def _source_rows(self, sources: Any) -> list[dict[str, Any]]:
        rows = []
        for name in sources:
            entry = self.declared[name]
            if not self.known.declare(name, self.load_id):
                continue
            declaration = entry.declaration
            rows.append(
                {
                    "load_id": self.load_id,
                    "source": name,
                    "kind": declaration.kind,
                    "label_level": declaration.label_level,
                    "declaration_hash": entry.hash,
                    "declaration": entry.json,
                    "on_threshold_w": declaration.on_threshold_w,
                    "idle_gap_seconds": declaration.idle_gap_seconds,
                    "lead_in_share": declaration.lead_in_share,
                    "declared_at": _now(),
                }
            )
        return rows

    def _column_rows(self) -> list[dict[str, Any]]:
        """What changed in the columns of each source since the files before."""
        rows = []
        for source, uses in self._columns.items():
            before = self.known.columns.setdefault(source, {})
            changes = [
                (name, use, before.get(name), "changed" if name in before else "new", address)
                for name, (use, address) in uses.items()
                if before.get(name) != use and not (name in before and use == "ignored")
            ]
            address = next((address for _, address in uses.values()), "")
            if uses:
                gone = [name for name in before if name not in uses]
                changes += [(name, None, before[name], "gone", address) for name in gone]
            for name, use, previous, change, where in changes:
                rows.append(
                    {
                        "load_id": self.load_id, "source": source, "source_file": where,
                        "column_name": name, "use": use, "previous_use": previous,
                        "change": change, "noticed_at": _now(),
                    }
                )  # fmt: skip
                if use is None:
                    before.pop(name)
                else:
                    before[name] = use
        return rows

    def _write(self, table: str, rows: list[dict[str, Any]], name: str) -> Path:
        import pyarrow as pa
        import pyarrow.parquet as pq

        from ingestion.telemetry.schema import TABLES

        target = self.folder / f"{name}-own{self.part_number}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, schema=TABLES[table]), target)
        return target

    def remembered(self) -> Iterator[tuple[Found, str]]:
        """Yield each file with the hash under which it stays known: a rejected one only until
        its source is declared anew."""
        for found, answer in self._answers:
            known = self.known.files.get((found.source, answer.get("hash", "")))
            rejected = answer["status"] == "crashed" or (known and known.status == "rejected")
            yield found, self.declared[found.source].hash if rejected else ""

    def hashes(self, sources: Any) -> dict[str, str]:
        """Return the declarations the lake now has."""
        return {name: self.declared[name].hash for name in sources}

    def clear(self) -> None:
        """Remove what was written on the way."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _at(micros: int | None) -> datetime | None:
    return None if micros is None else datetime(1970, 1, 1) + timedelta(microseconds=micros)
