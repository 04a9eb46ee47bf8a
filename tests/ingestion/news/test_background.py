"""Lines about entities, and ratings of readers, on their way into the lake."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from ingestion.news.feedback import rate
from tests.ingestion.landing.web.local_web import Reply
from tests.ingestion.news.newsroom import DAY, Newsroom, item, rss

HEAD = "name,aliases,type,line,source_url,licence,as_of\n"
ROW = "Acme,Acme Corp|ACME,organisation,Makes anvils.,https://acme.example/,CC0,2026-01-31\n"


def declare(newsroom: Newsroom, text: str, name: str = "entities.csv") -> Path:
    newsroom.feed("one", text="feed")
    newsroom.say("/feed", Reply(rss([item(1)])))
    path = newsroom.folder / name
    path.write_text(text)
    declaration = {"background": "own_entities", "location": name}
    (newsroom.folder / "background.yml").write_text(yaml.safe_dump(declaration))
    return path


def test_lines_about_entities_land_once_with_their_source(newsroom: Newsroom) -> None:
    path = declare(newsroom, HEAD + ROW)
    newsroom.land()
    newsroom.land(DAY.format(4))
    query = "select source, name, aliases, line, source_url, as_of::date::varchar from background"
    assert newsroom.rows(query) == [
        ("own_entities", "Acme", '["Acme Corp", "ACME"]', "Makes anvils.",
         "https://acme.example/", "2026-01-31")
    ]  # fmt: skip
    path.write_text(HEAD + ROW.replace("anvils", "rockets"))
    newsroom.land(DAY.format(5))
    assert len(newsroom.rows(query)) == 2  # the newest load counts
    files = newsroom.rows("select rows_in, rows_accepted from files where source = 'own_entities'")
    assert files == [(1, 1), (1, 1)]


def test_line_without_a_source_is_refused_and_the_others_land(newsroom: Newsroom) -> None:
    declare(newsroom, HEAD + ROW + "Bolt,,person,Runs fast.,,,\n")
    newsroom.land()
    assert newsroom.rows("select count(*) from background") == [(1,)]
    found = newsroom.rows("select source, line_number, column_name, reason, raw_text from rejects")
    assert found[0][:4] == ("own_entities", 2, "source_url", "missing_value")
    assert json.loads(found[0][4])["name"] == "Bolt"


def test_file_without_the_columns_is_refused_whole(newsroom: Newsroom) -> None:
    declare(newsroom, "who,what\nAcme,anvils\n")
    report = newsroom.land()
    assert report.failed == []
    assert newsroom.rows("select reason, error from rejects") == [
        ("unreadable",
         "there is no column name; a file has name, aliases, type, line, source_url, licence, "
         "as_of")
    ]  # fmt: skip
    assert newsroom.rows("select status from files where source = 'own_entities'") == [
        ("rejected",)
    ]


def test_file_that_is_not_there_is_said_and_the_run_lands(newsroom: Newsroom) -> None:
    declare(newsroom, HEAD + ROW).unlink()
    report = newsroom.land()
    assert report.failed == [
        f"background own_entities: there is no {newsroom.folder / 'entities.csv'}"
    ]
    assert newsroom.rows("select count(*) from entries") == [(1,)]


def test_ratings_land_with_the_next_run_once_each(newsroom: Newsroom) -> None:
    newsroom.feed("one", text="feed")
    newsroom.say("/feed", Reply(rss([item(1)])))
    rate("a1", "up", "eva")
    newsroom.land()
    rate("a2", "down", "eva")
    newsroom.land(DAY.format(4))
    newsroom.land(DAY.format(5))
    found = newsroom.rows(
        "select article_id, rating, rater, day(as_of) from feedback join runs using (run_id)"
        " order by 1"
    )
    assert found == [("a1", "up", "eva", 3), ("a2", "down", "eva", 4)]
