"""What the tiers of news save and lose beside assessing everything, on the large demo.

`python -m tests.benchmarks.news_tiers` makes a run of the large demo. Spend: tokens and USD of
phases 4 and 5 beside phase 5 on every article that passes the hard drops, which are asked here.
Loss: the first n of the report beside those that assessing every story gives, both by the oracle
(`python_models/news/oracle.py`), with the models' own selection and ranking, over many seeds.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pyarrow as pa
from scipy.stats import spearmanr

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings
from python_models.llm import run_step
from python_models.llm.offline.request import OfflineRequest
from python_models.news.audits import drawn_of
from python_models.news.offline_rules import assess, relevance
from python_models.news.oracle import known_score
from python_models.news.ranking import Choice, ranking_of
from python_models.news.scores import tier3_of
from python_models.news.steps import ASSESSMENT, report_of
from python_models.news.tables import setting_of
from tests.benchmarks.measure import measured

Row = dict[str, Any]
SEEDS = 50
SPEND, SAME, SURELY, CORRELATION = 0.20, 45, 9, (0.45, 0.55)  # what is to be reached
PRICES = (1.0, 4.0)  # of a token in and out; one price for both tiers, though tier 2's is smaller
SCORED = (None, "same_story", "score")  # how phase 3 ends for what passes its hard drops
CALLED = {
    "status": "ok", "error": None, "call_id": "c", "provider": "offline-rules", "model": "oracle",
    "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": 0.0,
}  # fmt: skip
TIER2 = PROJECT_ROOT / "dbt_project/models/news/intermediate/int_news__tier2.sql"


def make_run(root: Path) -> None:
    """Make a run of the large demo in a lake."""
    known = os.environ | {"SLUICE_LAKE": str(root), "SLUICE_NEWS_RUN": "1"}
    demo = [sys.executable, "-m", "ingestion.news.demo", "--size", "large"]
    run = [sys.executable, "-m", "python_models.runs.run", "--domain", "news", "--demo"]
    for command in (demo, run):
        measured(command, known, PROJECT_ROOT)


class Built:
    """The tables that a run left in the build database of the lake that the environment names."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(f"attach '{lake().build_db}' as built (read_only)")
        for schema in ("news_intermediate", "news_seeds"):
            names = self.connection.execute(
                "select table_name from duckdb_tables() where database_name = 'built'"
                " and schema_name = $schema",
                {"schema": schema},
            ).fetchall()
            for (name,) in names:
                self.connection.execute(f"create view {name} as from built.{schema}.{name}")

    def rows(self, table: str) -> list[Row]:
        """Return a table's rows."""
        return self.connection.table(table).to_arrow_table().to_pylist()

    def tier2(self, answers: list[Row]) -> list[Row]:
        """Return what phase 4's own model makes of answers about the queued stories."""
        self.connection.register("answers", pa.Table.from_pylist(answers))
        text = jinja2.Template(TIER2.read_text()).render(
            ref=lambda name: "answers" if name.startswith("llm_") else name,
            json_text=lambda column, path: f"json_extract_string({column}, '$.{path}')",
        )
        return self.connection.execute(text).to_arrow_table().to_pylist()


class Tiers:
    """A run of the large demo, whose tiers an oracle answers again."""

    def __init__(self) -> None:
        built = Built()
        self.built = built
        (self.run,) = built.rows("int_news__run")
        self.articles = {row["article_id"]: row for row in built.rows("int_news__articles")}
        self.passed = [
            row for row in built.rows("int_news__tier1") if row["dropped_because"] in SCORED
        ]
        self.queued = {row["story_id"]: row for row in built.rows("int_news__stories_queued")}
        self.asked = {row["article_id"]: row for row in self._questions()}
        self.vectors = {
            row["story_id"]: row["vector"] for row in built.rows("int_news__story_vectors")
        }
        lambda_ = setting_of(built.connection.table("news_thresholds"), "mmr_lambda")
        self.choice = Choice.of(report_of(self.run), lambda_)

    def _questions(self) -> list[Row]:
        """Return phase 5's question on every article that passes the hard drops."""
        config = json.loads(self.run["config"])
        config["report"]["audit_share"] = 1.0
        rows = [row | {"dropped_because": "score"} for row in self.passed]
        passages = self.built.rows("int_news__passages")
        hosts = {row["story_id"]: row["host_count"] for row in self.queued.values()}
        told = self.run | {"config": json.dumps(config)}
        return drawn_of(told, rows, [], self.articles.values(), passages, hosts).to_pylist()

    def spend(self) -> tuple[dict[str, float], dict[str, float]]:
        """Return tokens and USD of phases 4 and 5, and of phase 5 on everything."""
        tiers = [*self.built.rows("int_news__tier2"), *self.built.rows("int_news__tier3")]
        every = pa.Table.from_pylist(list(self.asked.values()))
        answers = run_step(self.built.connection, every, ASSESSMENT, "bench_news_tiers")
        return _spent(tiers), _spent(answers.to_pylist())

    def correlation(self) -> float:
        """Return Spearman's rho of importance and tier 1's score, over articles."""
        path = lake().demo / "news" / "truth"
        matter = {row["event"]: float(row["importance"]) for row in _csv(path / "events.csv")}
        event = {row["url_key"]: row["event"] for row in _csv(path / "articles.csv")}
        pairs = [
            (matter[event[self.articles[row["article_id"]]["url_key"]]], row["score"])
            for row in self.passed
            if event.get(self.articles[row["article_id"]]["url_key"])
        ]
        return float(spearmanr(*zip(*pairs, strict=True)).statistic)

    def same(self, seed: int) -> int:
        """Return how many of the report's items assessing everything gives too."""
        model = f"oracle-{seed}"
        judged = [self._judged(row, model) for row in self.queued.values()]
        tier2 = self.built.tier2(judged)
        readable = [row for row in tier2 if row["dropped_because"] != "too_little_text"]
        everything = self._chosen([row | {"passed": True} for row in readable], model)
        return len(everything & self._chosen([row for row in tier2 if row["passed"]], model))

    def _judged(self, story: Row, model: str) -> Row:
        data = {
            "story": {"headline": story["title"], "opening": story["opening"]},
            "categories": [
                {"category": one["name"], "about": one["description"]}
                for one in report_of(self.run)["categories"]
            ],
        }
        answer: Any = relevance(_request("news_relevance", data, model))
        return {"story_id": story["story_id"], **answer, **CALLED}

    def _chosen(self, stories: list[Row], model: str) -> set[str]:
        answers = [self._assessed(row, model) for row in stories]
        tier3 = tier3_of(stories, answers).to_pylist()
        ranked = ranking_of(tier3, self.vectors, self.choice).to_pylist()
        return {row["story_id"] for row in ranked if row["selected"]}

    def _assessed(self, story: Row, model: str) -> Row:
        asked = self.asked[story["lead_article_id"]]
        data = {
            "story": {"headline": asked["title"], "told_by_hosts": asked["host_count"]},
            "passages": [json.loads(line) for line in asked["passages"]],
        }
        answer: Any = assess(_request("news_assessment", data, model))
        return {"story_id": story["story_id"], **answer, **CALLED}


def _request(step: str, data: dict[str, Any], model: str) -> OfflineRequest:
    request = OfflineRequest(step, [], data, parameters={"model": model})
    assert known_score(request, "") is not None
    return request


def _spent(rows: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    calls = {row["call_id"]: row for row in rows if row["call_id"]}.values()
    read, written = (
        sum(row[f"{what}_tokens"] for row in calls) for what in ("prompt", "completion")
    )
    usd = (PRICES[0] * read + PRICES[1] * written) / 1e6
    return {"tokens": float(read + written), "usd": usd}


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def figures(seeds: int) -> dict[str, Any]:
    """Return what the tiers save and lose, of the run in the lake that the environment names."""
    tiers = Tiers()
    spent, of_everything = tiers.spend()
    same = [tiers.same(seed) for seed in range(seeds)]
    return {
        "articles": len(tiers.passed),
        "stories": len(tiers.queued),
        "assessed": sum(row["passed"] for row in tiers.built.rows("int_news__tier2")),
        "tokens": spent["tokens"],
        "tokens_of_everything": of_everything["tokens"],
        "share_of_tokens": spent["tokens"] / of_everything["tokens"],
        "share_of_usd": spent["usd"] / of_everything["usd"],
        "correlation": tiers.correlation(),
        "same_10": sum(one == tiers.choice.top_n for one in same),
        "fewest_same": min(same),
        "seeds": seeds,
    }


def measure(seeds: int, root: Path | None = None) -> dict[str, Any]:
    """Return the figures of a run of the large demo: the one in a lake, or one made for them."""
    with tempfile.TemporaryDirectory() as folder:
        if root is None:
            make_run(Path(folder) / "lake")
        os.environ["SLUICE_LAKE"] = str(root or Path(folder) / "lake")
        reset_settings()
        return figures(seeds)


def is_reached(found: Mapping[str, Any]) -> bool:
    """Say whether figures are as they are to be."""
    return (
        found["articles"] >= 300
        and found["assessed"] == 30
        and max(found["share_of_tokens"], found["share_of_usd"]) <= SPEND
        and CORRELATION[0] <= found["correlation"] <= CORRELATION[1]
        and found["same_10"] >= SAME * found["seeds"] / SEEDS
        and found["fewest_same"] >= SURELY
    )


def main(arguments: list[str] | None = None) -> int:
    """Make a run, print its figures; returns 1 when one is not reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.news_tiers")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--lake", type=Path, help="one with a run of the large demo")
    options = parser.parse_args(arguments)
    found = measure(options.seeds, options.lake)
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    sys.stdout.write("reached\n" if is_reached(found) else "not reached\n")
    return 0 if is_reached(found) else 1


if __name__ == "__main__":
    sys.exit(main())
