"""Command `make news-rate`: a person's word on an article of the release."""

from __future__ import annotations

import sys

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told
from ingestion.lakehouse.user_name import user_name
from ingestion.news.feedback import RATINGS, rate
from python_models.release.reader import NothingReleased, open_release

# an article by its id or the beginning of it; a story stands for the article that leads it
_FOUND = """
select article_id, max(title) as title from news.articles
where article_id = $id or (length($id) >= 6 and article_id like $id || '%')
group by article_id
union
select lead_article_id, null from news.stories where story_id = $id
"""


class UnknownArticle(LookupError):
    """No article of the release has the id, or several begin so."""


def find_article(text: str) -> str:
    """Return the id of the article that a text names.

    Raises:
        UnknownArticle: none, or more than one.
    """
    with open_release() as release:
        rows = release.execute(_FOUND, {"id": text}).fetchall()
    ids = {row[0] for row in rows}
    if text in ids:
        return text
    if len(ids) == 1:
        return str(ids.pop())
    if ids:
        raise UnknownArticle(f"{text} is the beginning of {len(ids)} articles: give more of it.")
    raise UnknownArticle(
        f"No article of the release has the id {text!r}: the page names them, and news.articles."
    )


def main(arguments: list[str] | None = None) -> int:
    """Rate an article; returns the exit code."""
    parser = Arguments(prog="python -m python_models.news.rating")
    parser.add_argument("id", help="article, or story")
    parser.add_argument("rating", choices=RATINGS)
    parser.add_argument("--rater", default=user_name())
    parser.add_argument("--note")
    options = parser.parse_args(arguments)
    try:
        article_id = find_article(options.id)
    except (UnknownArticle, NothingReleased) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    rate(article_id, options.rating, options.rater, options.note)
    sys.stdout.write(
        f"{article_id} is rated {options.rating}. It counts from the next run on (`make news`).\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
