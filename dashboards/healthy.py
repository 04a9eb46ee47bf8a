"""Exit code 0 when the pages of this machine answer; the image's health check."""

from __future__ import annotations

import sys
from urllib.error import URLError
from urllib.request import urlopen

from ingestion.lakehouse.settings import settings, told


def main() -> int:
    """Ask the server for its health."""
    address = f"http://127.0.0.1:{settings().sluice_serve_port}/_stcore/health"
    try:
        with urlopen(address, timeout=4):
            return 0
    except (URLError, OSError) as error:
        sys.stderr.write(f"{address} does not answer: {error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(told(main))
