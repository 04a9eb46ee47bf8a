"""The seeds of news, as the checks are given them."""

from __future__ import annotations

import csv
from functools import lru_cache

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.news.checks.names import Known
from python_models.news.evidence import known_of


def seed(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed of news."""
    path = PROJECT_ROOT / "dbt_project/seeds/news" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def known() -> Known:
    """Return what helps to tell names."""
    return known_of(seed("news_aliases"), seed("news_idf"))
