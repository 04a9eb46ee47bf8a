"""Ratings of a file: each line a person's word, kept once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import SettingsError
from ingestion.news import feedback
from python_models.news.rating import UnknownArticle
from python_models.news.rating_file import rate_file


def find(text: str) -> str:
    if not text.startswith("a"):
        raise UnknownArticle(f"No article of the release has the id {text!r}.")
    return f"article-{text}"


def file_of(folder: Path, *lines: str) -> Path:
    path = folder / "ratings.csv"
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


def test_a_file_of_ratings_is_kept_line_by_line_and_counts_once(tmp_path: Path) -> None:
    path = file_of(
        tmp_path,
        "article_id,rating,rated_at,rater,note",
        "a1,up,2026-02-03T10:00:00+01:00,eva,good",
        "a2,down,2026-02-03 11:00:00,,",
        "x9,up,2026-02-03,eva,",
        "a3,maybe,2026-02-03,eva,",
        "a4,up,lately,eva,",
        "a5",
    )
    count, wrong = rate_file(path, "ann", find)
    assert count == 2
    assert [line.partition(":")[0] for line in wrong] == [f"line {n}" for n in (4, 5, 6, 7)]
    assert "'x9'" in wrong[0] and "'maybe'" in wrong[1]
    assert rate_file(path, "ann", find)[0] == 2
    assert [tuple(row.values()) for row in feedback.kept()] == [
        ("article-a1", "eva", "up", "good", datetime(2026, 2, 3, 9)),
        ("article-a2", "ann", "down", None, datetime(2026, 2, 3, 11)),
    ]


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = file_of(tmp_path, "id,rating", "a1,up")
    with pytest.raises(SettingsError, match="lacks article_id, rated_at"):
        rate_file(path, "ann", find)
    with pytest.raises(SettingsError, match="cannot be read"):
        rate_file(tmp_path / "none.csv", "ann", find)
    assert feedback.kept() == []
