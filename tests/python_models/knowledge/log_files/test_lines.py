"""Lines to events: what begins one, what its time is, what is cleaned."""

import gzip
from datetime import datetime

import pytest

from ingestion.knowledge.log_bytes import unpacked
from python_models.knowledge.log_files.lines import Rule, events, rule_of

EXPORTED = datetime(2025, 3, 3)
PATTERN = r"(?P<time>\S+ \S+) (?P<level>[A-Z]+) (?P<component>\w+): (?P<message>.*)"


def read(text: str | bytes, exported: datetime = EXPORTED, zone: str = "UTC", **lines: object):
    content = text if isinstance(text, bytes) else text.encode()
    return events(unpacked(content), rule_of(lines, zone), exported)


def test_a_trace_of_forty_lines_is_one_event():
    trace = "\n".join(f"\tat frame.{number}" for number in range(40))
    found = read(
        f"2025-03-01 10:00:00,250 ERROR app: broke\n{trace}\nCaused by: x\n"
        "2025-03-01 10:00:01,000 INFO app: fine\n",
        pattern=PATTERN,
    )
    assert [(one.line_count, one.message) for one in found] == [(42, "broke"), (1, "fine")]
    assert found[0].text.endswith("Caused by: x")
    assert (found[0].at, found[0].level, found[0].component) == (
        datetime(2025, 3, 1, 10, 0, 0, 250_000),
        "ERROR",
        "app",
    )


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        ("2025-03-01 10:00:00 [ERROR] broke", "ERROR", "broke"),
        ("2025-03-01 10:00:00\twarn\tbroke", "warn", "broke"),
        ("2025-03-01 10:00:00 error: broke", "error", "broke"),
        ("2025-03-01 10:00:00 info was lost", None, "info was lost"),
        ("[ERROR] 2025-03-01 10:00:00,000 app: broke", "ERROR", "app: broke"),
        ("<34>1 2025-03-01T10:00:00Z web-1 app - broke", None, "web-1 app - broke"),
        ("<13>Mar  1 10:00:00 web-1 app: broke", None, "web-1 app: broke"),
        ("1740823200 INFO broke", "INFO", "broke"),
        ("1740823200000 INFO broke", "INFO", "broke"),
        ('{"msg": "broke \\"x\\"", "level": "error", "ts": "2025-03-01T10:00:00Z"}', "error",
         'broke \\"x\\"'),
        ('{"@timestamp": 1740823200.5, "message": "broke"}', None, "broke"),
        ("\ufeff2025-03-01 10:00:00 INFO broke", "INFO", "broke"),
        ("I0301 10:00:00.000000   12345 file.go:123] broke", "INFO", "broke"),
        ("W20250301 10:00:00.000000 140 net.cc:99] broke", "WARNING", "broke"),
        ('time="2025-03-01T10:00:00Z" level=info msg="broke it"', "info", "broke it"),
        ("level=error ts=2025-03-01T10:00:00Z msg=broke", "error", "broke"),
        ("2025-03-01 10:00:00,000 - app - INFO - broke", "INFO", "broke"),
        ("2025-03-01 10:00:00.000 UTC [123] LOG:  broke", "LOG", "broke"),
        ("2025-03-01T10:00:00.000000Z 0 [Warning] [MY-010] broke", "Warning", "[MY-010] broke"),
        ("1:M 01 Mar 2025 10:00:00.000 * broke", None, "broke"),
        ("3/1/2025 10:00:00 AM INFO broke", "INFO", "broke"),
        ("2025-03-01 10:00:00 AM broke", None, "broke"),
        ("Mar 01, 2025 10:00:00 AM app.Main run\nINFO: broke", None, "app.Main run"),
        ("Mar 01 10:00:00.000001 web-1 app[1]: broke", None, "web-1 app[1]: broke"),
        ("250301 100000 143 INFO dfs.DataNode: broke", "INFO", "broke"),
        ("03-01 10:00:00.000  1234  1234 E tag: broke", "ERROR", "broke"),
        ("25/03/01 10:00:00 INFO exec: broke", "INFO", "exec: broke"),
        ("20250301-10:00:00:000|broke", None, "|broke"),
        ("01-Mar-2025 10:00:00.000 INFO [main] broke", "INFO", "[main] broke"),
        ("type=SYSCALL msg=audit(1740823200.000:1): broke", None, "broke"),
        ('{"log":"broke","stream":"stderr","time":"2025-03-01T10:00:00.000000000Z"}', None,
         "broke"),
        ('{"@t":"2025-03-01T10:00:00Z","@mt":"broke","@l":"Error"}', "Error", "broke"),
        ('{"asctime": "2025-03-01 10:00:00,000", "levelname": "INFO", "message": "broke"}',
         "INFO", "broke"),
        ('{"t":{"$date":"2025-03-01T10:00:00.000+00:00"},"s":"W","msg":"broke"}', "WARNING",
         "broke"),
    ],
)  # fmt: skip
def test_lines_that_nobody_declared_are_read_by_their_usual_shapes(
    line: str, level: str | None, message: str
):
    (one,) = read(f"{line}\n")
    assert one.at.replace(microsecond=0) == datetime(2025, 3, 1, 10)
    assert (one.level, one.message) == (level, message)


def test_the_shape_that_most_lines_have_says_where_events_begin():
    found = read("2025-03-01 10:00:00 - app - INFO - a\n" + "2025-03-01 10:00:01 b\n" * 3)
    assert [one.message for one in found] == ["- app - INFO - a", "b", "b", "b"]


def test_a_log_in_utf_16_is_read():
    found = read("2025-03-01 10:00:00 INFO é\r\n2025-03-01 10:00:01 INFO b\r\n".encode("utf-16"))
    assert [one.message for one in found] == ["é", "b"]


def test_offsets_are_bytes_of_the_unpacked_file():
    content = "2025-03-01 10:00:00 INFO é\r\n\n2025-03-01 10:00:01 INFO b".encode()
    assert unpacked(gzip.compress(content)) == content
    for one in read(gzip.compress(content)):
        assert content[one.offset :].startswith(b"2025-03-01 10:00:0")


def test_a_first_line_rule_begins_events_that_the_pattern_does_not_match():
    found = read("BEGIN a\nx\nBEGIN b\ny\n", first_line="BEGIN")
    assert [one.text for one in found] == ["BEGIN a\nx", "BEGIN b\ny"]


def test_years_are_counted_over_new_year_back_from_the_export():
    lines = ["Dec 30 23:59:59 h a: x", "Dec 31 23:59:59 h a: x", "Jan  1 00:00:01 h a: x"]
    found = read("\n".join(lines))
    assert [one.at.year for one in found] == [2024, 2024, 2025]
    assert [one.at.year for one in read("\n".join(lines), year=2019)] == [2019, 2019, 2020]


def test_a_file_older_than_a_year_has_the_year_that_was_declared_and_leap_days_are_kept():
    (one,) = read("Feb 29 01:02:03 h a: x", exported=datetime(2026, 1, 1), year=2024)
    assert one.at == datetime(2024, 2, 29, 1, 2, 3)
    (two,) = read("Feb 29 01:02:03 h a: x", exported=datetime(2024, 6, 1))
    assert two.at == datetime(2024, 2, 29, 1, 2, 3)


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ('1.2.3.4 - - [17/May/2015:10:05:03 +0200] "GET / HTTP/1.1" 200 1',
         datetime(2015, 5, 17, 8, 5, 3)),
        ("[2016-12-19 16:31:46,143] INFO started", datetime(2016, 12, 19, 16, 31, 46, 143_000)),
        ("2016-12-19T16:31:46.5-05:00 started", datetime(2016, 12, 19, 21, 31, 46, 500_000)),
        ("2016-12-19T16:31:46Z started", datetime(2016, 12, 19, 16, 31, 46)),
    ],
)  # fmt: skip
def test_usual_times_are_read_without_a_declaration(line: str, at: datetime):
    (one,) = read(line)
    assert one.at == at


def test_times_without_zone_are_of_the_declared_one_and_a_declared_format_is_used():
    (one,) = read("2025-07-01 12:00:00 x", zone="Europe/Berlin")
    assert one.at == datetime(2025, 7, 1, 10)
    (two,) = read("01.02.2025 10:00 x", pattern=r"(?P<time>.{16}) (?P<message>.*)",
                  time_format="%d.%m.%Y %H:%M")  # fmt: skip
    assert two.at == datetime(2025, 2, 1, 10)
    (three,) = read(b"99.99.9999 10:00 x", pattern=r"(?P<time>.{16}) (?P<message>.*)")
    assert (three.at, three.message) == (None, "x")


def test_colours_nul_and_invalid_bytes_are_cleaned_and_the_rest_is_kept():
    found = read(b"2025-03-01 10:00:00 \x1b[31mERROR\x1b[0m a\x00b \xff c\r\n")
    assert [one.message for one in found] == ["ab \ufffd c"]
    assert found[0].level == "ERROR"


def test_utf_16_and_a_mark_of_order_are_read():
    text = "2025-03-01 10:00:00 x\n"
    for content in (text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        assert [one.message for one in read(content)] == ["x"]


def test_a_cut_gzip_gives_what_is_whole():
    lines = "".join(f"2025-03-01 10:00:{n % 60:02d} INFO {n * 7919} x\n" for n in range(5_000))
    packed = gzip.compress(lines.encode())
    found = events(unpacked(packed[: len(packed) // 2]), Rule(), EXPORTED)
    assert 1_000 < len(found) < 5_000


def test_a_line_of_two_megabytes_is_one_event_that_is_cut():
    found = read("2025-03-01 10:00:00 " + "x" * 2_000_000 + "\n2025-03-01 10:00:01 y\n")
    assert [len(one.message) for one in found] == [64 * 1024, 1]


def test_a_line_that_names_a_year_gives_it_to_its_neighbours():
    found = read("2019-12-30 10:00:00 boot\nDec 31 23:59:58 h a\nJan  1 00:00:01 h b\n")
    assert [str(one.at) for one in found[1:]] == ["2019-12-31 23:59:58", "2020-01-01 00:00:01"]


def test_a_leap_day_is_of_a_year_that_has_one():
    (found,) = read("Feb 29 10:00:00 h a\n")
    assert str(found.at) == "2024-02-29 10:00:00"


@pytest.mark.parametrize(
    "time",
    [
        "2025/03/01 10:00:00",
        "20250301T100000Z",
        "01.03.2025 10:00:00,000",
        "Sat Mar 01 10:00:00 2025",
        "[Sat Mar 01 10:00:00.000000 2025]",
        "2025-03-01 11:00:00 CET",
        "2025-03-01 05:00:00.000 EST",
    ],
)
def test_usual_times_are_read_where_nothing_is_declared(time: str):
    (found,) = read(f"{time} INFO message\n")
    assert (str(found.at), found.level, found.message) == ("2025-03-01 10:00:00", "INFO", "message")


def test_what_a_terminal_obeys_is_no_word_of_a_message():
    text = "2025-03-01 10:00:00 \x1b]0;title\x07INFO \x1b[1;31mred\x1b[0m\x1b(B \x9b32mgreen\x00\n"
    (found,) = read(text)
    assert (found.level, found.message) == ("INFO", "red green")


def test_a_leap_second_is_the_second_after_and_a_day_may_be_written_without_marks():
    (leap, _, plain) = read(
        "2016-12-31 23:59:60 INFO x\n2017-01-01 00:00:00 INFO x\n2017-01-01 00:00:01 INFO x\n"
    )
    assert (leap.at, plain.at) == (datetime(2017, 1, 1), datetime(2017, 1, 1, 0, 0, 1))
    (found,) = read("20250301 10:00:00 INFO x\n")
    assert (found.at, found.message) == (datetime(2025, 3, 1, 10), "x")
