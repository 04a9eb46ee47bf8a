"""Ask again what ended badly, and what waits for it, and nothing else:
`python -m python_models.experiments.ask_failed [--cohort ...] [--stage ...]`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb

from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import SettingsError, scrub, told
from ingestion.landing.products import PRODUCTS
from python_models.llm.ledger.forget import forget
from python_models.runs import run, slices

BAD = ("failed", "invalid", "truncated", "refused", "blocked")
COLUMNS = {"stage": "stage", "template": "template_id", "model": "model_id", "gen": "gen_id"}
# whatever was asked, and what belongs to a cohort, or to the newest one of a study
_ASKED = """
    select gen_id, call_id, status, stage, template_id, model_id from experiments.generations
    union all
    select gen_id, call_id, status, 'comparison', template_id, model_id
    from experiments.pair_verdicts
"""
_MEMBERS = """
    with members as (
        select cohort_id, gen_id from experiments.membership
        union all
        select cohort_id, unnest([gen_id_ab, gen_id_ba]) from experiments.pair_results
    )

    select members.gen_id from members
    inner join experiments.cohorts as cohorts on members.cohort_id = cohorts.cohort_id
    where list_contains($cohort, cohorts.cohort_id)
        or (cohorts.is_current and list_contains($cohort, cohorts.study))
"""


def main(arguments: list[str] | None = None) -> int:
    """Forget the answers that ended badly, then build and release; returns the exit code."""
    parser = Arguments(prog="python -m python_models.experiments.ask_failed", description=__doc__)
    slices.add_options(parser)
    options, more = parser.parse_known_args(arguments)
    options.domain = options.domain or "experiments"
    try:
        choice = slices.choice_from(options)
        slices.refuse_unknown(choice)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    own = {one.name for one in PRODUCTS["experiments"].slices}
    try:
        found = failed_generations(
            {name: value for name, value in choice.values.items() if name in own}
        )
    except duckdb.Error as error:
        sys.stderr.write(
            "The last build cannot be read: there is none, an earlier version made it, or one is "
            f"going on. `make experiments` makes one.\n{scrub(str(error))}\n"
        )
        return 1
    if not found:
        sys.stdout.write("Nothing has failed: nothing to ask again.\n")
        return 0
    forget(lake().journal_db, [call for _, call in found if call])
    sys.stdout.write(f"{len(found)} generations that ended badly are asked again.\n")
    generations = ",".join(gen_id for gen_id, _ in found)
    choice = replace(choice, values={**choice.values, "gen": generations})
    return run.build(choice, 0, more, is_forced=True)


def failed_generations(chosen: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """Return (gen_id, call_id) of what ended badly in the last build, within a restriction.

    Raises:
        duckdb.Error: nothing was built yet, or somebody is building now.
    """
    conditions = ["list_contains($bad, generations.status)"]
    values: dict[str, Any] = {"bad": list(BAD)}
    for name, value in chosen.items():
        if name == "cohort":
            conditions.append(f"generations.gen_id in ({_MEMBERS})")
        else:
            conditions.append(f"list_contains(${name}, generations.{COLUMNS[name]})")
        values[name] = slices.listed(value)
    with connect_duckdb(lake().build_db, read_only=True) as connection:
        return connection.execute(
            f"select gen_id, call_id from ({_ASKED}) as generations where "
            + " and ".join(conditions),
            values,
        ).fetchall()


if __name__ == "__main__":
    sys.exit(told(main))
