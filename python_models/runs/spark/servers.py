"""The servers a build on Spark needs: found where settings say, else started for the build."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from pydantic import SecretStr

from ingestion.lakehouse import lock
from ingestion.lakehouse.follower import Follower
from ingestion.lakehouse.settings import SettingsError, settings
from ingestion.lakehouse.spark_server import told_of
from python_models.runs.spark import classic

URI_VARIABLE = "SLUICE_SPARK_URI"
SESSION_VARIABLE = "SLUICE_SPARK_SESSION"


@dataclass
class Servers:
    """Where Spark answers, and what was started for it."""

    spark_uri: str
    started: list[Follower] = field(default_factory=list)
    session: dict[str, str] = field(default_factory=dict)  # what dbt's profile is told beside

    @property
    def environment(self) -> dict[str, str]:
        """What dbt's profile is told."""
        return {URI_VARIABLE: self.spark_uri} | self.session

    def require_alive(self) -> None:
        """Raise when a server that was started here is gone.

        Raises:
            SettingsError: names it.
        """
        for one in self.started:
            if one.has_ended:
                raise SettingsError(
                    f"{one.name} ended from outside. `make resume` starts it again and goes on."
                )


def require_installed() -> None:
    """Say what to install when this installation cannot build on Spark.

    Raises:
        SettingsError: names the packages and the command.
    """
    modules = {"dbt-spark": "dbt.adapters.spark", "pyspark-client": "pyspark"}
    uri = settings().sluice_spark_uri
    if uri is None:
        modules["pysail"] = "pysail"
    if classic.is_classic(uri):
        _require_classic()
    missing = [package for package, module in modules.items() if not _is_there(module)]
    if missing:
        raise SettingsError(
            f"ENGINE=spark needs {', '.join(missing)}, which the default installation has not: "
            "`make setup-spark` adds it"
        )


def _require_classic() -> None:
    if not _is_there("py4j"):
        raise SettingsError(
            f"{URI_VARIABLE}={settings().sluice_spark_uri} is a session of Apache Spark, which "
            "pyspark-client does not bring: install the pyspark of your cluster's version in its "
            "place (pip uninstall pyspark-client; pip install pyspark==3.5.7), or name a Spark "
            "Connect server (sc://host:port)"
        )
    if not settings().sluice_spark_jars:
        raise SettingsError(
            f"{URI_VARIABLE}={settings().sluice_spark_uri} needs SLUICE_SPARK_JARS: the Iceberg "
            "runtime for your Spark (iceberg-spark-runtime-<Spark>_<Scala>-<Iceberg>.jar)"
        )


def require_told() -> None:
    """Say what to set when a Spark server elsewhere could not open the lake's own catalog.

    Raises:
        SettingsError: names the settings.
    """
    known = settings()
    if not _is_elsewhere() or known.sluice_catalog_type == "rest":
        return
    if not _plain(known.sluice_catalog_server_token):
        raise SettingsError(
            f"{URI_VARIABLE} names a Spark server that has to open the lake's own catalog at "
            f"http://127.0.0.1:{known.sluice_catalog_server_port}, and no token it could show "
            "there is set. Set SLUICE_CATALOG_SERVER_TOKEN here and give the server the same, or "
            "let both use a catalog of their own (SLUICE_CATALOG_TYPE=rest); without "
            f"{URI_VARIABLE} the run starts a Spark server itself."
        )


def _is_there(module: str) -> bool:
    """Say whether a module is installed; a package above it is not imported for that."""
    top, _, rest = module.partition(".")
    found = find_spec(top)
    if found is None or not rest:
        return found is not None
    folders = found.submodule_search_locations or []
    return any(Path(one, *rest.split(".")).is_dir() for one in folders)


@contextmanager
def running(namespaces: Collection[str]) -> Iterator[Servers]:
    """Have a Spark server over the lake's catalog for a block.

    Args:
        namespaces: what Spark may write to in the lake's own catalog.

    Raises:
        SettingsError: a server does not start.
    """
    known = settings()
    started: list[Follower] = []
    try:
        if known.sluice_catalog_type == "rest":
            uri, secret = known.sluice_catalog_uri or "", _plain(known.sluice_catalog_token)
        else:
            started.append(_catalog(namespaces, secret := _token()))
            uri = started[0].address
        if known.sluice_spark_uri:
            yield Servers(known.sluice_spark_uri, started, _session(uri, secret))
            return
        told = {"RUST_LOG": "warn"} | told_of(uri, secret) | _store()
        started.append(
            Follower("Sail", ["-m", "ingestion.lakehouse.spark_server", "--follow"], told)
        )
        yield Servers(started[-1].address, started)
    finally:
        for one in reversed(started):
            one.end()


def _is_elsewhere() -> bool:
    """Say whether a Spark Connect server is one that somebody else started."""
    uri = settings().sluice_spark_uri
    return uri is not None and not classic.is_classic(uri)


def _session(catalog_uri: str, token: str | None) -> dict[str, str]:
    """Return what dbt's profile is told of a session that the build itself opens."""
    known = settings()
    uri, jars = known.sluice_spark_uri or "", known.sluice_spark_jars or ""
    if not classic.is_classic(uri):
        return {}
    told = classic.parameters(uri, catalog_uri, jars, token is not None)
    return {
        SESSION_VARIABLE: json.dumps(told),
        **({classic.TOKEN_VARIABLE: token} if token else {}),
    }


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _catalog(namespaces: Collection[str], token: str) -> Follower:
    lent, descriptors = lock.lent()
    told = {
        "SLUICE_CATALOG_SERVER_WRITES": ",".join(sorted(namespaces)),
        "SLUICE_CATALOG_SERVER_TOKEN": token,
    }
    # a Spark server elsewhere was told an address: the one `make catalog` has
    port = settings().sluice_catalog_server_port if _is_elsewhere() else 0
    module = "ingestion.lakehouse.rest_catalog.embedded"
    return Follower("The catalog server", ["-m", module, str(port)], told | lent, descriptors)


def _token() -> str:
    return _plain(settings().sluice_catalog_server_token) or secrets.token_hex(24)


def _store() -> dict[str, str]:
    """Return what Sail is told of an S3-compatible store."""
    known = settings()
    key, secret = known.sluice_s3_access_key_id, known.sluice_s3_secret_access_key
    told = {"AWS_REGION": known.sluice_s3_region}
    if known.sluice_s3_endpoint:
        told |= {"AWS_ENDPOINT": known.sluice_s3_endpoint, "AWS_ALLOW_HTTP": "true"}
    if key and secret:
        told |= {
            "AWS_ACCESS_KEY_ID": key.get_secret_value(),
            "AWS_SECRET_ACCESS_KEY": secret.get_secret_value(),
        }
    return told if known.sluice_s3_endpoint or key else {}
