"""Start Sail, a Spark Connect server without a JVM, on this machine over the lake's catalog."""

from __future__ import annotations

import json
import os
import socket
import sys
from importlib.util import find_spec
from urllib.parse import urlsplit

from ingestion.lakehouse.settings import SettingsError, settings, told

ADDRESS = "127.0.0.1"  # Spark Connect asks nobody who they are
CATALOG = "lake"


def environment() -> dict[str, str]:
    """Return what Sail is told: the catalog, and who asks it.

    Raises:
        SettingsError: the lake's own catalog is not being served.
    """
    known = settings()
    if known.sluice_catalog_type == "rest":
        uri, token = known.sluice_catalog_uri or "", known.sluice_catalog_token
    else:
        uri = f"http://{ADDRESS}:{known.sluice_catalog_server_port}"
        token = known.sluice_catalog_server_token
        if not _is_served(uri):
            raise SettingsError(f"Nobody answers at {uri}: start `make catalog` beside this first")
    options = {"name": CATALOG, "type": "iceberg-rest", "uri": uri}
    if token is not None:
        options["bearer_access_token"] = token.get_secret_value()
    listed = ", ".join(f"{name}={json.dumps(value)}" for name, value in options.items())
    return {
        "SAIL_MODE": "local",
        "SAIL_CATALOG__LIST": f"[{{{listed}}}]",
        "SAIL_CATALOG__DEFAULT_CATALOG": CATALOG,
    }


def _is_served(uri: str) -> bool:
    place = urlsplit(uri)
    try:
        socket.create_connection((place.hostname or "", place.port or 80), timeout=5).close()
    except OSError:
        return False
    return True


def main() -> int:
    """Become the server."""
    if find_spec("pysail") is None:
        raise SettingsError(
            "Sail is not installed: it is no part of the default installation. "
            f"{sys.executable} -m pip install --editable '.[spark]'"
        )
    port = str(settings().sluice_spark_port)
    more = environment()
    sys.stderr.write(f"Sail over the lake's catalog: sc://{ADDRESS}:{port}\n")
    command = [sys.executable, "-m", "pysail", "spark", "server", "--ip", ADDRESS, "--port", port]
    os.execve(command[0], command, {**os.environ, **more})


if __name__ == "__main__":
    raise SystemExit(told(main))
