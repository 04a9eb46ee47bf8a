"""Where everything lies: the only module that knows paths, the catalog and the extensions.

All that the product writes is below one folder (`SLUICE_LAKE`, by default `lake/`); tables
may live in an object store instead (`SLUICE_WAREHOUSE`), locks and journals stay local.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.generation import require_agreement
from ingestion.lake_admission import admit
from ingestion.lake_version import adopt_store
from ingestion.lakehouse.paths import location, sqlite_path, sqlite_url
from ingestion.lakehouse.sql_text import literal
from ingestion.migrations import CATALOG
from ingestion.server_catalog import require_known
from ingestion.settings import SettingsError, settings

if TYPE_CHECKING:
    import duckdb
    from pyiceberg.catalog import Catalog

CATALOG_NAME = "sluice"


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

    @property
    def demo(self) -> Path:
        """Synthetic raw files written by the simulators."""
        return self.root / "demo"

    @property
    def uploads(self) -> Path:
        """Files handed over on a page, each in a folder of its own with its declaration."""
        return self.root / "uploads"

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
    paths.root.mkdir(parents=True, exist_ok=True)
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


def catalog_properties() -> dict[str, str]:
    """Return the properties with which pyiceberg (and dlt) open the one catalog of the lake."""
    known = settings()
    if known.sluice_catalog_type == "rest":
        if not known.sluice_catalog_uri:
            raise SettingsError(
                "SLUICE_CATALOG_URI is missing: SLUICE_CATALOG_TYPE=rest needs the catalog's "
                "address, for example SLUICE_CATALOG_URI=http://127.0.0.1:8181"
            )
        properties = {"type": "rest", "uri": known.sluice_catalog_uri}
        if known.sluice_catalog_token:
            properties["token"] = known.sluice_catalog_token.get_secret_value()
    else:
        uri = known.sluice_catalog_uri
        if uri is None:
            path = lake().catalog_db
            require_agreement(path.parent)
            if not path.exists():
                with closing(sqlite3.connect(path)) as connection:
                    adopt_store(connection, path.parent, CATALOG)
            # a writer waits for another instead of failing: commits take milliseconds
            uri = sqlite_url(path, 60)
        properties = {"type": "sql", "uri": uri}
    return properties | {"warehouse": warehouse_uri()} | s3_properties()


# the first one makes the catalog's own tables: two threads that both find none would both make them
_OPENING = threading.Lock()


def catalog() -> Catalog:
    """Open the Iceberg catalog of the lake."""
    from pyiceberg.catalog import load_catalog

    with _OPENING:
        opened = load_catalog(CATALOG_NAME, **catalog_properties())
        if not uses_catalog_file():
            require_known(opened, lake().root)
        return opened


def uses_catalog_file() -> bool:
    """Say whether the catalog is the file in the lake, and not on a server."""
    return settings().sluice_catalog_type == "sql" and settings().sluice_catalog_uri is None


def metadata_locations(namespace: str) -> dict[str, str]:
    """Return {table name: current metadata file} of a namespace; empty when it does not exist."""
    uri = catalog_properties()["uri"]
    if path := sqlite_path(uri):
        return _sqlite_metadata_locations(path, namespace)
    from pyiceberg.exceptions import NoSuchNamespaceError

    opened = catalog()
    try:
        identifiers = opened.list_tables(namespace)
    except NoSuchNamespaceError:
        return {}
    return {
        identifier[-1]: opened.load_table(identifier).metadata_location
        for identifier in identifiers
    }


def _sqlite_metadata_locations(path: str, namespace: str) -> dict[str, str]:
    """Read the pointers themselves: importing pyiceberg takes longer than everything else here."""
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        if not connection.execute(
            "select 1 from sqlite_master where name = 'iceberg_tables'"
        ).fetchone():
            return {}
        found = connection.execute(
            "select table_name, metadata_location from iceberg_tables"
            " where catalog_name = ? and table_namespace = ?",
            (CATALOG_NAME, namespace),
        )
        return dict(found.fetchall())


def extension_path(name: str) -> Path:
    """Return the file of a DuckDB extension that was installed as a wheel.

    Raises:
        SettingsError: the wheel is not installed; names it.
    """
    found = find_spec(f"duckdb_extension_{name}")
    folders = list(found.submodule_search_locations or []) if found else []
    for folder in folders:
        for path in sorted(Path(folder).glob(f"extensions/*/{name}.duckdb_extension")):
            return path
    raise SettingsError(
        f"The DuckDB extension `{name}` is not installed: run `make setup` "
        f"(package duckdb-extension-{name}, same version as duckdb)."
    )


def load_extensions(connection: duckdb.DuckDBPyConnection) -> None:
    """Load what reads Iceberg into a DuckDB connection, with the object store's credentials."""
    for name in ("avro", "httpfs", "iceberg"):
        connection.execute(f"load {literal(str(extension_path(name)))}")
    if uses_object_store():
        connection.execute(s3_secret_sql())


def s3_secret_sql() -> str:
    """Return the DuckDB statement that gives a connection the object store's credentials."""
    properties = s3_properties()
    parts = ["type s3", f"region '{properties.get('s3.region', 'us-east-1')}'"]
    if endpoint := properties.get("s3.endpoint"):
        scheme, _, host = endpoint.partition("://")
        parts += [
            f"endpoint '{host}'",
            "url_style 'path'",
            f"use_ssl {'true' if scheme == 'https' else 'false'}",
        ]
    for option, name in (("key_id", "s3.access-key-id"), ("secret", "s3.secret-access-key")):
        if value := properties.get(name):
            parts.append(f"{option} {literal(value)}")
    return f"create or replace secret sluice_s3 ({', '.join(parts)})"
