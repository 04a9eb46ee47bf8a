"""Dates as feeds of many countries write them."""

from __future__ import annotations

from datetime import datetime

import pytest

from ingestion.news.entries import date_of
from ingestion.news.feeds.dates import parse_date

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 3 Feb 2026 7:59 PM EST", "2026-02-04 00:59:00"),
        ("17 Feb 2026 19:59:16 +0000 (UTC)", "2026-02-17 19:59:16"),
        ("Tue, 03 Feb 99 09:05:00 GMT", "1999-02-03 09:05:00"),
        ("2026-02-03T09:05:00.123456789Z", "2026-02-03 09:05:00.123456"),
        ("2026-02-03T09:05:00\u221205:00", "2026-02-03 14:05:00"),
        ("2026-02-03T09:05:00+01:00[Europe/Berlin]", "2026-02-03 08:05:00"),
        ("2026-02-03t09:05:00z", "2026-02-03 09:05:00"),
        ("2026/02/03 09:05", "2026-02-03 08:05:00"),
        ("2026. 2. 3.", "2026-02-02 23:00:00"),
        ("Tue Feb  3 09:05:00 2026", "2026-02-03 08:05:00"),
        ("Tue Feb 3 09:05:00 CET 2026", "2026-02-03 08:05:00"),
        ("lun., 03 févr. 2026 09:05:00 +0100", "2026-02-03 08:05:00"),
        ("martes, 3 de febrero de 2026", "2026-02-02 23:00:00"),
        ("wt., 03 lut 2026 10:00:00 +0100", "2026-02-03 09:00:00"),
        ("Вт, 03 фев 2026 10:00 MSK", "2026-02-03 07:00:00"),
        ("sal, 03 şub 2026 10:00:00 +0300", "2026-02-03 07:00:00"),
        ("2026-02-03T09:05:00+00:00Z", "2026-02-03 09:05:00"),
        ("23.02.2026 - 09:05", "2026-02-23 08:05:00"),
        ("Tue, 03 Feb 2026 09:05:00 +9999", "2026-02-03 08:05:00"),  # there is no such zone
        ("Tue Feb 03 2026 09:05:00 GMT+0100 (Central European Time)", "2026-02-03 08:05:00"),
        ("2026-W06-2", "2026-02-02 23:00:00"),
        ("2026W062T10:05:00+01:00", "2026-02-03 09:05:00"),
        ("2026W062T100500Z", "2026-02-03 10:05:00"),
        ("2026-034T09:05Z", "2026-02-03 09:05:00"),
        ("1770109500000", "2026-02-03 09:05:00"),
        ("Tue, 03 Feb 2026 09:05:60 GMT", "2026-02-03 09:05:59"),
        ("02/13/2026 7:59 PM", "2026-02-13 18:59:00"),
        ("3 Feb 2026 12:05 a.m.", "2026-02-02 23:05:00"),
        ("Tue, 03 Feb 2026 10.05.00 GMT", "2026-02-03 10:05:00"),
        ("Tue, 03 Feb 2026 10:05:00 +100", "2026-02-03 09:05:00"),
        ("Tue, 03 Feb 2026 10:05:00 America/New_York", "2026-02-03 15:05:00"),
        ("Tue, 03 Feb 2026 10:05:00 ET", "2026-02-03 15:05:00"),
        ("Fri, 03 Jul 2026 10:05:00 PT", "2026-07-03 17:05:00"),
        ("2026-2-3T10:05:00Z", "2026-02-03 10:05:00"),
        ("2026-2-3", "2026-02-02 23:00:00"),
        ("2026-02-03T10Z", "2026-02-03 10:00:00"),
        ("20260203100500Z", "2026-02-03 10:05:00"),
        ("1770109500.25", "2026-02-03 09:05:00"),
        ("98-02-03", "1998-02-02 23:00:00"),
        ("Jul 3, 2026 10:05 AM ET", "2026-07-03 14:05:00"),
        ("Tuesday, February 3rd, 2026 at 10:05", "2026-02-03 09:05:00"),
        ("2026年02月03日 10時05分", "2026-02-03 09:05:00"),
        ("2026年2月3日(火)下午3時5分9秒", "2026-02-03 14:05:09"),
        ("2026년 2월 3일 오후 2:30", "2026-02-03 13:30:00"),
        ("2026년 2월 3일 오전 12시 30분", "2026-02-02 23:30:00"),
    ],
)
def test_a_date_is_read_as_it_is_written_somewhere(text: str, expected: str) -> None:
    assert parse_date(text, "Europe/Berlin")[0] == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("03/02/26", "date_ambiguous"),
        ("26-02-13", "date_ambiguous"),
        ("03.02.2026 - 09:05", "date_ambiguous"),
        ("Tue, 31 Feb 2026 10:00:00 GMT", "date_unreadable"),
        ("Tue, 03 Feb 2026 25:00:00 GMT", "date_unreadable"),
        ("2 hours ago", "date_unreadable"),
        ("yesterday", "date_unreadable"),
        ("2026", "date_unreadable"),
    ],
)
def test_a_date_that_is_none_is_null_and_says_why(text: str, flag: str) -> None:
    at, flags = parse_date(text)
    assert at is None and flags[-1] == flag


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 +0000"])
def test_a_date_that_a_program_writes_for_none_is_kept_and_flagged(text: str) -> None:
    at, flags = parse_date(text)
    assert at is not None and at.year in (1, 1970) and flags == ("date_implausible",)
    item = {"published_at": at, "flags": list(flags)}
    assert date_of(item) is None and date_of(item | {"flags": "[]"}) == at
