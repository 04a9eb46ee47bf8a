"""The servers a build on Spark needs: found where settings say, else started for the build."""

from __future__ import annotations

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

URI_VARIABLE = "SLUICE_SPARK_URI"


@dataclass
class Servers:
    """Where Spark answers, and what was started for it."""

    spark_uri: str
    started: list[Follower] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What dbt's profile is told."""
        return {URI_VARIABLE: self.spark_uri}

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
    if settings().sluice_spark_uri is None:
        modules["pysail"] = "pysail"
    missing = [package for package, module in modules.items() if not _is_there(module)]
    if missing:
        raise SettingsError(
            f"ENGINE=spark needs {', '.join(missing)}, which the default installation has not: "
            "`make setup-spark` adds it"
        )


def require_told() -> None:
    """Say what to set when a Spark server elsewhere could not open the lake's own catalog.

    Raises:
        SettingsError: names the settings.
    """
    known = settings()
    if known.sluice_spark_uri is None or known.sluice_catalog_type == "rest":
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
            yield Servers(known.sluice_spark_uri, started)
            return
        told = {"RUST_LOG": "warn"} | told_of(uri, secret) | _store()
        started.append(
            Follower("Sail", ["-m", "ingestion.lakehouse.spark_server", "--follow"], told)
        )
        yield Servers(started[-1].address, started)
    finally:
        for one in reversed(started):
            one.end()


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _catalog(namespaces: Collection[str], token: str) -> Follower:
    lent, descriptors = lock.lent()
    told = {
        "SLUICE_CATALOG_SERVER_WRITES": ",".join(sorted(namespaces)),
        "SLUICE_CATALOG_SERVER_TOKEN": token,
    }
    # a Spark server elsewhere was told an address: the one `make catalog` has
    port = settings().sluice_catalog_server_port if settings().sluice_spark_uri else 0
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
