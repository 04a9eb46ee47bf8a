"""What models are sent beside their questions."""

from __future__ import annotations

from typing import Any

from python_models.llm.asking.rows import as_table

Place = tuple[str, str, str]  # endpoint, model at it, parameters
COLUMNS = ("load_id", "endpoint", "provider_model", "parameters", "extra_headers")


def headers_of(models: Any) -> dict[Place, str | None]:
    """Return each model's headers as JSON, as the version of a study that landed last has them.

    They are no part of what a model is: other headers ask nothing anew.

    Args:
        models: a relation of all versions' models; none, or one that was never built, has none.
    """
    if models is None or COLUMNS[0] not in models.columns:
        return {}
    rows = as_table(models.project(", ".join(COLUMNS))).to_pylist()
    return {
        (row["endpoint"], row["provider_model"], row["parameters"]): row["extra_headers"]
        for row in sorted(rows, key=lambda row: str(row["load_id"]))
    }
