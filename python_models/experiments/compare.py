"""Say whether templates, models and versions differ: `python -m python_models.experiments.compare`.

Reads the release's `experiments.comparisons`: paired at the same places, 95 % by Student with
concepts as clusters, p values adjusted for all comparisons of their kind.
"""

from __future__ import annotations

import sys

import duckdb

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told
from python_models.experiments.cohort_names import cohort_named
from python_models.release.reader import NothingReleased, open_release

QUERY = """
    select factor, sentence from experiments.comparisons
    where cohort_id = ? and (? is null or factor = ?)
    order by factor, p_adjusted nulls last, item_a, item_b
"""


def main(arguments: list[str] | None = None) -> int:
    """Write a sentence for each comparison; returns the exit code."""
    parser = Arguments(prog="python -m python_models.experiments.compare", description=__doc__)
    parser.add_argument("--cohort", help="a study, a cohort_id or how it begins (all cohorts)")
    parser.add_argument("--factor", help="only this: draft_template, generation_model ..")
    options = parser.parse_args(arguments)
    try:
        with open_release() as connection:
            lines = sentences(connection, options.cohort, options.factor)
    except (NothingReleased, LookupError, duckdb.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def sentences(
    connection: duckdb.DuckDBPyConnection, cohort: str | None, factor: str | None
) -> list[str]:
    """Return the comparisons in words, below a heading for each factor.

    Raises:
        NoSuchCohort: the release has no such cohort.
    """
    cohort_id = cohort_named(connection, cohort) if cohort and cohort != "all" else "all"
    lines: list[str] = []
    heading = None
    for name, sentence in connection.execute(QUERY, [cohort_id, factor, factor]).fetchall():
        if name != heading:
            lines.append(name)
            heading = name
        lines.append(f"  {sentence}")
    return lines or ["Nothing to compare: it takes two templates or models at the same places."]


if __name__ == "__main__":
    sys.exit(told(main))
