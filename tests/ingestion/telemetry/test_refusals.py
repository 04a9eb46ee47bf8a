"""A refusal names its cause; workbooks and zip files are read."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from ingestion.landing.rejecting import Unreadable
from ingestion.rejects import main as rejects_command
from ingestion.tables.archive import members
from tests.ingestion.lakes import HEAD, PLANT, Plant, csv
from tests.ingestion.reading import PLAIN, declaration, read_text

ROWS = "a,2024-01-01 00:00:00,1\n"


def refusal(body: bytes, tmp_path: Path, **dialect: object) -> tuple[str, str]:
    """Return the reason and the sentence with which a file is refused."""
    declared = declaration(PLAIN, files={"paths": "x.csv", "dialect": dialect})
    with pytest.raises(Unreadable) as refused:
        read_text(body, tmp_path, declared)
    return refused.value.reason, str(refused.value)


def test_a_header_of_another_encoding_is_named_with_what_it_says(tmp_path: Path) -> None:
    body = f"machine,time,power,Öltemperatur\n{ROWS}".encode("cp1252")
    reason, error = refusal(body, tmp_path)
    assert reason == "bad_header"
    assert error.startswith("line 1, the header, is not valid utf-8; see files.dialect.encoding")
    assert "as cp1252 it says machine,time,power,Öltemperatur" in error


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_byte_order_mark_is_named_and_can_be_declared(
    encoding: str, tmp_path: Path
) -> None:
    body = (HEAD + ROWS).encode(encoding)
    assert refusal(body, tmp_path)[1].endswith(f"see files.dialect.encoding: {encoding}")
    declared = declaration(files={"paths": "x.csv", "dialect": {"encoding": encoding}})
    assert len(read_text(body, tmp_path, declared).readings) == ROWS.count("\n")


def test_another_delimiter_that_would_fit_is_named(tmp_path: Path) -> None:
    reason, error = refusal((HEAD + ROWS).replace(",", ";").encode(), tmp_path)
    assert reason == "missing_column"
    assert error.endswith("With files.dialect.delimiter: ';' it would fit")


def test_a_header_further_down_is_found(tmp_path: Path) -> None:
    body = f"Logger 7,\nSerial,8\n{HEAD}{ROWS}".encode()
    assert "skip_lines: 2 the header on line 3 would fit" in refusal(body, tmp_path)[1]
    wrong = refusal(b"Logger 7\n" + (HEAD + ROWS).replace(",", "\t").encode(), tmp_path)[1]
    assert 'delimiter: "\\t" and files.dialect.skip_lines: 1' in wrong


def test_a_file_without_a_header_is_told_from_one_with_other_columns(tmp_path: Path) -> None:
    assert "files.dialect.header: false" in refusal(ROWS.encode() * 3, tmp_path)[1]
    german = b"a;2024-01-01 00:00:00;1,5\n"
    assert "header: false" in refusal(german, tmp_path, delimiter=";", decimal=",")[1]
    assert "header: false" not in refusal(b"machine,when,watts\n" + ROWS.encode(), tmp_path)[1]


def test_json_and_zeros_in_place_of_csv_are_named(tmp_path: Path) -> None:
    assert "files.format" in refusal(b'[{"machine": "a", "power": 1}]\n', tmp_path)[1]
    assert "NUL bytes" in refusal(bytes(400), tmp_path)[1]


@pytest.mark.parametrize(
    ("start", "word"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1", ".xls"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html>", "web page"),
        (b"SQLite format 3\0", "SQLite"),
        (b"ARROW1\0\0", "Feather"),
    ],
)
def test_another_kind_of_file_is_called_by_its_name(
    start: bytes, word: str, tmp_path: Path
) -> None:
    assert word in refusal(start + b"\n" * 100, tmp_path)[1]


def workbook(path: Path) -> None:
    """Write a workbook of two sheets; cells are typed, or text, as people leave them."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Notes"
    first.append(["nothing to see"])
    sheet = book.create_sheet("Log")
    for row in (
        ["machine", "time", "power", "ok"],
        ["a", datetime(2024, 1, 1, 0, 0, 1), 1.5, True],
        [None, None, None, None],
        ["a", "2024-01-01 00:00:02", "2", False],
        ["a", "never", 3, None],
    ):
        sheet.append(row)
    book.save(path)


def test_a_workbook_is_read_like_the_file_it_would_be(plant: Plant) -> None:
    workbook(plant.folder / "day.xlsx")
    plant.declare(PLANT.replace("files: {{paths", "files: {{sheet: Log, paths"))
    plant.land()
    assert plant.rows("select reading_at::varchar, power from readings order by 1") == [
        ("2024-01-01 00:00:01", 1.5),
        ("2024-01-01 00:00:02", 2.0),
    ]
    assert plant.rows("select line_number, reason from rejects") == [(5, "bad_timestamp")]
    plant.check_books()


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(plant: Plant) -> None:
    workbook(plant.folder / "day.xlsx")
    plant.declare(PLANT.replace("files: {{paths", "files: {{sheet: Readings, paths"))
    plant.land()
    error = plant.rows("select error from rejects")[0][0]
    assert error == "the workbook has no sheet 'Readings'; it has: Notes, Log"


def test_a_workbook_of_any_name_is_read_and_one_without_the_columns_names_its_sheets(
    plant: Plant,
) -> None:
    workbook(plant.folder / "day.csv")
    plant.land()
    error = plant.rows("select error from rejects")[0][0]
    assert error.startswith("sheet Notes: the file has no column")
    assert error.endswith("It has other sheets, see files.sheet: Log")


def zipped(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name.replace("__", "/") + ".csv", body)
    return packed.getvalue()


def test_the_files_in_a_zip_file_are_read_one_by_one(plant: Plant) -> None:
    packed = zipped(a=csv(0, 3), b=csv(3, 2) + "a,never,1\n")
    plant.deliver("days.zip", packed)
    with zipfile.ZipFile(plant.folder / "days.zip", "a") as archive:
        archive.writestr("README.txt", "of the logger's maker")
    plant.land()
    assert plant.rows(
        "select count(*), count(distinct record_number), sum(power) from readings"
    ) == [(5, 5, 10.0)]
    assert plant.rows("select line_number, error from rejects") == [
        (4, "b.csv: time: the value is not a time of the declared format")
    ]
    plant.check_books()


def test_a_zip_file_with_a_file_that_cannot_be_read_is_refused_whole(plant: Plant) -> None:
    plant.deliver("days.zip", zipped(a=csv(0, 3), b="x;y\n1;2\n"))
    plant.deliver("notes.zip", zipped()[:0] + _with_readme())
    plant.land()
    assert plant.rows("select count(*) from readings") if "readings" in plant.tables() else True
    errors = [row[0] for row in plant.rows("select error from rejects order by error")]
    assert errors[0].startswith("b.csv in the zip file: the file has no column")
    assert errors[1] == (
        "the file is a zip file without a CSV, JSONL, Parquet or xlsx file: readme.md"
    )
    plant.check_books()


def _with_readme() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.md", "hello")
    return packed.getvalue()


def test_a_damaged_zip_file_is_refused_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(a=csv(0, 100))[:80])
    with pytest.raises(Unreadable, match="zip file cannot be read"):
        list(members(path, tmp_path))


def test_the_first_refusal_of_each_source_is_printed(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    path = plant.deliver("day1.csv", csv(0, 2) + "a,never,1\n")
    plant.land()
    told = capsys.readouterr().out
    assert f"plant: {path}: line 4: time: the value is not a time of the declared format" in told
    assert "make rejects SOURCE=plant" in told


def test_what_is_left_out_is_told(plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    plant.deliver("day1.csv", "machine,time,power,note,code\na,2024-01-01,1,fine,7\n"
                  "a,2024-01-02,1,bad,x\na,2024-01-03,1,bad,y\n")  # fmt: skip
    plant.land()
    told = capsys.readouterr().out
    assert (
        "plant: left out, for most of their values are no numbers: note, code (33 % numbers)"
        in told
    )


def test_a_column_left_out_of_one_file_is_told_though_others_bring_a_sensor(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "machine,time,power,vib\n"
    silent = "".join(f"a,2024-01-0{day},1,unavailable\n" for day in range(1, 4))
    path = plant.deliver("day1.csv", f"{head}{silent}a,2024-01-04,1,5\n")
    plant.deliver("day2.csv", head + "".join(f"a,2024-02-0{day},1,{day}\n" for day in range(1, 9)))
    plant.land()
    told = f"plant: {path}: vib is left out of this file, for 25 % of its values are numbers"
    assert told in capsys.readouterr().out


UNITS = "machine,time,power,vib\n,UTC,W,mm/s\na,2024-01-01,1,2\n"


@pytest.mark.parametrize("units", [",UTC,W,mm/s", "-,[yyyy-mm-dd],[kW],(mm/s)", ",,W,"])
def test_a_row_of_units_under_the_header_is_known_as_such(units: str, tmp_path: Path) -> None:
    read = read_text(UNITS.replace(",UTC,W,mm/s", units), tmp_path)
    assert read.reasons == []
    assert read.values("power") == [1.0]
    assert read.converted.unit_row == "line 2 names units and is no reading: " + units
    assert [row["record_number"] for row in read.readings] == [1]


@pytest.mark.parametrize("line", ["m7,,W,", "a,never,high,2", ",,,", "a,,,"])
def test_a_bad_first_row_is_no_row_of_units(line: str, tmp_path: Path) -> None:
    read = read_text(UNITS.replace(",UTC,W,mm/s", line), tmp_path)
    assert [reason[0] for reason in read.reasons] == [2]


def test_rejects_can_be_read_before_the_first_release(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rejects_command([]) == 0
    assert "Nothing was refused" in capsys.readouterr().out
    plant.deliver("day1.csv", csv(0, 2) + "a,never,1\na,never,2\n")
    plant.land()
    capsys.readouterr()
    assert rejects_command(["--source", "plant"]) == 0
    told = capsys.readouterr().out
    assert "bad_timestamp" in told
    assert "day1.csv" in told
    assert "a,never,1" in told
    assert rejects_command(["--source", "plant", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["line_number"], row["reason"]) for row in rows] == [
        (4, "bad_timestamp"),
        (5, "bad_timestamp"),
    ]
    assert rejects_command(["--source", "other"]) == 2
    assert "plant" in capsys.readouterr().err
