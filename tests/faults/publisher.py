"""A process that builds a table by hand and publishes it: what a test kills.

python -m tests.faults.publisher DAYS [RUN]
"""

from __future__ import annotations

import sys

from python_models.ops import lock, published_table
from tests.ops.publishing import build_database, make_things, mart, publish


def main(days: int, run: str) -> None:
    """Publish two tables that tell how many days they were made of."""
    published_table.ROWS_WORTH_A_PART = 4
    with lock.build_lock("publisher"), build_database() as build:
        make_things(build, days=days)
        build.execute(
            "create or replace table plant.totals as select count(*) as things,"
            " count(distinct thing_date) as days from plant.things"
        )
        totals = mart("totals", key=(), column_comments={})
        publish(build, mart(partition_by="thing_date"), totals, run=run)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else f"run-{sys.argv[1]}")
