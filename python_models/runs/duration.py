"""How long a run takes, said before it begins: as the last of the same did, else by its models."""

from __future__ import annotations

import json
from collections.abc import Collection

from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.landing.products import chosen_products

# of the demo on two quiet cores: processes that start and are parsed; landing, model, its tests
START_SECONDS = 10
MODEL_SECONDS = 0.35
_STEP = 5  # nobody knows it better


def has_built() -> bool:
    """Say whether a run has ever succeeded in this lake."""
    return bool(journal.rows("select 1 from runs where status = 'success' limit 1"))


def first_run(domains: Collection[str]) -> str:
    """Return how long a first run takes, product by product."""
    parts = {one.name: _rounded(_models(one.name)) for one in chosen_products(domains)}
    total = START_SECONDS + sum(parts.values())
    listed = ", ".join(f"{name} {seconds}" for name, seconds in parts.items())
    return f"A first run takes about {total} s: start {START_SECONDS}, {listed}."


def last_seconds(domains: Collection[str]) -> float | None:
    """Return how long the last run of the same products took, in seconds; None when none did."""
    chosen = sorted(domains) or None
    for row in journal.rows(
        "select runs.seconds, run_args.arguments from runs inner join run_args"
        " using (invocation_id) where status = 'success' order by runs.rowid desc limit 20"
    ):
        selected = json.loads(row["arguments"]).get("select")
        if (sorted(selected) if selected else None) == chosen:
            return float(row["seconds"])
    return None


def _models(product: str) -> int:
    folders = (PROJECT_ROOT / "dbt_project" / "models", PROJECT_ROOT / "python_models" / "models")
    files = [path for folder in folders for path in (folder / product).rglob("*")]
    return sum(path.suffix in (".sql", ".py") for path in files)


def _rounded(models: int) -> int:
    return max(_STEP, round(models * MODEL_SECONDS / _STEP) * _STEP)
