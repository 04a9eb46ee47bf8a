"""A Spark session of the build's own process (`local[4]`, `spark://..`, `yarn`), not of a server.

For clusters that have no Spark Connect server. The session opens the same catalog, with the
Iceberg runtime its owner names; what else it needs says its `spark-defaults.conf`.
"""

from __future__ import annotations

import zipfile

from ingestion.lakehouse.lake import uses_object_store
from ingestion.lakehouse.settings import SettingsError
from ingestion.lakehouse.spark_server import CATALOG

TOKEN_VARIABLE = "SLUICE_SPARK_CATALOG_TOKEN"
_CATALOG_CLASS = "org/apache/iceberg/spark/SparkCatalog.class"
_LOCAL_ADDRESS = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}


def is_classic(uri: str | None) -> bool:
    """Say whether an address is a master of Spark and not a Spark Connect server."""
    return uri is not None and not uri.startswith("sc://")


def iceberg_package(jars: str) -> str:
    """Return the Java package of Iceberg in the first of some jars that has it.

    Vendors ship it below packages of their own (`smfs.shaded.org.apache.iceberg`).

    Args:
        jars: paths of jars on this machine, separated by commas, as Spark takes them.

    Raises:
        SettingsError: a jar cannot be read, or none has Iceberg for Spark.
    """
    for jar in jars.split(","):
        try:
            with zipfile.ZipFile(jar) as opened:
                found = [name for name in opened.namelist() if name.endswith(_CATALOG_CLASS)]
        except (OSError, zipfile.BadZipFile) as error:
            raise SettingsError(f"SLUICE_SPARK_JARS: {jar} cannot be read: {error}") from None
        if found:
            return found[0].removesuffix("/spark/SparkCatalog.class").replace("/", ".")
    raise SettingsError(
        f"SLUICE_SPARK_JARS={jars} has no Iceberg for Spark in it: name its runtime, "
        "iceberg-spark-runtime-<Spark>_<Scala>-<Iceberg>.jar"
    )


def parameters(master: str, catalog_uri: str, jars: str, has_token: bool) -> dict[str, str]:
    """Return what the session is configured with.

    Args:
        master: Spark's master.
        catalog_uri: where the Iceberg REST catalog is.
        jars: paths of the Iceberg runtime for this Spark, and of what it needs beside.
        has_token: whether the catalog wants the token the environment has; Spark's settings stand
            in its command line, which every account of the machine may read.

    Raises:
        SettingsError: the jars are not there, or have no Iceberg.
    """
    iceberg = iceberg_package(jars)
    catalog = f"spark.sql.catalog.{CATALOG}"
    told = {
        "spark.master": master,
        "spark.jars": jars,
        "spark.ui.enabled": "false",
        # dbt-spark asks for a Hive metastore, which would be made in the working folder
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.extensions": f"{iceberg}.spark.extensions.IcebergSparkSessionExtensions",
        "spark.sql.defaultCatalog": CATALOG,
        catalog: f"{iceberg}.spark.SparkCatalog",
        f"{catalog}.type": "rest",
        f"{catalog}.uri": catalog_uri,
    }
    if has_token:
        told[f"{catalog}.token"] = f"env:{TOKEN_VARIABLE}"
    if not uses_object_store():
        told[f"{catalog}.io-impl"] = f"{iceberg}.hadoop.HadoopFileIO"
    return told | (_LOCAL_ADDRESS if master.startswith("local") else {})
