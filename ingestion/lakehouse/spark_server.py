"""Start Sail, a Spark Connect server without a JVM, on this machine over the lake's catalog."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from importlib.util import find_spec
from urllib.parse import urlsplit

from ingestion.lakehouse.follower import end_with_input
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
        token = known.sluice_catalog_token
        return told_of(known.sluice_catalog_uri or "", token.get_secret_value() if token else None)
    uri = f"http://{ADDRESS}:{known.sluice_catalog_server_port}"
    if not _is_served(uri):
        raise SettingsError(f"Nobody answers at {uri}: start `make catalog` beside this first")
    token = known.sluice_catalog_server_token
    return told_of(uri, token.get_secret_value() if token else None)


def told_of(uri: str, token: str | None) -> dict[str, str]:
    """Return what makes Sail's default catalog the one at an address."""
    options = {"name": CATALOG, "type": "iceberg-rest", "uri": uri}
    if token is not None:
        options["bearer_access_token"] = token
    listed = ", ".join(f"{name}={json.dumps(value)}" for name, value in options.items())
    return {
        "SAIL_MODE": "local",
        "SAIL_CATALOG__LIST": f"[{{{listed}}}]",
        "SAIL_CATALOG__DEFAULT_CATALOG": CATALOG,
    }


def follow() -> int:
    """Serve on a free port until whoever started this ends, and say which it is."""
    from pysail.spark import SparkConnectServer

    end_with_input()
    server = SparkConnectServer(ADDRESS, 0)
    server.start(background=True)
    assert server.listening_address is not None
    sys.stdout.write(f"sc://{ADDRESS}:{server.listening_address[1]}\n")
    sys.stdout.flush()
    threading.Event().wait()
    return 0


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
            "Sail is not installed: it is no part of the default installation. `make setup-spark` "
            "adds it"
        )
    port = str(settings().sluice_spark_port)
    more = environment()
    sys.stderr.write(f"Sail over the lake's catalog: sc://{ADDRESS}:{port}\n")
    command = [sys.executable, "-m", "pysail", "spark", "server", "--ip", ADDRESS, "--port", port]
    os.execve(command[0], command, {**os.environ, **more})


if __name__ == "__main__":
    raise SystemExit(told(follow if "--follow" in sys.argv else main))
