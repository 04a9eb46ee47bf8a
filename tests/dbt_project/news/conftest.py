"""Three days of news, built once; tests read what each of them came to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ingestion.lakehouse.settings import reset_settings
from tests.dbt_project.news.articles import ACME, day_1, day_2, day_3
from tests.dbt_project.news.models_project import Models, report_stories
from tests.dbt_project.news.raw_news import Newsroom

KEPT = (
    "articles", "article_versions", "article_sources", "passages", "sources_asked", "near_copies",
    "story_articles", "stories", "story_vectors", "signals_measured", "tier1",
)  # fmt: skip


@dataclass
class Days:
    """What the tables were after each run, and after runs were made again."""

    tables: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    marts: dict[str, dict[str, list[tuple[Any, ...]]]] = field(default_factory=dict)

    def rows(self, run: str, table: str) -> list[dict[str, Any]]:
        """Return a table's rows as a run left them."""
        return self.tables[run][table]

    def article(self, run: str, title: str) -> dict[str, Any]:
        """Return the only article whose title begins so, with its row of phase 3."""
        (found,) = [row for row in self.rows(run, "articles") if row["title"].startswith(title)]
        (tier1,) = [
            row for row in self.rows(run, "tier1") if row["article_id"] == found["article_id"]
        ]
        return found | tier1

    def story(self, run: str, title: str) -> dict[str, Any]:
        """Return the story an article is in."""
        story_id = self.article(run, title)["story_id"]
        return next(row for row in self.rows(run, "stories") if row["story_id"] == story_id)


def _tables(models: Models) -> dict[str, list[dict[str, Any]]]:
    return {name: models.mappings(f"select * from int_news__{name} order by all") for name in KEPT}


@pytest.fixture(scope="session")
def in_a_lake(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Give what runs a function over an empty lake of its own."""

    def run(function: Callable[[Models], Any]) -> Any:
        folder: Path = tmp_path_factory.mktemp("news")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SLUICE_LAKE", str(folder / "lake"))
            (folder / "lake").mkdir()
            reset_settings()
            done = function(Models(folder))
        reset_settings()
        return done

    return run


@pytest.fixture(scope="session")
def days(in_a_lake: Callable[..., Any]) -> Iterator[Days]:
    """Three runs, one after the other; then the second one again, then the third from nothing."""

    def build(models: Models) -> Days:
        found, room = Days(), Newsroom()
        for number, day in enumerate((day_1, day_2, day_3), start=1):
            run_id = room.land(**day())
            models.build(run_id)
            found.tables[run_id] = _tables(models)
            found.marts[run_id] = models.marts()
            if number == 1:
                reported = [found.story(run_id, title)["story_id"] for title in (ACME, "Dresden")]
                report_stories(run_id, reported)
        models.build("run-2")
        found.tables["run-2 again"] = _tables(models)
        models.forget()
        models.build("run-3")
        found.tables["run-3 from nothing"] = _tables(models)
        found.marts["run-3 from nothing"] = models.marts()
        return found

    yield in_a_lake(build)
