"""The one Iceberg catalog of the lake: how it is opened, and which metadata file each table has."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from ingestion.lakehouse.generation import require_agreement
from ingestion.lakehouse.lake_version import adopt_store
from ingestion.lakehouse.migrations import CATALOG
from ingestion.lakehouse.paths import SQLITE_WAIT_SECONDS, sqlite_path, sqlite_url
from ingestion.lakehouse.scrubbing import without_credentials
from ingestion.lakehouse.server_catalog import require_known
from ingestion.lakehouse.settings import SettingsError, scrub, settings

if TYPE_CHECKING:
    from pyiceberg.catalog import Catalog
from ingestion.lakehouse.lake import lake, s3_properties, uses_object_store, warehouse_uri

CATALOG_NAME = "sluice"


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
            uri = sqlite_url(path, SQLITE_WAIT_SECONDS)
        properties = {"type": "sql", "uri": uri}
    more = {"warehouse": warehouse_uri()}
    if not uses_object_store():
        more["py-io-impl"] = "ingestion.lakehouse.durable_io.DurableFileIO"
    return properties | more | s3_properties()


# the first one makes the catalog's own tables: two threads that both find none would both make them
_OPENING = threading.Lock()


def catalog() -> Catalog:
    """Open the Iceberg catalog of the lake."""
    from pyiceberg.catalog import load_catalog

    with _OPENING:
        properties = catalog_properties()
        try:
            opened = load_catalog(CATALOG_NAME, **properties)
        except Exception as error:
            if uses_catalog_file():
                raise
            raise _not_opened(properties["uri"], error) from None
        if not uses_catalog_file():
            require_known(opened, lake().root)
        return opened


def _not_opened(address: str, error: Exception) -> SettingsError:
    """Return why a catalog server cannot be used, in a sentence without its password."""
    why = str(getattr(error, "orig", None) or error or type(error).__name__).strip()
    shown = without_credentials(address)
    return SettingsError(
        f"The catalog at {shown} cannot be opened: {scrub(why.splitlines()[0])}\n"
        "Is the server there, and SLUICE_CATALOG_URI right (user, password, host, database; signs "
        "like @ and / in a password escaped: %40, %2F)? SLUICE_CATALOG_TOKEN is a REST catalog's."
    )


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
    with closing(sqlite3.connect(path, timeout=SQLITE_WAIT_SECONDS)) as connection:
        if not connection.execute(
            "select 1 from sqlite_master where name = 'iceberg_tables'"
        ).fetchone():
            return {}
        columns = [row[1] for row in connection.execute("pragma table_info(iceberg_tables)")]
        # a view of another engine is no table to read; catalogs of old lakes know of no kinds
        tables = " and coalesce(iceberg_type, 'TABLE') = 'TABLE'"
        found = connection.execute(
            "select table_name, metadata_location from iceberg_tables"
            " where catalog_name = ? and table_namespace = ?"
            f"{tables if 'iceberg_type' in columns else ''}",
            (CATALOG_NAME, namespace),
        )
        return dict(found.fetchall())
