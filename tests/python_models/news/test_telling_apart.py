"""A person's word on stories, by command: merged and split, or said why there is nothing to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pytest

from ingestion.news import story_words
from python_models.news import rating, telling_apart
from python_models.news.rating import UnknownArticle
from python_models.news.telling_apart import NothingToDo, merge, split

TABLES = """
create schema news;
create table news.articles as
    select unnest(['article-1', 'article-2', 'article-3', 'article-9']) as article_id, 't' as title;
create table news.story_articles as
    select unnest(['article-1', 'article-2', 'article-3']) as article_id,
        unnest(['article-1', 'article-1', 'article-3']) as story_id;
create table news.stories as select distinct story_id, story_id as lead_article_id
    from news.story_articles;
"""


@pytest.fixture(autouse=True)
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the commands read a release of three articles in two stories, and one in none."""
    with duckdb.connect() as connection:
        connection.execute(TABLES)

        @contextmanager
        def opened() -> Iterator[duckdb.DuckDBPyConnection]:
            yield connection

        for module in (rating, telling_apart):
            monkeypatch.setattr(module, "open_release", opened)
        yield


def said() -> list[tuple[str, list[str]]]:
    return [(word["kind"], word["articles"]) for word in story_words.kept()]


def test_two_stories_are_merged_and_a_part_of_one_is_split_off() -> None:
    assert merge(["article-1", "article-3"], "ann") == "2 stories are one"
    assert split(["article-2"], "ann") == (
        "1 of 2 articles of story article-1 are a story of their own"
    )
    assert said() == [("same", ["article-1", "article-3"]), ("apart", ["article-2"])]


@pytest.mark.parametrize(
    ("word", "names", "why"),
    [
        (merge, ["article-1", "article-2"], "in one story already"),
        (split, ["article-1", "article-3"], "are of 2 stories"),
        (split, ["article-1", "article-2"], "nothing to part it from"),
    ],
    ids=["merged already", "of two stories", "all of one"],
)
def test_what_is_so_already_or_cannot_be_is_said_and_not_kept(word, names, why) -> None:
    with pytest.raises(NothingToDo, match=why):
        word(names, "ann")
    assert said() == []


def test_an_article_is_named_by_a_beginning_that_only_it_has_and_is_in_a_story() -> None:
    with pytest.raises(UnknownArticle, match="the beginning of 4 articles"):
        merge(["article-", "article-3"], "ann")
    with pytest.raises(UnknownArticle, match="is in no story"):
        split(["article-9"], "ann")
    assert telling_apart.main(["merge", "article-1,nothing"]) == 1
    assert said() == []
    assert telling_apart.main(["split", "article-2", "--rater", "bob"]) == 0
    assert said() == [("apart", ["article-2"])]
