"""Cohorts as people name them: a study stands for its newest cohort, an id may be begun only."""

from __future__ import annotations

import duckdb


class NoSuchCohort(LookupError):
    """No cohort, or more than one, is what was named; the message lists what there is."""


def cohort_named(connection: duckdb.DuckDBPyConnection, text: str) -> str:
    """Return the cohort_id of a released cohort.

    Args:
        text: name of a study, a cohort_id or how one begins.

    Raises:
        NoSuchCohort: see there.
    """
    rows = connection.execute(
        "select cohort_id, study, is_current from experiments.cohorts"
        " order by is_current desc, created_at desc"
    ).fetchall()
    exact = [row for row in rows if text in (row[0], row[1])]
    found = [row for row in exact if row[2]] or exact
    found = found or [row for row in rows if text and row[0].startswith(text)]
    if len(found) == 1:
        return str(found[0][0])
    listed = "\n".join(f"  {study}  {cohort_id}" for cohort_id, study, _ in found or rows)
    if found:
        raise NoSuchCohort(
            f"COHORT={text} may be {len(found)} cohorts; name one by its id:\n{listed}"
        )
    listed = listed or "  none yet: make experiments"
    raise NoSuchCohort(f"The release has no cohort {text}. There are (study, id):\n{listed}")
