"""Where everything lies: the only module that knows paths, the catalog and the extensions.

All that the product writes is below one folder (`SLUICE_LAKE`, by default `lake/`); tables
may live in an object store instead (`SLUICE_WAREHOUSE`), locks and journals stay local.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.lakehouse.lake_admission import admit
from ingestion.lakehouse.paths import location
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class LakePaths:
    """The parts of one lake folder."""

    root: Path

    @property
    def build_db(self) -> Path:
        """DuckDB file that dbt builds in; readers never open it."""
        return self.root / "build.duckdb"

    @property
    def catalog_db(self) -> Path:
        """SQLite file of the default Iceberg catalog."""
        return self.root / "catalog.db"

    @property
    def journal_db(self) -> Path:
        """SQLite file (WAL) that takes LLM answers, gate results and run events at once."""
        return self.root / "journal.db"

    @property
    def lock(self) -> Path:
        """File whose advisory lock a build holds; its text says who and since when."""
        return self.root / "lock"

    @property
    def asked(self) -> Path:
        """What a run was asked, until the journal has it; whoever lands holds its lock."""
        return self.root / "asked.json"

    @property
    def dlt_dir(self) -> Path:
        """dlt's home: pipeline working folders and traces."""
        return self.root / "dlt"

    @property
    def warehouse(self) -> Path:
        """Iceberg data and metadata when no object store is set."""
        return self.root / "warehouse"

    @property
    def releases(self) -> Path:
        """Release databases, one file for each state readers ever saw."""
        return self.root / "releases"

    @property
    def latest(self) -> Path:
        """Symbolic link to the release database readers open."""
        return self.root / "latest.duckdb"

    def latest_of(self, tier: str) -> Path:
        """Symbolic link to the release database of a tier; that of the last one is `latest`."""
        return self.latest if tier == WHOLE else self.root / f"latest.{tier}.duckdb"

    @property
    def demo(self) -> Path:
        """Synthetic raw files written by the simulators."""
        return self.root / "demo"

    @property
    def uploads(self) -> Path:
        """Files handed over on a page, each in a folder of its own with its declaration."""
        return self.root / "uploads"

    @property
    def ratings(self) -> Path:
        """Ratings that people gave on a page, as CSV files that are only appended to."""
        return self.root / "ratings"

    @property
    def settled(self) -> Path:
        """Outcomes of LLM steps that stand while nothing they come from changes; made again."""
        return self.root / "settled"

    @property
    def docs(self) -> Path:
        """dbt docs and Data Docs as static pages."""
        return self.root / "docs"


def lake() -> LakePaths:
    """Return the paths of the lake in force; creates its folder, brings an older lake forward.

    Raises:
        LakeRefused: newer code wrote it, or it cannot be brought forward now.
    """
    paths = LakePaths(settings().sluice_lake)
    # restricted data and answers paid for: nobody else's unless the owner opens the folder
    paths.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    admit(paths.root)
    return paths


def warehouse_uri() -> str:
    """Return the root under which Iceberg tables are written, as a URI."""
    return settings().sluice_warehouse or location(lake().warehouse)


def uses_object_store() -> bool:
    """Say whether tables live in an S3-compatible store."""
    return warehouse_uri().startswith(("s3://", "s3a://"))


def s3_properties() -> dict[str, str]:
    """Return pyiceberg's S3 properties for the settings in force; empty for local files."""
    known = settings()
    found = {"s3.region": known.sluice_s3_region}
    if known.sluice_s3_endpoint:
        found["s3.endpoint"] = known.sluice_s3_endpoint
    if known.sluice_s3_access_key_id:
        found["s3.access-key-id"] = known.sluice_s3_access_key_id.get_secret_value()
    if known.sluice_s3_secret_access_key:
        found["s3.secret-access-key"] = known.sluice_s3_secret_access_key.get_secret_value()
    return found if known.sluice_s3_endpoint or known.sluice_s3_access_key_id else {}
