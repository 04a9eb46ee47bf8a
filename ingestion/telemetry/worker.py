"""The process that reads delivered files: apart from the one that commits, so that a file that
crashes a reader, or eats its memory, ends this process only.

Speaks JSON lines: jobs come in on stdin, one answer for each goes out on stdout.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.faults import poison
from ingestion.telemetry.convert import PARQUET, Converted, convert
from ingestion.telemetry.declaration import Declaration
from ingestion.telemetry.labels import convert_spans, convert_windows
from ingestion.telemetry.mapping import Delivery
from ingestion.telemetry.rejecting import Reject, write_rejects
from ingestion.telemetry.staging import quoted
from ingestion.telemetry.survey import Unreadable, content_hash


class Reader:
    """One DuckDB, shared by the threads that each read one file."""

    def __init__(self, threads: int, memory_limit: str, scratch: Path) -> None:
        self.connection = duckdb.connect(
            config={
                "threads": threads,
                "memory_limit": memory_limit,
                "temp_directory": str(scratch / "spill"),
                "autoinstall_known_extensions": False,
            }
        )
        self.connection.execute("set global TimeZone = 'UTC'")
        self.known: set[tuple[str, str]] = set()
        self.guard = threading.Lock()
        self.declarations: dict[str, Declaration] = {}

    def answer(self, job: dict[str, Any]) -> dict[str, Any]:
        """Do one job; whatever goes wrong with a file is an answer, not an error."""
        started = time.monotonic()
        if job["do"] == "merge":
            result = self._merge(job)
        elif job["do"] == "know":
            self.known.update((source, known) for source, known in job["hashes"])
            result = {}
        else:
            result = self._file(job)
        return {"id": job["id"], "seconds": time.monotonic() - started} | result

    def _declaration(self, text: str) -> Declaration:
        if text not in self.declarations:
            self.declarations[text] = Declaration.model_validate_json(text)
        return self.declarations[text]

    def _file(self, job: dict[str, Any]) -> dict[str, Any]:
        path, scratch = Path(job["path"]), Path(job["scratch"])
        scratch.mkdir(parents=True, exist_ok=True)
        file_hash = content_hash(path)
        size = path.stat().st_size
        base = {"hash": file_hash, "bytes": size}
        with self.guard:
            if (job["source"], file_hash) in self.known:
                return base | {"status": "duplicate"}
            self.known.add((job["source"], file_hash))
        poison(job["source_file"])
        delivery = Delivery(job["load_id"], job["source"], job["source_file"], job["part"])
        cursor = self.connection.cursor()
        try:
            converted = self._convert(cursor, job, delivery, path, scratch)
            status = "loaded"
        except Unreadable as error:
            for part in scratch.glob("*.parquet"):
                part.unlink()
            converted = Converted(rows_in=1)
            converted.rejects = [Reject(None, None, error.reason, str(error), None)]
            status = "rejected"
        rejected = write_rejects(
            cursor, converted.rejects, scratch / "rejects.parquet", delivery.load_id,
            delivery.source, delivery.source_file, file_hash, datetime.now(UTC),
        )  # fmt: skip
        if rejected:
            converted.outputs["rejects"] = (str(scratch / "rejects.parquet"), rejected)
        _clean(scratch)
        return base | {
            "status": status,
            "rows_in": converted.rows_in,
            "rows_accepted": converted.rows_accepted,
            "rows_rejected": rejected,
            "first_at": converted.first_at,
            "last_at": converted.last_at,
            "outputs": converted.outputs,
            "columns": converted.columns,
            "reason": str(converted.rejects[0].error) if status == "rejected" else None,
        }

    def _convert(
        self,
        cursor: duckdb.DuckDBPyConnection,
        job: dict[str, Any],
        delivery: Delivery,
        path: Path,
        scratch: Path,
    ) -> Converted:
        declaration = self._declaration(job["declaration"])
        if job["role"] == "windows":
            converted = convert_windows(cursor, declaration, delivery, path, scratch)
        elif job["role"] == "spans":
            converted = convert_spans(cursor, declaration, delivery, path, scratch, str(job["id"]))
        else:
            known = set(job["known_sensors"])
            name = str(job["id"])
            converted = convert(cursor, declaration, delivery, path, scratch, known, name)
        if converted.rows_in != converted.rows_accepted + len(converted.rejects):
            raise Unreadable(
                "count_mismatch",
                f"{converted.rows_in} rows gave {converted.rows_accepted} accepted and "
                f"{len(converted.rejects)} rejected; the file is not loaded",
            )
        return converted

    def _merge(self, job: dict[str, Any]) -> dict[str, Any]:
        """Write many small Parquet files of one table as one, in order of time."""
        files = ", ".join(quoted(path) for path in job["paths"])
        order = f" order by {job['order']}" if job["order"] else ""
        self.connection.cursor().execute(
            f"copy (select * from read_parquet([{files}]){order}) "
            f"to {quoted(job['target'])} {PARQUET}"
        )
        for path in job["paths"]:
            Path(path).unlink()
        return {}


def _clean(scratch: Path) -> None:
    """Leave only what will be loaded."""
    for pattern in ("clean.*", "windows.*"):
        for path in scratch.glob(pattern):
            path.unlink()
    for name in ("lines", "staged", "timed"):
        (scratch / f"{name}.parquet").unlink(missing_ok=True)


def main() -> None:
    """Answer jobs until stdin ends."""
    threads, memory_limit, scratch = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    reader = Reader(threads, memory_limit, scratch)
    write = threading.Lock()

    def work(line: str) -> None:
        job = json.loads(line)
        try:
            answer = reader.answer(job)
        except (duckdb.InternalException, duckdb.FatalException):
            os._exit(70)  # DuckDB is of no use any more; the landing finds the file that did it
        except Exception as error:  # noqa: BLE001  the landing reports it and stops
            answer = {"id": job["id"], "error": f"{type(error).__name__}: {error}"}
        with write:
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()

    with ThreadPoolExecutor(max_workers=threads) as pool:
        pending = [pool.submit(work, line) for line in sys.stdin]
        for future in pending:
            future.result()


if __name__ == "__main__":
    main()
