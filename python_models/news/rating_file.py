"""Command `make news-rate CSV=`: ratings of many articles, from a file."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import SettingsError, told
from ingestion.lakehouse.user_name import user_name
from ingestion.news.feedback import UnknownRating, rate
from ingestion.news.memory import naive
from python_models.news.rating import UnknownArticle, find_article
from python_models.release.reader import NothingReleased

NEEDED = {"article_id", "rating", "rated_at"}


def rate_file(
    path: Path, rater: str, find: Callable[[str], str] = find_article
) -> tuple[int, list[str]]:
    """Keep the ratings of a CSV; returns how many, and of the others a line each on what is wrong.

    Args:
        path: a file with the columns article_id, rating and rated_at (ISO 8601, UTC where it names
            no zone); rater and note may stand there, too. A file read twice counts once.
        rater: who rates where the file does not say.
        find: gives the article that a text names.

    Raises:
        SettingsError: the file cannot be read, or lacks a column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            missing = NEEDED - set(reader.fieldnames or ())
            if missing:
                raise SettingsError(f"CSV={path} lacks {', '.join(sorted(missing))}.")
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsError(f"CSV={path} cannot be read: {error}.") from error
    wrong = []
    for number, row in rows:
        who = (row.get("rater") or "").strip() or rater
        try:
            at = naive((row["rated_at"] or "").strip())
            article = find((row["article_id"] or "").strip())
            rate(article, (row["rating"] or "").strip(), who, row.get("note") or None, at)
        except (UnknownArticle, UnknownRating, ValueError) as error:
            wrong.append(f"line {number}: {error}")
    return len(rows) - len(wrong), wrong


def main(arguments: list[str] | None = None) -> int:
    """Keep the ratings of a file; returns the exit code."""
    parser = Arguments(prog="python -m python_models.news.rating_file")
    parser.add_argument("csv", type=Path)
    parser.add_argument("--rater", default=user_name())
    options = parser.parse_args(arguments)
    try:
        count, wrong = rate_file(options.csv, options.rater)
    except NothingReleased as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    sys.stdout.write(f"{count} ratings are kept. They count from the next run on (`make news`).\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(told(main))
