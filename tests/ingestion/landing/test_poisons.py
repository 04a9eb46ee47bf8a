"""Whatever one file, record or declaration does, the others land, and the reject says why."""

from __future__ import annotations

import gzip
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.__main__ import OK, REFUSED, SOME_FAILED, main
from tests.ingestion.lakes import Plant, csv

LONG = "9" * 2_000_000
ROWS = csv(0, 10).splitlines()
OF_TEN = "\n".join([*ROWS[:6], f"a,2024-01-01 00:01:00,{LONG}", *ROWS[6:]])
OBJECT = '{{"machine": "a", "time": "2024-01-01 00:00:{:02}", "power": {}}}'
JSON_ROWS = [OBJECT.format(second, second) for second in range(10)]


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    monkeypatch.setenv("SLUICE_SOURCES", "")
    return Plant(tmp_path / "plant")


# file: (its name, its body, rejects as (line, reason))
LONG_LINES: dict[str, tuple[str, bytes, list[tuple[int | None, str]]]] = {
    "among others": ("long.csv", (OF_TEN + "\n").encode(), [(7, "line_too_long")]),
    "the last, without its end": (
        "last.csv",
        ("\n".join(ROWS) + f"\na,2024-01-01 00:01:00,{LONG}").encode(),
        [(12, "line_too_long")],
    ),
    "just within DuckDB's own limit": (
        "within.csv",
        "\n".join([*ROWS[:6], "a,2024-01-01 00:01:00," + "9" * 1_950_000, *ROWS[6:]]).encode(),
        [(7, "line_too_long")],
    ),
    "in a packed file": ("long.csv.gz", gzip.compress(OF_TEN.encode()), [(7, "line_too_long")]),
    "in UTF-16": ("wide.csv", OF_TEN.encode("utf-16"), [(7, "line_too_long")]),
    "within quotes": (
        "quoted.csv",
        "\n".join([*ROWS[:6], f'a,2024-01-01 00:01:00,"{LONG}"', *ROWS[6:]]).encode(),
        [(7, "line_too_long")],
    ),
    "several": (
        "several.csv",
        "\n".join([ROWS[0], LONG, *ROWS[1:6], LONG * 3, *ROWS[6:]]).encode(),
        [(2, "line_too_long"), (8, "line_too_long")],
    ),
    "of 50 MB": (
        "huge.csv",
        "\n".join([*ROWS[:6], "9" * 50_000_000, *ROWS[6:]]).encode(),
        [(7, "line_too_long")],
    ),
    "of JSON": (
        "long.jsonl",
        "\n".join([*JSON_ROWS[:5], OBJECT.format(59, LONG), *JSON_ROWS[5:]]).encode(),
        [(6, "line_too_long")],
    ),
}
TRIED_ALWAYS = {"among others", "in UTF-16", "several", "of JSON"}  # the others: `make test-long`


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=() if case in TRIED_ALWAYS else pytest.mark.long)
        for case in LONG_LINES
    ],
)
def test_a_line_of_any_length_is_one_reject(plant: Plant, case: str) -> None:
    name, body, rejects = LONG_LINES[case]
    plant.deliver(name, body)
    assert plant.land() == OK
    found = plant.rows("select line_number, reason from rejects order by line_number")
    assert found == rejects
    assert plant.rows("select rows_accepted from files") == [(10,)]
    plant.check_books()


# files that cannot be used at all, beside two good ones
POISONS: dict[str, tuple[str, bytes]] = {
    "a header that is too long": ("header.csv", ("\n".join(["x" * 3_000_000, *ROWS[1:]])).encode()),
    "one line of 5 MB and nothing else": ("line.csv", b"9" * 5_000_000),
    "a Parquet file of noise": ("noise.parquet", b"PAR1" + os.urandom(3000) + b"PAR1"),
    "a gzip file cut off": ("cut.csv.gz", gzip.compress(csv(50, 3000).encode())[:900]),
    "a program": ("program.csv", Path(sys.executable).resolve().read_bytes()[:300_000]),
}


@pytest.mark.parametrize("poison", POISONS)
def test_a_file_that_cannot_be_read_is_refused_alone(plant: Plant, poison: str) -> None:
    name, body = POISONS[poison]
    plant.deliver("day1.csv", csv(0, 10))
    plant.deliver(name, body)
    plant.deliver("zzz.csv", csv(100, 10))
    assert plant.land() == REFUSED
    assert plant.rows("select count(*) from readings") == [(20,)]
    ((reason, error),) = plant.rows("select reason, error from rejects where line_number is null")
    assert reason
    assert error
    plant.check_books()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def dangling_link(path: Path) -> None:
    path.symlink_to(path.parent / "nothing")


def no_utf8_name(path: Path) -> None:
    (path.parent / os.fsdecode(b"caf\xe9.csv")).write_text(csv(300, 3))


@pytest.mark.parametrize(
    ("make", "code"), [(pipe, OK), (dangling_link, OK), (no_utf8_name, SOME_FAILED)]
)
def test_what_is_no_file_stops_nobody(
    plant: Plant, make: Callable[[Path], None], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    make(plant.folder / "odd.csv")
    assert plant.land() == code
    assert plant.rows("select count(*) from readings") == [(10,)]
    assert ("not UTF-8; rename it" in capsys.readouterr().err) == bool(code)


def test_a_file_that_went_before_it_was_read_is_asked_for_again(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = plant.deliver("gone.csv", csv(50, 10))
    plant.deliver("day1.csv", csv(0, 10))
    from ingestion.landing.package import Package

    read = Package.read

    def after_it_went(package: Package, *rest: object) -> object:
        gone.unlink(missing_ok=True)  # between listing and reading
        return read(package, *rest)

    monkeypatch.setattr(Package, "read", after_it_went)
    assert plant.land() == SOME_FAILED
    assert "it is not there any more" in capsys.readouterr().err
    assert plant.rows("select count(*) from readings") == [(10,)]
    monkeypatch.setattr(Package, "read", read)
    plant.deliver("gone.csv", csv(50, 10))
    assert plant.land() == OK
    assert plant.rows("select count(*) from readings") == [(20,)]
    plant.check_books()


@pytest.mark.parametrize(
    "text",
    [
        "source: plant\nkind: [cycles\n",
        "source: other\nkind: no_such_kind\n",
        "- just\n- a list\n",
        "sources: 7\n",
        "source: plant\nkind: cycles\nfiles: {paths: /nowhere/*.csv}\ncolumns: {}\n",
        "source: \ud800\n".encode("utf-8", "surrogatepass"),
        "source: x\nfiles: {paths: 2024-02-31 99:99:99}\n",
    ],
)
def test_a_declaration_that_cannot_be_used_stops_no_other(
    plant: Plant, text: str | bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    broken = plant.declaration.with_name("zz_broken.yml")
    broken.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert main(["telemetry"]) == SOME_FAILED
    assert plant.rows("select count(*) from readings where source = 'plant'") == [(10,)]
    assert str(broken) in capsys.readouterr().err


def test_a_database_that_does_not_answer_stops_no_other(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    plant.declaration.with_name("a_database.yml").write_text(
        "source: a_database\nkind: cycles\nsql: {connection: PLANT_DB, table: readings}\n"
        "columns:\n  control_id: {column: machine}\n  reading_at: {column: time}\n"
        "  power: {column: power, unit: W}\n"
    )
    monkeypatch.setenv("PLANT_DB", "postgresql://user:very-secret-word@127.0.0.1:1/plant")
    assert main(["telemetry"]) == SOME_FAILED
    assert plant.rows("select count(*) from readings") == [(10,)]
    said = capsys.readouterr()
    assert "a_database" in said.err
    assert "very-secret-word" not in said.err + said.out


def test_a_reader_that_hangs_is_ended_and_the_file_refused(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    plant.deliver("hangs.csv", csv(50, 10))
    plant.deliver("zzz.csv", csv(100, 10))
    done = plant.land_apart(FAULT_HANG="hangs.csv", SLUICE_READING_SECONDS="1.5")
    assert done.returncode == REFUSED, done.stderr
    assert plant.rows("select count(*) from readings") == [(20,)]
    ((reason, error),) = plant.rows("select reason, error from rejects")
    assert reason == "reader_crashed"
    assert "nothing was read for" in error
    plant.check_books()


def test_a_file_that_takes_all_memory_is_refused_alone(plant: Plant) -> None:
    plant.deliver("day1.csv", csv(0, 10))
    # one row group whose values unpack to more than the reading process may have
    import pyarrow as pa
    import pyarrow.parquet as pq

    count = 700
    table = pa.table(
        {
            "machine": pa.array(["a" * 3_000_000] * count),
            "time": pa.array(["2024-01-01 00:00:00"] * count),
            "power": pa.array([1.0] * count),
        }
    )
    pq.write_table(table, plant.folder / "wide.parquet", compression="zstd", use_dictionary=False)
    done = plant.land_apart(SLUICE_LANDING_MEMORY="100MB")
    assert done.returncode in (OK, REFUSED), done.stderr
    assert plant.rows("select count(*) from readings where power < 10 and control_id = 'a'") == [
        (10,)
    ]
    plant.check_books()
