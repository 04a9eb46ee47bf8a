"""Command `make news-quality`: what the tiers lose beside assessing everything with the same model.

It makes a variant of a run in which all that phases 3 and 4 dropped is assessed as phase 5 does it,
and ranks everything as the report ranks what came through.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.settings import PROJECT_ROOT, told
from ingestion.news.product import PRODUCT
from python_models.llm.step import GOOD
from python_models.news.ranking import Choice, ranking_of
from python_models.news.report.costs import spent_on
from python_models.news.steps import report_of
from python_models.release import kept_phases
from python_models.runs import __main__ as commands

Row = Mapping[str, Any]
SCORE = "score"  # why phase 3 drops what passes its hard drops
FROM = "6"  # the phase that draws what is audited
READ = {"run": 1, "articles": 2, "tier1": 3, "story_vectors": 3, "tier2": 4, "tier3": 5,
        "ranking": 6, "audits": 6}  # fmt: skip
THRESHOLDS = PROJECT_ROOT / "dbt_project" / "seeds" / "news" / "news_thresholds.csv"


@dataclass(frozen=True)
class Quality:
    """What came of the tiers, beside assessing everything."""

    assessed: int  # stories that came through
    everything: int  # with all that scores dropped
    top_n: int
    same: int  # of the first n of both
    tokens: float  # of phases 4 and 5
    tokens_of_everything: float  # of phase 5 on all
    cost_usd: float
    cost_usd_of_everything: float

    @property
    def text(self) -> str:
        """The figures in words."""
        share = self.tokens / self.tokens_of_everything if self.tokens_of_everything else 0.0
        return (
            f"{self.same} of the {self.top_n} items are those that assessing all"
            f" {self.everything} stories gives; {self.assessed} were assessed.\n"
            f"Phases 4 and 5 took {self.tokens:,.0f} tokens (${self.cost_usd:.4f}), phase 5 on"
            f" everything {self.tokens_of_everything:,.0f} (${self.cost_usd_of_everything:.4f}):"
            f" {share:.0%}."
        )


def quality_of(data: Mapping[str, Sequence[Row]], choice: Choice) -> Quality:
    """Return the figures of a run in which all that was dropped is assessed.

    Args:
        data: {relation: rows} of its phases, those of `READ`.
        choice: how the report ranks.
    """
    tier3, audited = data["tier3"], [row for row in data["audits"] if _is_scored_away(row)]
    vectors = {row["story_id"]: row["vector"] for row in data["story_vectors"]}
    dropped = {row["story_id"]: row for row in map(_story_of(data), audited)}
    for row in tier3:
        dropped.pop(row["story_id"], None)
    ranked = ranking_of([*tier3, *dropped.values()], vectors, choice).to_pylist()
    best = {row["story_id"] for row in ranked if row["selected"]}
    chosen = {row["story_id"] for row in data["ranking"] if row["selected"]}
    filtered, scored, rest = (spent_on(rows) for rows in (data["tier2"], tier3, audited))
    return Quality(
        assessed=len(tier3),
        everything=len(tier3) + len(dropped),
        top_n=len(chosen),
        same=len(best & chosen),
        tokens=filtered[0] + scored[0],
        tokens_of_everything=scored[0] + rest[0],
        cost_usd=filtered[1] + scored[1],
        cost_usd_of_everything=scored[1] + rest[1],
    )


def _is_scored_away(row: Row) -> bool:
    """Say whether the tiers' scores dropped an article that could be assessed: no hard drop did."""
    return row["status"] in GOOD and (row["dropped_phase"] == 4 or row["dropped_because"] == SCORE)


def _story_of(data: Mapping[str, Sequence[Row]]) -> Any:
    """Return what makes of an audited article a story that can be ranked."""
    articles = {row["article_id"]: row for row in data["articles"]}
    category = {row["article_id"]: row["category"] for row in data["tier1"]}
    category |= {row["lead_article_id"]: row["category"] for row in data["tier2"]}

    def story(row: Row) -> dict[str, Any]:
        name = row["article_id"]
        return dict(row) | {
            "story_id": row["story_id"] or name,
            "lead_article_id": name,
            "lead_source": articles[name]["lead_source"],
            "effective_at": articles[name]["effective_at"],
            "category": category.get(name),
            "passed": True,
        }

    return story


def read(run_id: str) -> tuple[dict[str, list[dict[str, Any]]], Choice]:
    """Return what `quality_of` takes, as the phases of a run left it."""
    with kept_phases.reading() as connection:
        phases = kept_phases.newest_phases(kept_phases.runs_of(connection, PRODUCT), run_id)
        data = {
            name: kept_phases.relation_rows(connection, PRODUCT, phases[number], name)
            for name, number in READ.items()
        }
    with THRESHOLDS.open(newline="") as lines:
        lambda_ = next(row["value"] for row in csv.DictReader(lines) if row["name"] == "mmr_lambda")
    return data, Choice.of(report_of(data["run"][0]), float(lambda_))


def main(arguments: list[str] | None = None) -> int:
    """Assess everything, then say what the tiers lost; returns the exit code."""
    parser = Arguments(prog="python -m python_models.news.quality")
    parser.add_argument("--run", default="last")
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args(arguments)
    told_else = ["--from", FROM, "--set", "audit_share=1"]
    code = commands.main(["variant", "--domain", "news", "--run", options.run, *told_else])
    if code:
        return code
    with kept_phases.reading() as connection:
        rows = kept_phases.runs_of(connection, PRODUCT)
    run_id = next(row["run_id"] for row in reversed(rows) if row.get("variant_of"))
    found = quality_of(*read(run_id))
    if options.json:
        emit_document({"run_id": run_id} | asdict(found))
    else:
        say(found.text)
    return 0


if __name__ == "__main__":
    sys.exit(told(main))
