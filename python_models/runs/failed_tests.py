"""What a failed test of a table's columns found; dbt says only how many rows it got."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import duckdb

TELLING = "not_null_and_unique"


def told(
    connection: duckdb.DuckDBPyConnection, results: Iterable[Any]
) -> Iterator[tuple[Any, str]]:
    """Ask the failed tests that answer in words once more, and give what each says.

    Args:
        connection: To the database that was tested.
        results: dbt's results of one invocation.

    Yields:
        The test's node and a sentence, as `int_telemetry__cycles: cycle_id is null (3)`.
    """
    for result in results:
        metadata = getattr(result.node, "test_metadata", None)
        if str(result.status) != "fail" or metadata is None or metadata.name != TELLING:
            continue
        found = connection.cursor().execute(result.node.compiled_code).fetchall()
        table = result.node.attached_node.rpartition(".")[2]
        yield result.node, f"{table}: " + "; ".join(f"{what} ({count:,})" for what, count in found)
