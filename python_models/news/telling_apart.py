"""Commands `make news-merge` and `make news-split`: a person's word on stories of the release."""

from __future__ import annotations

import sys

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told
from ingestion.lakehouse.user_name import user_name
from ingestion.news.story_words import APART, SAME, say
from python_models.news.rating import UnknownArticle, find_article
from python_models.release.reader import NothingReleased, open_release

_STORY = "select story_id from news.story_articles where article_id = $id"
_SIZE = "select count(*) from news.story_articles where story_id = $id"


class NothingToDo(ValueError):
    """The stories are as they are to be already."""


def merge(names: list[str], rater: str) -> str:
    """Say that the stories of articles are one; returns what comes of it.

    Raises:
        NothingToDo: they are one.
        UnknownArticle: the release has no such article, or in no story.
    """
    articles = [find_article(name) for name in names]
    stories = {_story_of(article) for article in articles}
    if len(stories) < 2:
        raise NothingToDo(f"{' and '.join(names)} are in one story already.")
    say(SAME, articles, rater)
    return f"{len(stories)} stories are one"


def split(names: list[str], rater: str) -> str:
    """Say that articles tell another event than the rest of their story; returns what comes of it.

    Raises:
        NothingToDo: they are of several stories, or all there is of one.
        UnknownArticle: the release has no such article, or in no story.
    """
    articles = {find_article(name) for name in names}
    stories = {_story_of(article) for article in articles}
    if len(stories) > 1:
        raise NothingToDo(f"{', '.join(names)} are of {len(stories)} stories: part one at a time.")
    (story,) = stories
    with open_release() as release:
        (size,) = release.execute(_SIZE, {"id": story}).fetchall()[0]
    if size <= len(articles):
        raise NothingToDo(f"That is all of story {story}: there is nothing to part it from.")
    say(APART, articles, rater)
    return f"{len(articles)} of {size} articles of story {story} are a story of their own"


def _story_of(article: str) -> str:
    with open_release() as release:
        rows = release.execute(_STORY, {"id": article}).fetchall()
    if not rows:
        raise UnknownArticle(f"Article {article} is in no story: it was dropped before.")
    return str(rows[0][0])


def main(arguments: list[str] | None = None) -> int:
    """Keep a person's word on stories; returns the exit code."""
    parser = Arguments(prog="python -m python_models.news.telling_apart")
    parser.add_argument("what", choices=("merge", "split"))
    parser.add_argument("ids", help="articles, or stories by the articles that lead them: a,b")
    parser.add_argument("--rater", default=user_name())
    options = parser.parse_args(arguments)
    names = [name.strip() for name in options.ids.split(",") if name.strip()]
    try:
        done = {"merge": merge, "split": split}[options.what](names, options.rater)
    except (UnknownArticle, NothingReleased, NothingToDo) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{done}, from the next run on (`make news`).\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
