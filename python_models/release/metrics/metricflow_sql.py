"""MetricFlow in place of our compiler: the same declarations, its SQL, run on a release.

It comes with the extra `metricflow` and takes what ours does not: cumulative metrics, chains of
joins. Names and conditions are in its own spelling: `cycle_id__source`, `metric_time__week`,
`{{ Dimension('cycle_id__source') }} = 'demo_press'`.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from python_models.release.metrics.declarations import FOLDER
from python_models.release.metrics.lookup import MetricError

# MetricFlow wants a table of all days; where it writes this name, the days themselves are put
_DAYS = ("metrics", "days")
_ALL_DAYS = """(
    select cast(day as date) as day
    from generate_series(date '2000-01-01', date '2099-12-31', interval 1 day) as days (day)
)"""


def metricflow_sql(
    names: Sequence[str], by: Sequence[str], where: str, folder: Path = FOLDER
) -> str:
    """Return the SELECT that MetricFlow writes for metrics.

    Raises:
        MetricError: MetricFlow is not installed, or cannot answer that.
    """
    if not find_spec("metricflow"):
        raise MetricError(
            "MetricFlow is not installed: .venv/bin/pip install --editable '.[metricflow]'"
        )
    from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
    from metricflow_semantic_interfaces.implementations.semantic_manifest import (
        PydanticSemanticManifest,
    )
    from metricflow_semantic_interfaces.transformations.semantic_manifest_transformer import (
        PydanticSemanticManifestTransformer,
    )
    from metricflow_semantics.errors.error_classes import InvalidQueryException
    from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

    # as dbt hands it over: in JSON, for the two have types of their own
    known = PydanticSemanticManifestTransformer.transform(
        PydanticSemanticManifest.parse_raw(manifest(folder).json())
    )
    engine = MetricFlowEngine(SemanticManifestLookup(known), _DuckDb())
    request = MetricFlowQueryRequest.create(
        metric_names=list(names),
        group_by_names=list(by),
        where_constraints=[where] if where else None,
        order_by_names=list(by),
    )
    try:
        found = str(engine.explain(request).sql_statement.sql)
    except InvalidQueryException as error:
        raise MetricError(f"MetricFlow: {error}") from None
    return found.replace(".".join(_DAYS), _ALL_DAYS)


def manifest(folder: Path = FOLDER) -> Any:
    """Return the declarations as dbt's semantic manifest, its derived parts filled in."""
    from dbt_semantic_interfaces.implementations.metric import PydanticMetric
    from dbt_semantic_interfaces.implementations.project_configuration import (
        PydanticProjectConfiguration,
    )
    from dbt_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
    from dbt_semantic_interfaces.implementations.semantic_model import PydanticSemanticModel
    from dbt_semantic_interfaces.transformations.semantic_manifest_transformer import (
        PydanticSemanticManifestTransformer,
    )

    files = [
        yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*/*.yml"))
    ]
    return PydanticSemanticManifestTransformer.transform(
        PydanticSemanticManifest(
            semantic_models=[
                PydanticSemanticModel.parse_obj(one)
                for file in files
                for one in file["semantic_models"]
            ],
            metrics=[PydanticMetric.parse_obj(one) for file in files for one in file["metrics"]],
            project_configuration=PydanticProjectConfiguration(time_spines=[_days()]),
        )
    )


def _days() -> Any:
    from dbt_semantic_interfaces.implementations.node_relation import PydanticNodeRelation
    from dbt_semantic_interfaces.implementations.time_spine import (
        PydanticTimeSpine,
        PydanticTimeSpinePrimaryColumn,
    )
    from dbt_semantic_interfaces.type_enums import TimeGranularity

    schema, table = _DAYS
    return PydanticTimeSpine(
        node_relation=PydanticNodeRelation(schema_name=schema, alias=table),
        primary_column=PydanticTimeSpinePrimaryColumn(
            name="day", time_granularity=TimeGranularity.DAY
        ),
    )


class _DuckDb:
    """What MetricFlow must know of the database to write SQL; the release runs it."""

    def __init__(self) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

        self.sql_engine_type = SqlEngine.DUCKDB
        self.sql_plan_renderer = DuckDbSqlPlanRenderer()
