"""CSV as plants send it: every record is accepted exactly or refused with its line."""

from __future__ import annotations

import codecs
import gzip
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.landing.rejecting import Unreadable
from tests.ingestion.reading import declaration, read_text

HEAD = "machine,time,power\n"
GOOD = "a,2024-01-01 00:00:00,1.5\n"
FILES = {"paths": "x.csv"}


def dialect(**keys: object) -> dict[str, object]:
    return {"paths": "x.csv", "dialect": keys}


def test_a_clean_file_is_accepted_whole(tmp_path: Path) -> None:
    read = read_text(HEAD + GOOD * 3, tmp_path)
    assert read.converted.rows_in == 3
    assert read.readings[0] | {} == read.readings[0]
    assert read.values("record_number") == [1, 2, 3]
    assert read.values("power") == [1.5] * 3
    assert read.values("power_unit") == ["W"] * 3
    assert read.values("reading_at") == [datetime(2024, 1, 1)] * 3


@pytest.mark.parametrize(
    ("line", "reason", "column"),
    [
        ("a,2024-01-01 00:00:00", "too_few_columns", None),
        ("a,2024-01-01 00:00:00,1,2", "too_many_columns", None),
        ("a,2024-01-01 00:00:00,abc", "not_a_number", "power"),
        ("a,2024-01-01 00:00:00,0x10", "not_a_number", "power"),
        ("a,2024-01-01 00:00:00,inf", "not_finite", "power"),
        ("a,2024-01-01 00:00:00,1e400", "not_finite", "power"),
        ("a,,1", "missing_timestamp", "time"),
        ("a,2024-13-45 00:00:00,1", "bad_timestamp", "time"),
        ("a,01/02/2024 00:00:00,1", "bad_timestamp", "time"),
        ("a,infinity,1", "bad_timestamp", "time"),
        ("a,now,1", "bad_timestamp", "time"),
        ("a,today,1", "bad_timestamp", "time"),
        ("a,12:00:00,1", "bad_timestamp", "time"),
        ("a,300000-01-01 00:00:00,1", "bad_timestamp", "time"),
        (",2024-01-01 00:00:00,1", "missing_control_id", None),
        ('"a,2024-01-01 00:00:00,1', "open_quote", None),
        ('a,2024-01-01 00:00:00,"1', "open_quote", None),
        ('a",2024-01-01 00:00:00,"1', "open_quote", None),
        ("a\0b,2024-01-01 00:00:00,1", "nul_byte", None),
        ("   ", "too_few_columns", None),
    ],
)
def test_a_bad_line_is_refused_with_line_text_and_reason(
    line: str, reason: str, column: str | None, tmp_path: Path
) -> None:
    read = read_text(HEAD + GOOD * 2 + line + "\n" + GOOD, tmp_path)
    assert read.reasons == [(4, reason)]
    assert read.rejects[0].raw_text == line.replace("\0", "\\x00")
    assert read.rejects[0].column_name == column
    assert len(read.readings) == 3


def test_a_cut_last_line_is_refused(tmp_path: Path) -> None:
    read = read_text(HEAD + GOOD + "a,2024-01-01 00:0", tmp_path)
    assert read.reasons == [(3, "too_few_columns")]
    assert len(read.readings) == 1


def test_blank_lines_are_no_records_and_shift_no_line_number(tmp_path: Path) -> None:
    read = read_text("\n" + HEAD + "\n" + GOOD + "\n\na,2024-01-01,x\n\na,,1\n", tmp_path)
    assert read.reasons == [(7, "not_a_number"), (9, "missing_timestamp")]
    assert [reject.raw_text for reject in read.rejects] == ["a,2024-01-01,x", "a,,1"]
    assert len(read.readings) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_are_read(end: str, tmp_path: Path) -> None:
    body = (HEAD + GOOD + "a,2024-01-01,x\n" + GOOD).replace("\n", end)
    read = read_text(body, tmp_path)
    assert read.reasons == [(3, "not_a_number")]
    assert read.rejects[0].raw_text == "a,2024-01-01,x"


def test_mixed_line_ends_are_read(tmp_path: Path) -> None:
    read = read_text("machine,time,power\r\na,2024-01-01,1\na,2024-01-02,2\r\n", tmp_path)
    assert read.values("power") == [1.0, 2.0]


def test_a_byte_order_mark_and_spaces_in_the_header_are_skipped(tmp_path: Path) -> None:
    body = codecs.BOM_UTF8 + b"machine , time,power  \na,2024-01-01,1\n"
    assert read_text(body, tmp_path).values("power") == [1.0]


@pytest.mark.parametrize(
    ("encoding", "declared"), [("latin-1", "latin-1"), ("utf-16", "utf-8"), ("cp1252", "cp1252")]
)
def test_other_encodings_are_decoded(encoding: str, declared: str, tmp_path: Path) -> None:
    body = "machine,time,power\nwärme,2024-01-01,1\nöl,2024-01-01,x\n".encode(encoding)
    read = read_text(body, tmp_path, declaration(files=dialect(encoding=declared)))
    assert read.values("control_id") == ["wärme"]
    assert read.rejects[0].raw_text == "öl,2024-01-01,x"


def test_bytes_that_are_not_the_declared_encoding_are_refused_not_guessed(tmp_path: Path) -> None:
    body = b"machine,time,power\nw\xe4rme,2024-01-01,1\nb,2024-01-01,2\n"
    read = read_text(body, tmp_path)
    assert read.reasons == [(2, "bad_encoding")]
    assert read.rejects[0].raw_text == "w\\xe4rme,2024-01-01,1"
    assert read.values("control_id") == ["b"]


def test_gzip_is_seen_whatever_the_name(tmp_path: Path) -> None:
    body = gzip.compress((HEAD + GOOD + "a,x,1\n").encode())
    read = read_text(body, tmp_path, name="delivered.csv")
    assert read.reasons == [(3, "bad_timestamp")]


def test_damaged_gzip_is_refused_whole(tmp_path: Path) -> None:
    body = gzip.compress((HEAD + GOOD * 5000).encode())[:-20]
    with pytest.raises(Unreadable) as refused:
        read_text(body, tmp_path)
    assert refused.value.reason == "corrupt_gzip"


def test_values_quoted_three_times_are_read(tmp_path: Path) -> None:
    body = 'machine,time,power\na,"""2024-01-01 00:00:00""",1\n"b",2024-01-02,"2"\n'
    read = read_text(body, tmp_path)
    assert read.values("reading_at") == [datetime(2024, 1, 1), datetime(2024, 1, 2)]
    assert read.rejects == []


def test_decimal_commas_semicolons_and_the_sources_own_format(tmp_path: Path) -> None:
    declared = declaration(
        files=dialect(delimiter=";", decimal=","),
        columns={
            "control_id": {"column": "machine"},
            "reading_at": {"column": "time", "format": "%d.%m.%Y %H:%M:%S"},
            "power": {"column": "power", "unit": "kW"},
        },
    )
    body = (
        "machine;time;power\na;02.01.2024 03:04:05;1,5\na;02.01.2024 03:04:05;1.5\n"
        "a;02.01.2024 03:04:05;1.234,5\na;2024-01-02 03:04:05;1\na;02.01.2024 03:04:05;-1,5e3\n"
    )
    read = read_text(body, tmp_path, declared)
    assert read.values("power") == [1.5, -1500.0]
    assert read.values("reading_at") == [datetime(2024, 1, 2, 3, 4, 5)] * 2
    assert read.reasons == [(3, "not_a_number"), (4, "not_a_number"), (5, "bad_timestamp")]


def test_a_wrong_delimiter_refuses_the_file_and_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="has no column machine, power, time; it has: machine;"):
        read_text("machine;time;power\na;2024-01-01;1\n", tmp_path)


def test_a_name_that_stands_twice_in_the_header_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="'power' twice"):
        read_text("machine,time,power,power \na,2024-01-01,1,2\n", tmp_path)


def test_names_that_differ_by_case_only_stay_two_columns(tmp_path: Path) -> None:
    read = read_text("machine,time,power,Power\na,2024-01-01,1,2\n", tmp_path)
    assert read.values("power") == [1.0]
    assert [(row["sensor"], row["value"]) for row in read.tables["sensor_values"]] == [
        ("Power", 2.0)
    ]


def test_an_empty_file_is_refused_and_a_header_alone_is_not(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="empty"):
        read_text("", tmp_path)
    assert read_text(HEAD, tmp_path).converted.rows_in == 0


def test_leading_zeros_big_numbers_and_far_years_stay_exact(tmp_path: Path) -> None:
    body = (
        HEAD + "007,9999-12-31 23:59:59.999999,1180591620717411303424\n"
        "007,2024-01-01T00:00:00+02:00,NaN\n"
    )
    read = read_text(body, tmp_path)
    assert read.values("control_id") == ["007", "007"]
    assert read.values("power") == [float(2**70), None]
    assert read.values("reading_at") == [
        datetime(9999, 12, 31, 23, 59, 59, 999999),
        datetime(2023, 12, 31, 22),
    ]


def test_sentinels_stay_and_are_flagged(tmp_path: Path) -> None:
    read = read_text(
        "machine,time,power,flow\na,2024-01-01,-999,-999\na,2024-01-01,5,6\n",
        tmp_path,
        declaration(sentinels=[-999]),
    )
    assert read.values("power") == [-999.0, 5.0]
    assert read.values("is_power_sentinel") == [True, False]
    assert [row["value"] for row in read.tables["sensor_values"]] == [None, 6.0]


def test_a_file_without_header_is_read_by_the_declared_names(tmp_path: Path) -> None:
    declared = declaration(files=dialect(header=False, names=["time", "machine", "power"]))
    assert read_text("2024-01-01,a,1\n", tmp_path, declared).values("power") == [1.0]


def test_lines_before_the_header_are_skipped(tmp_path: Path) -> None:
    declared = declaration(files=dialect(skip_lines=2))
    read = read_text("logger 7\nserial 8\n" + HEAD + GOOD + "a,x,1\n", tmp_path, declared)
    assert len(read.readings) == 1
    assert read.reasons == [(5, "bad_timestamp")]


def test_a_sensor_that_is_silent_at_first_is_kept(tmp_path: Path) -> None:
    body = "machine,time,power,late\n" + "a,2024-01-01,1,\n" * 3000 + "a,2024-01-01,1,7\n"
    read = read_text(body, tmp_path)
    assert [row["value"] for row in read.tables["sensor_values"]] == [7.0]


def test_text_columns_are_named_as_ignored(tmp_path: Path) -> None:
    read = read_text("machine,time,power,note\na,2024-01-01,1,fine\n", tmp_path)
    assert read.converted.columns["note"] == "ignored"


def test_a_word_in_a_sensor_costs_its_cell_and_not_its_row(tmp_path: Path) -> None:
    body = "machine,time,power,flow,level\na,2024-01-01,1,high,5\na,2024-01-02,1,2,inf\n"
    for known in (set[str](), {"flow"}):
        read = read_text(body + "a,2024-01-03,2,3,4\n", tmp_path, known=known)
        assert len(read.readings) == 3
        assert read.reasons == []
        assert [(cell.line_number, cell.column_name, cell.reason, cell.raw_text)
                for cell in read.converted.cells] == [
            (2, "flow", "not_a_number", "high"), (3, "level", "not_finite", "inf"),
        ]  # fmt: skip
        assert sorted((row["sensor"], row["value"]) for row in read.tables["sensor_values"]) == [
            ("flow", 2.0), ("flow", 3.0), ("level", 4.0), ("level", 5.0),
        ]  # fmt: skip


@pytest.mark.parametrize("words_first", [True, False])
def test_a_mostly_numeric_column_is_a_sensor_wherever_its_words_stand(
    words_first: bool, tmp_path: Path
) -> None:
    numbers = [f"a,2024-01-01,1,{number}" for number in range(3000)]
    words = ["a,2024-01-01,1,unavailable"] * 2500
    rows = words + numbers if words_first else numbers + words
    read = read_text("machine,time,power,state\n" + "\n".join(rows) + "\n", tmp_path)
    assert len(read.readings) == 5500
    assert len(read.tables["sensor_values"]) == 3000
    assert len(read.converted.cells) == 2500


def test_what_is_left_out_is_named_with_its_share_of_numbers(tmp_path: Path) -> None:
    rows = ["a,2024-01-01,1,7,fine", "a,2024-01-01,1,x,fine", "a,2024-01-01,1,y,fine"]
    read = read_text("machine,time,power,code,note\n" + "\n".join(rows) + "\n", tmp_path)
    assert read.converted.left_out == {"code": 1 / 3, "note": 0.0}
    assert read.converted.columns["code"] == "ignored"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    lines=st.lists(
        st.one_of(
            st.just("a,2024-01-01 00:00:00,1.5"),
            st.text(alphabet='a,"\0;\r\n 1é\ud800'.replace("\ud800", ""), max_size=12),
            st.sampled_from(["", "a,,1", "a,x,1", "a,2024-01-01,x", '"a,2024-01-01,1', "a,b,c,d"]),
        ),
        max_size=40,
    ),
    cut=st.integers(0, 3),
)
def test_whatever_comes_each_line_is_counted_once(
    lines: list[str], cut: int, tmp_path: Path
) -> None:
    body = (HEAD + "\n".join(lines)).encode()
    body = body[: max(len(HEAD), len(body) - cut)]
    physical = body.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    records = [line for line in physical.split("\n")[1:] if line]
    try:
        read = read_text(body, tmp_path)
    except Unreadable as refused:
        assert refused.reason == "count_mismatch"
        raise
    assert read.converted.rows_in == len(records)
    texts = dict(enumerate(physical.split("\n"), start=1))
    for reject in read.rejects:
        assert reject.line_number is not None
        line = texts[reject.line_number]
        if "\ufffd" not in line:  # else its bytes are shown, not guessed at
            assert reject.raw_text == line.replace("\0", "\\x00")
