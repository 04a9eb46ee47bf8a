"""What is declared keeps to the form of dbt's semantic layer, and to what a release has."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.landing.products import PRODUCTS
from python_models.release.metrics.declarations import FOLDER, DeclarationError, declared
from python_models.release.metrics.metricflow_sql import manifest

pytestmark = pytest.mark.unit


def test_dbts_own_validation_finds_nothing() -> None:
    from dbt_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
    from dbt_semantic_interfaces.validations.semantic_manifest_validator import (
        SemanticManifestValidator,
    )

    found = SemanticManifestValidator[PydanticSemanticManifest]().validate_semantic_manifest(
        manifest()
    )
    assert not [issue.message for issue in (*found.errors, *found.future_errors)]


@pytest.mark.parametrize("schema", [*PRODUCTS, "llm", "ops"])
def test_each_schema_of_a_release_has_metrics_and_says_what_they_are(schema: str) -> None:
    metrics = [metric for metric in declared().metrics.values() if metric.schema == schema]
    assert len(metrics) >= 5
    assert not [one.name for one in metrics if not one.description.endswith(".")]
    assert {model.schema for model in declared().models.values()} >= {schema}


def test_no_name_is_declared_twice() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*/*.yml")]
    written = sum(text.partition("\nmetrics:")[2].count("\n  - name: ") for text in texts)
    assert written == len(declared().metrics)


def test_a_metric_of_another_type_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "plant").mkdir()
    (tmp_path / "plant" / "metrics.yml").write_text(
        "semantic_models: []\nmetrics:\n  - {name: running_total, label: Total, description: All.,"
        " type: cumulative, type_params: {measure: things}}\n"
    )
    with pytest.raises(
        DeclarationError, match=r"plant/metrics\.yml: metric running_total is cumulative"
    ):
        declared(tmp_path)
