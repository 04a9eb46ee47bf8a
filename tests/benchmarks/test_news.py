"""The benchmark of news, small: what was asked, of whom and how often; no clock is held against."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.news import Size, bench


def test_hosts_are_asked_once_each_in_turn_and_then_only_what_may_be_new(tmp_path: Path) -> None:
    found = bench(Size(hosts=5, pages=25, latency=0.02, gap=0.0), tmp_path, None)
    # robots.txt and feed of each host, its pages but for the one it forbids; then the feeds again
    assert found["requests"] == 5 + 5 + 20 + 5
    assert (found["pages"], found["pages_twice"], found["second_feeds"]) == (20, 0, 5)
    assert (found["most_at_once_at_a_host"], found["disallowed_asked"]) == (1, 0)
    assert found["peak_mb"] < 800
