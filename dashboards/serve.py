"""Serves the pages where the settings say: on this machine only, unless they say otherwise."""

from __future__ import annotations

import os
import sys

from ingestion.lakehouse.settings import PROJECT_ROOT, settings, told

_HERE = ("127.0.0.1", "localhost")


def command() -> list[str]:
    """Return the command of the server; a health check on the machine itself is always answered."""
    known = settings()
    named = [name.strip() for name in (known.sluice_serve_hosts or "").split(",")]
    hosts = dict.fromkeys([*_HERE, *filter(None, named)])
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(PROJECT_ROOT / "dashboards" / "app.py"),
        f"--server.address={known.sluice_serve_address}",
        f"--server.port={known.sluice_serve_port}",
        *(f"--server.allowedHosts={host}" for host in hosts),
        *sys.argv[1:],
    ]


def main() -> int:
    """Become the server."""
    arguments = command()
    os.chdir(PROJECT_ROOT)  # its configuration lies there
    os.execv(arguments[0], arguments)


if __name__ == "__main__":
    raise SystemExit(told(main))
