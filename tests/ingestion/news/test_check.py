"""One source is looked at without a trace in the lake."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.lake import lake
from ingestion.news.check import main
from tests.ingestion.landing.web.local_web import Reply
from tests.ingestion.news.newsroom import WORDS, Newsroom, item, page, rss


def test_check_says_how_a_source_is_read_and_stores_nothing(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    newsroom.feed("one", enabled=False)
    link = f"{newsroom.base(2)}/1"
    newsroom.say("/feed", Reply(rss([item(1, link=link), item(2, pubDate="")]),
                                headers={"ETag": '"1"', "Content-Type": "text/xml"}))  # fmt: skip
    newsroom.say("/1", Reply(page(WORDS)), host=2)
    assert main(["one"]) == 0
    said = capsys.readouterr().out
    assert f"{newsroom.base()}/feed: ok (HTTP 200" in said
    assert "text/xml; etag" in said
    assert "read as ok: 2 items, 0 refused" in said
    assert "2026-02-03 12:00" in said and "no date" in said
    assert f"{link}: ok (HTTP 200" in said
    assert metadata_locations("raw_news") == {}
    assert not (lake().root / "objects").exists()
    assert not list(Path(lake().dlt_dir).glob("news_*")) if lake().dlt_dir.exists() else True


def test_check_of_a_bad_source_says_why(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    newsroom.feed("one")
    newsroom.say("/feed", Reply(status=404))
    assert main(["one"]) == 1
    assert "failed (HTTP 404" in capsys.readouterr().out
    assert main(["two"]) == 2
    assert "'two' is not declared" in capsys.readouterr().err
