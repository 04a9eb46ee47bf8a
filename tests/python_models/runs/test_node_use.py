"""What a node takes is what the kernel counted while it ran."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse.process_use import counters
from python_models.runs.node_use import Meter

MEGABYTE = 1_000_000


def burn(seconds: float) -> None:
    until = counters().cpu_seconds + seconds
    while counters().cpu_seconds < until:
        sum(range(10_000))


def test_what_a_node_reads_writes_and_computes_is_counted_for_it(tmp_path: Path) -> None:
    meter = Meter(tmp_path / "spill")
    (tmp_path / "before").write_bytes(bytes(50 * MEGABYTE))
    meter.begin("reads")
    (tmp_path / "before").read_bytes()
    (tmp_path / "written").write_bytes(bytes(20 * MEGABYTE))
    burn(0.3)
    used = meter.end("reads")
    assert used is not None
    assert 50 * MEGABYTE <= used.columns()["bytes_read"] < 60 * MEGABYTE
    assert 20 * MEGABYTE <= used.columns()["bytes_written"] < 30 * MEGABYTE
    assert used.cpu_seconds >= 0.3
    meter.begin("idle")
    idle = meter.end("idle")
    assert idle is not None and idle.columns()["bytes_written"] < MEGABYTE


def test_nodes_that_run_together_sum_up_to_what_the_process_took(tmp_path: Path) -> None:
    meter = Meter(tmp_path / "spill")
    before = counters()
    meter.begin("a")
    burn(0.1)
    meter.begin("b")
    (tmp_path / "written").write_bytes(bytes(30 * MEGABYTE))
    a = meter.end("a")
    burn(0.1)
    b = meter.end("b")
    after = counters()
    assert a is not None and b is not None
    assert a.cpu_seconds + b.cpu_seconds <= after.cpu_seconds - before.cpu_seconds + 0.001
    assert a.cpu_seconds >= 0.1 and b.cpu_seconds >= 0.1
    assert a.bytes_written == pytest.approx(15 * MEGABYTE, abs=MEGABYTE)
    assert b.bytes_written == pytest.approx(15 * MEGABYTE, abs=MEGABYTE)


# A process of its own, and pages of its own: a worker that has run other tests holds free
# memory that an allocator takes from, keeps, or gives back at any moment.
_TAKES_AND_GIVES_BACK = """
import json, mmap, sys
from pathlib import Path
from python_models.runs.node_use import Meter

meter = Meter(Path(sys.argv[1]))
meter.begin("small")
small = meter.end("small")
meter.begin("large")
with mmap.mmap(-1, 200_000_000) as taken:
    taken[::4096] = b"x" * len(range(0, len(taken), 4096))
    meter.look()
large = meter.end("large")
meter.begin("next")
after = meter.end("next")
print(json.dumps([one.peak_memory_bytes for one in (small, large, after)]))
"""


def test_memory_that_a_node_took_and_gave_back_is_its_peak_and_not_the_next_ones(
    tmp_path: Path,
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _TAKES_AND_GIVES_BACK, str(tmp_path / "spill")],
        capture_output=True,
        text=True,
        check=True,
    )
    small, large, after = json.loads(ended.stdout)
    assert large - small >= 150 * MEGABYTE
    assert large - after >= 150 * MEGABYTE


def test_what_duckdb_spills_is_seen_while_it_lies_there(tmp_path: Path) -> None:
    meter = Meter(tmp_path)
    with duckdb.connect(
        config={"memory_limit": "60MB", "threads": 1, "temp_directory": str(tmp_path)}
    ) as connection:
        meter.begin("sorts")
        rows = connection.execute(
            "select i, md5(i::varchar) as text from range(1500000) as numbers (i) order by text"
        )
        assert rows.fetchmany(1)
        meter.look()  # the rest of the result is not fetched yet: its files lie there
        used = meter.end("sorts")
    assert used is not None and used.bytes_spilled > 10 * MEGABYTE
    meter.begin("after")
    after = meter.end("after")
    assert after is not None and after.bytes_spilled == 0
