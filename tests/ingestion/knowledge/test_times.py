"""Moments as exports write them."""

from __future__ import annotations

import pytest

from ingestion.knowledge.times import moment


@pytest.mark.parametrize(
    ("text", "zone", "told"),
    [
        ("Mon Feb 06 2023 05:00:00 GMT+0000 (GMT)", "UTC", "2023-02-06 05:00:00"),
        ("Mon Feb 06 2023 05:00:00 GMT+0130 (X)", "UTC", "2023-02-06 03:30:00"),
        ("2025-03-04T10:00:00Z", "UTC", "2025-03-04 10:00:00"),
        ("2025-07-04 10:00", "Europe/Berlin", "2025-07-04 08:00:00"),
        ("December 4, 2024 8:45 AM", "UTC", "2024-12-04 08:45:00"),
        ("2025-03-30 02:30", "Europe/Berlin", "2025-03-30 01:30:00"),  # left out by the clock
        ("February 6, 2023 5:00 PM (GMT+2)", "UTC", "2023-02-06 15:00:00"),
        ("February 6, 2023 5:00 PM (UTC)", "Europe/Berlin", "2023-02-06 17:00:00"),
        ("Mon, 06 Feb 2023 05:00:00 -0500", "UTC", "2023-02-06 10:00:00"),
        ("Feb 6, 2023", "UTC", "2023-02-06 00:00:00"),
        ("6 Feb 2023", "UTC", "2023-02-06 00:00:00"),
        ("Mon, 31 Feb 2023 05:00:00 GMT", "UTC", "None"),
        ("1700000000", "UTC", "2023-11-14 22:13:20"),
        ("1700000000000", "UTC", "2023-11-14 22:13:20"),
        ("1700000000000000", "UTC", "2023-11-14 22:13:20"),
        ("1700000000.000100", "UTC", "2023-11-14 22:13:20.000100"),
        ("Sun Feb 30 2023 05:00:00 GMT+0000 (GMT)", "UTC", "None"),  # no day of any year
        ("0001-01-01T00:00:00+05:00", "UTC", "None"),  # before the first moment there is
        ("2023-02-06 05:00:00.000 Z", "Europe/Berlin", "2023-02-06 05:00:00"),
        ("2023-02-06T05:00:00+00:00[UTC]", "UTC", "2023-02-06 05:00:00"),
        ("2023-02-06T06:00:00+01:00[Europe/Berlin]", "UTC", "2023-02-06 05:00:00"),
        ("6 February 2023 05:00", "UTC", "2023-02-06 05:00:00"),
        ("February 6, 2023 at 5:00 AM", "UTC", "2023-02-06 05:00:00"),
        ("Monday, February 6, 2023, 5:00 AM", "UTC", "2023-02-06 05:00:00"),
        ("February 6, 2023 5:00 AM → February 7, 2023 6:00 AM", "UTC", "2023-02-06 05:00:00"),
        ("Feb 6, 2023, 5:00:00 AM", "UTC", "2023-02-06 05:00:00"),
        ("06.02.2023 05:00", "UTC", "2023-02-06 05:00:00"),
        ("2023-02-06 5:00 AM", "UTC", "2023-02-06 05:00:00"),
        ("Mon Feb  6 05:00:00 2023", "UTC", "2023-02-06 05:00:00"),
        ("06/Feb/2023:05:00:00 +0000", "UTC", "2023-02-06 05:00:00"),
        ("06/Feb/23 5:00 AM", "UTC", "2023-02-06 05:00:00"),
        ("6-Feb-2023 05:00", "UTC", "2023-02-06 05:00:00"),
        ("02/06/2023", "UTC", "None"),  # of February or of June
        ("soon", "UTC", "None"),
        ("", "UTC", "None"),
    ],
)
def test_a_moment_is_told_in_utc(text: str, zone: str, told: str) -> None:
    assert str(moment(text, zone)) == told
