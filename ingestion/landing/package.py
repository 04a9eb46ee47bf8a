"""One package: the files that are read and committed together, and the rows that say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.lakehouse.clock import now
from ingestion.landing.declarations import Declared
from ingestion.landing.deliveries import FoundFile, SourceFailed
from ingestion.landing.known import Known
from ingestion.landing.landed import KnownFile
from ingestion.landing.products import PRODUCTS
from ingestion.landing.reading_process import Answer, ReadingProcess
from ingestion.landing.reading_process import Job as Asked
from ingestion.landing.source import LandedFile, ProductSource, Rows, Say, declaration_row

# tables of a package that come in small parts become one Parquet file
MERGE_ROWS = 2_000_000
SMALL_PART_ROWS = 50_000

PACKAGE_BYTES = 512 * 1024 * 1024
PACKAGE_FILES = 500


class Package:
    """Files on their way into the lake under one load id."""

    def __init__(
        self,
        product_source: ProductSource,
        load_id: str,
        scratch: Path,
        reader: ReadingProcess,
        known: Known,
        declared: dict[str, Declared],
        say: Say,
    ) -> None:
        self.product_source, self.say = product_source, say
        self.load_id, self.reader, self.known, self.declared = load_id, reader, known, declared
        self.folder = scratch / load_id
        self.folder.mkdir(parents=True, exist_ok=True)
        self.unfetched: dict[FoundFile, str] = {}  # why
        self._job_count = 0
        self.part_number = 0
        self._begin()

    def _begin(self) -> None:
        self.parts: dict[str, list[tuple[str, int]]] = {}
        self.taken: list[LandedFile] = []
        self.unchanged: list[FoundFile] = []
        self._answers: list[tuple[FoundFile, Answer]] = []
        self._noted: dict[str, Rows] = {}
        self.told: list[str] = []  # to be shown when the package is committed

    def note(self, rows: dict[str, Rows]) -> None:
        """Add rows of our own to tables of the package; they get its load id."""
        for table, added in rows.items():
            self._noted.setdefault(table, []).extend(added)

    def start_part(self) -> None:
        """Begin the next part of a load that comes in pieces: rows of a database."""
        self.part_number += 1
        self._begin()

    def read(self, files: list[FoundFile], path: str | None = None) -> Iterator[FoundFile]:
        """Have files read, at their address or at `path`; yields each when it is done."""
        found_of: dict[int, FoundFile] = {}
        jobs: list[Asked] = []
        for number, found in enumerate(files, start=self._job_count):
            place = path or self._place(found)
            if place is None:
                yield found
                continue
            found_of[number] = found
            jobs.append(self._job(number, found, place))
        self._job_count += len(files)
        for job, answer in self.reader.answers(jobs) if jobs else []:
            found = found_of[job["id"]]
            if answer["status"] == "absent":  # it is asked for again in the next run
                self.unfetched[found] = f"{found.address}: {answer['reason']}"
            else:
                self._answers.append((found, answer))
            if found.is_remote:
                Path(job["path"]).unlink(missing_ok=True)
            yield found

    def _place(self, found: FoundFile) -> str | None:
        """Where a file can be read: remote ones are brought here, for they are read twice, once
        for their hash."""
        if not found.is_remote:
            return found.address
        try:
            return str(self.product_source.bring(found, self.folder, self.say))
        except SourceFailed as error:
            self.unfetched[found] = str(error)
            return None

    def _job(self, number: int, found: FoundFile, path: str) -> Asked:
        """Describe a file for the reading process."""
        entry = self.declared[found.source]
        return {
            "do": "file",
            "id": number,
            "role": found.role,
            "path": path,
            "source": found.source,
            "source_file": found.address,
            "part": found.part,
            "bytes": found.byte_count,
            "weight": found.weight,
            "load_id": self.load_id,
            "declaration": entry.declaration.model_dump_json(by_alias=True),
            "asked": self.product_source.asked(found, self.known.state),
            "newest": self.known.newest_at(found),
            "scratch": str(self.folder / f"file{number:05}"),
        }

    def take(self, found: FoundFile, answer: Answer) -> None:
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
        row["cells_rejected"] = answer.get("cells_rejected", 0)
        row |= self.product_source.file_columns(answer["notes"])
        self.taken.append(LandedFile(found, row, answer["notes"], answer.get("reason")))
        self.known.files[key] = KnownFile(
            answer["status"], answer["rows_in"], self.load_id, answer["bytes"]
        )
        if self.known.addresses is not None:
            self.known.addresses.setdefault(key, set()).add(found.address)
        for table, path, rows in answer["parts"]:
            self.parts.setdefault(table, []).append((path, rows))

    def _take_duplicate(self, found: FoundFile, answer: Answer, key: tuple[str, str]) -> None:
        addresses = self.known.addresses
        if addresses is not None and found.address in addresses.get(key, set()):
            self.unchanged.append(found)  # lies where it was delivered from
            return
        original = self.known.files.get(key)
        row = self._file_row(found, answer, "duplicate")
        row["rows_in"] = row["rows_duplicate"] = original.rows_in if original else 0
        self.taken.append(LandedFile(found, row))

    def _file_row(self, found: FoundFile, answer: Answer, status: str) -> dict[str, Any]:
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
            "landed_at": now(),
        }

    def _crashed(self, found: FoundFile, answer: Answer) -> Answer:
        """A file that ends the process that reads it is rejected whole."""
        from ingestion.landing.rejecting import content_hash  # takes pyarrow

        path = Path(found.address)
        file_hash, size = content_hash(path) if path.is_file() else ("", 0)
        reject = {
            "load_id": self.load_id,
            "source": found.source,
            "source_file": found.address,
            "file_hash": file_hash,
            "reason": "reader_crashed",
            "error": f"the file cannot be read: {answer['reason']}, twice",
            "rejected_at": now(),
        }
        target = self._write("rejects", [reject], f"crashed{len(self.taken):05}")
        return answer | {
            "status": "rejected",
            "hash": file_hash,
            "bytes": size,
            "rows_in": 1,
            "rows_accepted": 0,
            "rows_rejected": 1,
            "parts": [("rejects", str(target), 1)],
            "notes": {},
        }

    def finish(self, sources: Any) -> dict[str, list[tuple[str, int]]]:
        """Return {table: [(Parquet file, rows)]} of the package; empty when there is nothing."""
        self._answers.sort(key=lambda pair: (pair[1]["status"] == "duplicate", pair[0].address))
        for found, answer in self._answers:
            self.take(found, answer)
        self._merge()
        tables = dict(self.parts)
        noted = self.product_source.noted(self.taken, self.known.state, self.declared)
        self.told = self.product_source.told(self.taken, noted)
        self.note(noted)
        self.note({self.product_source.declared_table: self._declared_rows(sources)})
        self.note({"files": [taken.row for taken in self.taken]})
        for table, rows in self._noted.items():
            for row in rows:
                row["load_id"] = self.load_id
            if rows:
                own = (str(self._write(table, rows, table)), len(rows))
                tables[table] = [*tables.get(table, []), own]
        return tables

    def _merge(self) -> None:
        """Small files of a table become one, in order of time: fewer files, tighter ranges."""
        jobs = []
        for table, parts in self.parts.items():
            rows = sum(count for _, count in parts)
            if len(parts) < 2 or self._is_large(parts):
                continue
            if rows <= min(MERGE_ROWS, SMALL_PART_ROWS * len(parts)):
                target = str(self.folder / f"{table}-{self.part_number}.parquet")
                paths = [path for path, _ in parts]
                jobs.append(
                    {"do": "merge", "id": table, "paths": paths, "target": target,
                     "order": self.product_source.order.get(table, ""), "rows": rows}
                )  # fmt: skip
        for job, _ in self.reader.answers(jobs) if jobs else []:
            self.parts[job["id"]] = [(job["target"], job["rows"])]

    def _is_large(self, parts: list[tuple[str, int]]) -> bool:
        """Say whether parts are too large to be written as one in the memory there is."""
        most = self.product_source.merge_bytes
        return most is not None and sum(Path(path).stat().st_size for path, _ in parts) > most

    def _declared_rows(self, sources: Any) -> list[dict[str, Any]]:
        said = {row["source"] for row in self._noted.get(self.product_source.declared_table, [])}
        return [
            declaration_row(self.product_source, self.declared[name], self.known.earlier_rows(name))
            for name in sources
            if self.known.declare(name, self.load_id) and name not in said
        ]

    def _write(self, table: str, rows: list[dict[str, Any]], name: str) -> Path:
        import pyarrow.parquet as pq

        from ingestion.landing.arrow_rows import arrow_table

        shape = PRODUCTS[self.product_source.domain].tables[table]
        target = self.folder / f"{name}-own{self.part_number}.parquet"
        pq.write_table(arrow_table(rows, shape), target)
        return target

    def remembered(self) -> Iterator[tuple[FoundFile, str]]:
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


def cut(files: list[FoundFile]) -> Iterator[list[FoundFile]]:
    """Cut files into packages: what is committed at once, and read again after a crash."""
    package: list[FoundFile] = []
    size = 0
    limit = int(os.environ.get("SLUICE_PACKAGE_BYTES", PACKAGE_BYTES))
    for found in files:
        if package and (size + found.weight > limit or len(package) >= PACKAGE_FILES):
            yield package
            package, size = [], 0
        package.append(found)
        size += found.weight
    if package:
        yield package
