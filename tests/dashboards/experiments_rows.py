"""The experiments part of the synthetic release: made-up texts, marts by the project's own SQL."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml
from jinja2 import Environment

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.experiments.judging import agreements_measured, variances_decomposed
from python_models.experiments.scoring import scores_parsed
from tests.dashboards.experiments_pairs_rows import add_pairs
from tests.dashboards.hostile_text import HOSTILE

MACROS = PROJECT_ROOT / "dbt_project" / "macros" / "experiments"
MODELS = PROJECT_ROOT / "dbt_project" / "models" / "experiments"
GIVEN = (
    *("cohorts", "combos", "membership", "generations"),
    *("concepts", "templates", "models", "imports", "concept_scores"),
    *("scorer_scores", "comparisons"),
    *("pair_verdicts", "pair_results", "win_rates", "position_bias"),
)
DERIVED = (
    "scores",
    "int_experiments__cohort_scores_listed",
    "int_experiments__template_scores_listed",
    "final_results",
    "perfect_paths",
    "generation_pivot",
    "evaluator_pivot",
    "template_versions",
    "model_performance",
)
STUDIES = ("daydream", "daydream_retold")
COMBOS = {"c1": "rain + debt", "c2": "moss + law", "c3": f"tide {HOSTILE[:25]}"}
FIRST = datetime(2026, 1, 1, 6)


def write_experiments(connection: duckdb.DuckDBPyConnection, rows: bool) -> None:
    """Make the schema `experiments` in a release database; without rows every table is empty."""
    connection.execute("create schema experiments")
    connection.execute(
        "create table experiments.rejects as select * from telemetry.rejects where false"
    )
    for name in GIVEN:
        columns = ", ".join(f"{column} {kind}" for column, kind in _contract(name))
        connection.execute(f"create table experiments.{name} ({columns})")
    _staged(connection, rows)
    for name, records in (_rows() if rows else {}).items():
        if records:
            _insert(connection, f"experiments.{name}", records)
    _python(connection, "int_experiments__scores_parsed", scores_parsed, "generations")
    for name in DERIVED:
        path = next(MODELS.rglob(f"{name}.sql"))
        connection.execute(f"create table experiments.{name} as {_plain(path)}")
    listed = "int_experiments__cohort_scores_listed"
    _python(connection, "evaluator_agreement", agreements_measured, listed)
    _python(connection, "variance_components", variances_decomposed, listed)
    made = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'experiments'"
    ).fetchall()
    for (name,) in made:
        if name.startswith(("int_", "stg_")):
            connection.execute(f"drop table experiments.{name}")


def _contract(name: str) -> Iterator[tuple[str, str]]:
    known = yaml.safe_load((MODELS / "marts" / f"{name}.yml").read_text(encoding="utf-8"))
    for column in known["models"][0]["columns"]:
        yield column["name"], column["data_type"]


def _round_to(value: str | None = None, digits: int = 6, caller: Any = None) -> str:
    return f"round({value or caller().strip()}, {digits})"


def _plain(path: Path) -> str:
    """Return a model's SQL with its references and macros resolved, as for DuckDB."""
    dbt = Environment(autoescape=False)
    dbt.globals |= {
        "config": lambda **_: "",
        "as_view": lambda **_: "view",
        "ref": lambda name: f"experiments.{name}",
        "dbt": {"type_string": lambda: "varchar"},
        "round_to": _round_to,
    }
    summary: Any = dbt.from_string((MACROS / "score_summary.sql").read_text("utf-8")).module
    dbt.globals["score_summary"] = summary.score_summary
    return dbt.from_string(path.read_text(encoding="utf-8")).render()


def _python(connection: duckdb.DuckDBPyConnection, name: str, function: Any, table: str) -> None:
    found: pa.Table = function(connection.table(f"experiments.{table}"))
    connection.register("found", found)
    connection.execute(f"create table experiments.{name} as select * from found")
    connection.unregister("found")


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, records: list[dict[str, Any]]
) -> None:
    connection.register("batch", pa.Table.from_pylist(records))
    connection.execute(f"insert into {table} by name select * from batch")
    connection.unregister("batch")


def _staged(connection: duckdb.DuckDBPyConnection, rows: bool) -> None:
    connection.execute(
        "create table experiments.stg_experiments__studies (load_id varchar, landed_at timestamp)"
    )
    connection.execute(
        "create table experiments.stg_experiments__templates"
        " (load_id varchar, kind varchar, template_id varchar, text_hash varchar)"
    )
    if not rows:
        return
    for number in range(2):
        when = FIRST + timedelta(days=number)
        connection.execute(
            "insert into experiments.stg_experiments__studies values (?, ?)", [f"l{number}", when]
        )
        for kind, name in (("draft", "bridge"), ("draft", "story"), ("essay", "polished")):
            version = number if name == "bridge" else 0
            connection.execute(
                "insert into experiments.stg_experiments__templates values (?, ?, ?, ?)",
                [f"l{number}", kind, name, f"{name}-{version}"],
            )


def _rows() -> dict[str, list[dict[str, Any]]]:
    chance = random.Random(11)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in GIVEN}
    found["combos"] = [
        {"combo_id": one, "alias": alias, "level": "paragraph", "k": 2, "concept_ids": one}
        for one, alias in COMBOS.items()
    ]
    made: dict[str, dict[str, Any]] = {}
    for number, study in enumerate(STUDIES):
        members = [one for lineage in _lineages(chance, number) for one in lineage]
        made |= {one["gen_id"]: one for one in members if one["gen_id"] not in made}
        found["cohorts"].append(_cohort(number, study, members))
        found["membership"] += [_member(f"cohort-{number}", one) for one in members]
    found["generations"] = list(made.values())
    for cohort in ("all", "cohort-0", "cohort-1"):
        found["comparisons"] += _comparisons(cohort)
    add_pairs(found, FIRST)
    found["scorer_scores"] = [one for number in range(2) for one in _scorer_scores(found, number)]
    return found


def _cohort(number: int, study: str, members: list[dict[str, Any]]) -> dict[str, Any]:
    stages = [one["stage"] for one in members]
    return {
        "cohort_id": f"cohort-{number}",
        "study": study,
        "study_version": f"v{number}",
        "level": "paragraph",
        "definition": "{}",
        "k_max": 2,
        "combo_count": len(COMBOS),
        "draft_count": stages.count("draft"),
        "essay_count": stages.count("essay"),
        "evaluation_count": stages.count("evaluation"),
        "is_current": True,
        "is_reevaluation": False,
        "created_at": FIRST + timedelta(days=number),
    }


def _comparisons(cohort: str) -> Iterator[dict[str, Any]]:
    """Yield a difference that is one, one that may be chance, and one of too few concepts."""
    for at, (factor, two, p_value) in enumerate(
        (
            ("draft_template", "story", 0.01),
            ("generation_model", "plain", 0.4),
            ("draft_version", HOSTILE, None),
        )
    ):
        is_known = p_value is not None
        yield {
            "cohort_id": cohort,
            "factor": factor,
            "item_a": "bridge",
            "item_b": two,
            "mean_a": 0.6,
            "mean_b": 0.5,
            "difference": -0.1,
            "low": -0.2 if is_known else None,
            "high": -0.02 + at * 0.1 if is_known else None,
            "p_value": p_value,
            "p_adjusted": p_value,
            "place_count": 12,
            "combo_count": 3,
            "concept_count": 6 if is_known else 3,
            "verdict": ("lower", "undecided", "too_few")[at],
            "sentence": f"{two} scores 10.0 points lower than bridge.",
        }


def _scorer_scores(found: dict[str, list[dict[str, Any]]], number: int) -> Iterator[dict[str, Any]]:
    """Yield a scorer that measures every text of a cohort but one."""
    cohort = f"cohort-{number}"
    texts = [
        row for row in found["membership"] if row["cohort_id"] == cohort and row["stage"] == "essay"
    ]
    for at, text in enumerate(texts):
        yield {
            "cohort_id": cohort,
            "essay_gen_id": text["gen_id"],
            "scorer_id": "short",
            "scorer_hash": "h1",
            "kind": "regex",
            "argument": HOSTILE,
            "combo_id": text["combo_id"],
            "draft_template_id": "bridge" if "bridge" in text["gen_id"] else "story",
            "essay_template_id": "polished",
            "generation_model_id": text["model_id"],
            "status": "ok" if at else "error",
            "error": None if at else f"it takes longer than 5 seconds {HOSTILE}",
            "value": float(at % 3) if at else None,
            "share": float(at % 3 > 0) if at else None,
            "judge_share": None,
            "judge_score_count": 0,
        }


def _member(cohort: str, one: dict[str, Any]) -> dict[str, Any]:
    columns = ("gen_id", "stage", "template_id", "template_hash", "model_id", "combo_id")
    return {name: one[name] for name in (*columns, "parent_gen_id", "replicate")} | {
        "cohort_id": cohort,
        "parameters": "{}",
        "is_lineage": False,
    }


def _lineages(chance: random.Random, number: int) -> Iterator[list[dict[str, Any]]]:
    for combo, template, model in product(COMBOS, ("bridge", "story"), ("dreamer", "plain")):
        version = f"{template}-{number if template == 'bridge' else 0}"
        name = f"{combo}-{version}-{model}"
        shared = {"combo_id": combo, "replicate": 1, "model_id": model}
        draft = _generation("draft", f"d-{name}", template, version, shared)
        essay = _generation("essay", f"e-{name}", "polished", "polished-0", shared)
        good = 4 + 3 * (combo == "c1") + (model == "dreamer") + number * (template == "bridge")
        judged = []
        for judge, replicate in product(("judge_a", "judge_b"), (1, 2)):
            score = min(10, good + (judge == "judge_a") + chance.choice((-0.5, 0, 0.5, 1)))
            said = f"A clear link. {HOSTILE}\nSCORE: {score:g}"
            if (combo, judge, replicate) == ("c2", "judge_b", 2):
                said = "SCORE: 6 or 7"
            about = shared | {"model_id": judge, "replicate": replicate}
            one = _generation(
                "evaluation", f"v-{name}-{judge}-{replicate}", "novelty", "n-0", about
            )
            judged.append(one | {"parsed": said, "raw": said, "parent_gen_id": essay["gen_id"]})
        yield [draft, essay | {"parent_gen_id": draft["gen_id"]}, *judged]


def _generation(
    stage: str, gen_id: str, template: str, version: str, about: dict[str, Any]
) -> dict[str, Any]:
    text = f"Both keep a ledger nobody reads ({gen_id}).\n{HOSTILE}"
    return about | {
        "gen_id": gen_id,
        "stage": stage,
        "status": "ok",
        "prompt": f"Write about it. {HOSTILE}",
        "raw": f"<idea>{text}</idea>",
        "parsed": text,
        "provider": "offline-rules",
        "endpoint": "offline",
        "template_id": template,
        "template_hash": version,
        "generator": "llm",
        "parser": "in_last_line" if stage == "evaluation" else None,
        "parent_gen_id": None,
        "scale_min": 0.0 if stage == "evaluation" else None,
        "scale_max": 10.0 if stage == "evaluation" else None,
        "prompt_tokens": 120,
        "completion_tokens": 80,
        "cost_usd": 0.0004,
        "seconds": 0.8,
        "call_id": f"call-{gen_id}",
        "is_due": True,
        "asked_at": FIRST + timedelta(minutes=len(gen_id)),
    }
