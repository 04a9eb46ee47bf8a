"""Every dbt node of the project as a Dagster asset, for who runs Dagster already.

Dagster lives in an environment of its own (its pins are not ours) and starts the project's dbt:

    python -m venv /tmp/dagster && /tmp/dagster/bin/pip install dagster dagster-dbt "dbt-core<2"
    set -a; . ./.env; set +a   # dbt reads the environment alone
    (cd dbt_project && ../.venv/bin/dbt parse)   # writes the manifest
    /tmp/dagster/bin/dagster asset list -f docs/examples/dagster_assets.py
"""

from pathlib import Path

from dagster import AssetExecutionContext, Definitions
from dagster_dbt import DbtCliResource, dbt_assets

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "dbt_project"


@dbt_assets(manifest=PROJECT / "target" / "manifest.json")
def sluice(context: AssetExecutionContext, dbt: DbtCliResource):
    """Build what is chosen; `make run` lands before, and takes the lock of the lake."""
    yield from dbt.cli(["build"], context=context).stream()


definitions = Definitions(
    assets=[sluice],
    resources={
        "dbt": DbtCliResource(
            project_dir=str(PROJECT),
            profiles_dir=str(PROJECT),
            dbt_executable=str(ROOT / ".venv" / "bin" / "dbt"),
        )
    },
)
