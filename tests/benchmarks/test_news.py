"""The benchmarks of news: what is asked, of whom and how often, and what the tiers save and lose;
no clock is held against."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.lakehouse.settings import reset_settings
from tests.benchmarks import news_figures, news_tiers
from tests.benchmarks.news import Size, bench
from tests.ingestion.news.newsroom import item, rss


def test_hosts_are_asked_once_each_in_turn_and_then_only_what_may_be_new(tmp_path: Path) -> None:
    found = bench(Size(hosts=5, pages=25, latency=0.02, gap=0.0), tmp_path, None)
    # robots.txt and feed of each host, its pages but for the one it forbids; then the feeds again
    assert found["requests"] == 5 + 5 + 20 + 5
    assert (found["pages"], found["pages_twice"], found["second_feeds"]) == (20, 0, 5)
    assert (found["most_at_once_at_a_host"], found["disallowed_asked"]) == (1, 0)
    assert found["peak_mb"] < 800


def test_every_figure_has_a_floor_and_captures_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(news_figures.MEASURES) == set(news_figures.FLOORS) == set(range(1, 9))
    assert news_figures.main(["--figures", "1,2"]) == 0  # nothing to measure with is no failure
    assert capsys.readouterr().out.count("not measured") == 2
    (tmp_path / "feed_captures").mkdir()
    (tmp_path / "feed_captures" / "one.xml").write_bytes(rss([item(1), item(2)]))
    assert news_figures.main(["--figures", "1", "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "1 of 1 files, 2 entries, 2 with an id, 0 of 4 dates other" in said
    assert "NOT REACHED" in said


@pytest.mark.long
def test_tiers_cost_a_fifth_of_assessing_everything_and_find_the_same_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    news_tiers.make_run(tmp_path / "lake")
    monkeypatch.setenv("SLUICE_LAKE", str(tmp_path / "lake"))
    reset_settings()
    found = news_tiers.figures(news_tiers.SEEDS)
    assert found["articles"] >= 300 and found["assessed"] == 30
    assert max(found["share_of_tokens"], found["share_of_usd"]) <= 0.20
    assert 0.45 <= found["correlation"] <= 0.55
    assert found["same_10"] >= 45 and found["fewest_same"] >= 9
