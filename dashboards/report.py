"""Entry of `make report`: says nothing of the server that pages would have."""

from __future__ import annotations

import logging


def main() -> int:
    """Write the day's report; returns the exit code."""
    # told once for each cached function when it is imported, before anybody could turn it down
    told_by = logging.getLogger("streamlit.runtime.caching.cache_data_api")
    told_by.addFilter(lambda record: record.levelno > logging.WARNING)
    from dashboards.shared import daily_report

    return daily_report.main()


if __name__ == "__main__":
    raise SystemExit(main())
