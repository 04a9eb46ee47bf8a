"""Exit code 0 when the pages of this machine answer (or, told `api`, the API): a health check."""

from __future__ import annotations

import sys
from urllib.error import URLError
from urllib.request import urlopen

from ingestion.lakehouse.settings import settings, told


def main() -> int:
    """Ask the server for its health."""
    known = settings()
    place = f"{known.sluice_serve_port}/_stcore/health"
    if sys.argv[1:] == ["api"]:
        place = f"{known.sluice_api_port}/api/v1/system/health"
    address = f"http://127.0.0.1:{place}"
    try:
        with urlopen(address, timeout=4):
            return 0
    except (URLError, OSError) as error:
        sys.stderr.write(f"{address} does not answer: {error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(told(main))
