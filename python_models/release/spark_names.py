"""Names that builds on Spark give in the catalog and in the warehouse beside those of tables."""

from __future__ import annotations

import re

from ingestion.landing.products import PRODUCTS

PREFIX = "pinned_"  # before a raw namespace: its tables as the run that goes on pinned them
UNTIL = "__until_"  # between a released table's name and the last release that may read it
_MOMENT = re.compile(r"-[0-9]{20}$")  # when Spark made a table, to the microsecond


def table_of_folder(folder: str) -> str:
    """Return the table whose folder bears a name."""
    return _MOMENT.sub("", folder)


def is_made_by_spark(namespace: str, location: str) -> bool:
    """Say whether a build on Spark made a table: a client may have tables beside it."""
    folder = location.rstrip("/").rpartition("/")[2]
    return is_of_builds(namespace) and table_of_folder(folder) != folder


def is_of_builds(namespace: str) -> bool:
    """Say whether only builds write to a namespace: who holds the lake's lock is alone there."""
    product, _, layer = namespace.partition("_")
    return product in PRODUCTS and layer in ("", "staging", "intermediate", "seeds")
