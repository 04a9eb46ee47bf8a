"""A second run from what another's first phases left, told something else: `variant`.

It takes over those phases as they are kept, under a run id of its own, and makes the others. It
lands nothing, is the ground of no later run and releases nothing: it is shown, exported, gone on
from and compared by its name.
"""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from ingestion.lakehouse import lock
from ingestion.lakehouse.output import say, wide
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import Product, loaded
from python_models.release import kept_phases, live, phase_tables
from python_models.runs import summary
from python_models.runs.dbt_command import dbt
from python_models.runs.invocation import BEGIN_VARIABLE, RAW_NOT_READ, RESUME_VARIABLE, new_run_id
from python_models.runs.phase_restore import VARIABLE, NotKept, Restoring, kept_before
from python_models.runs.phase_resume import READS_RAW, last_node, named
from python_models.runs.resume import settings_of

Row = dict[str, Any]
Change = Callable[[Row], Row]
# of the phases that are taken over: what was spent on them was spent by the other run
_NOTHING_SPENT = {
    "duration_seconds": 0.0, "llm_calls": 0, "cached_calls": 0, "tokens": 0, "cost_usd": 0.0,
    "invocation_id": None, "snapshot_id": None, "bytes": None,
}  # fmt: skip


def variant(options: argparse.Namespace) -> int:
    """Make a second run of a product from the kept phases of one, with some settings changed."""
    product = PRODUCTS[options.domain]
    with kept_phases.reading() as connection:
        rows = kept_phases.runs_of(connection, product)
    base = _base(product, rows, options.run)
    number = _first_made(product, options.from_step)
    kept = kept_before(rows, product, base, number)
    run = _rows(product, kept[1], "run")[0]
    told = shlex.split(options.set or "")
    changed: Row = loaded(product.phase_variant)(run, told, number) if told else {}
    known = settings_of(base)
    run_id = new_run_id()
    with lock.build_lock(f"variant of {base}"):
        take_over(product, kept, run_id, changed)
    say(f"Run {run_id} takes over phases 1 to {number - 1} of run {base} and makes the others.")
    code = dbt(_command(product, number), known | _environment(product, run_id, number))
    summary.print_run(wide(), code, run_id)
    if not code:
        say(f"Nothing is released of it. make run-compare A={base} B={run_id}")
    return code


def take_over(product: Product, kept: Mapping[int, Row], run_id: str, changed: Row) -> None:
    """Keep phases of one run as those of a new one.

    Args:
        product: whose phases they are.
        kept: {ordinal: row of `runs`} of the run they are taken from.
        run_id: the new run; it stands wherever the other's id stood.
        changed: columns of the run's row that are others now.
    """
    with kept_phases.reading() as connection:
        sequence = max(row["sequence"] for row in kept_phases.runs_of(connection, product))
    for number, row in kept.items():
        sequence += 1
        base = row["run_id"]

        def own(one: Row, base: str = base, is_told: bool = number == 1) -> Row:
            new = changed if is_told else {}
            return {
                name: new.get(name, run_id if value == base else value)
                for name, value in one.items()
            }

        facts = {name: row.get(name) for name in phase_tables.RUN.names} | _NOTHING_SPENT
        facts |= {
            "run_id": run_id,
            "attempt": 1,
            "sequence": sequence,
            "variant_of": base,
            "message": f"as attempt {row['attempt']} of run {base} left it",
        }
        phase_tables.commit_phase(product.phase_namespace, _taken(product, row, run_id, own), facts)


def _taken(product: Product, row: Row, run_id: str, own: Change) -> pa.Table:
    found = [
        {
            "run_id": run_id,
            "attempt": 1,
            "relation": relation,
            "row_no": place,
            "row": json.dumps(own(one), ensure_ascii=False),
        }
        for relation in kept_phases.relations_of(row)
        for place, one in enumerate(_rows(product, row, relation), 1)
    ]
    return pa.Table.from_pylist(found, phase_tables.ROW)


def _rows(product: Product, row: Row, relation: str) -> list[Row]:
    with kept_phases.reading() as connection:
        return kept_phases.json_rows(connection, product, row, relation)


def _base(product: Product, rows: Sequence[Row], asked: str) -> str:
    """Return the product's run that is meant.

    Raises:
        NotKept: no phase of it is kept.
    """
    newest = asked in ("", "last")
    base = (
        kept_phases.newest_run(rows)
        if newest
        else kept_phases.run_of_product(rows, live.run_named(asked)["run_id"])
    )
    if base is None:
        raise NotKept(
            f"No phase of {'any run' if newest else f'run {asked}'} of {product.name} is kept:"
            " `make runs` lists the runs there are."
        )
    return base


def _first_made(product: Product, step: str) -> int:
    """Return the ordinal of the phase that is made first.

    Raises:
        NotFound: it is none, or one that reads what has landed, which is of the other run.
    """
    number = named(product, step)
    first = READS_RAW + 1
    if number is None or number < first:
        phases = ", ".join(
            f"{ordinal} {name}"
            for ordinal, name in enumerate(product.phases, 1)
            if ordinal >= first
        )
        raise live.NotFound(f"FROM={step}: say from which phase on the variant is made: {phases}.")
    return number


def _command(product: Product, number: int) -> list[str]:
    """Return the command of dbt that makes a run's phases from one on, and no more."""
    before, last = last_node(product, number - 1), last_node(product, len(product.phases))
    chosen = ["--select", f"{before}+,+{last}", "--exclude", before]
    more = ["--exclude-resource-type", "unit_test"]
    return ["build", "--indirect-selection", "empty", *chosen, *more]


def _environment(product: Product, run_id: str, number: int) -> dict[str, str]:
    return {
        BEGIN_VARIABLE: run_id,
        VARIABLE: str(Restoring(product.name, run_id, number)),
        RAW_NOT_READ: "1",
        RESUME_VARIABLE: "",
    }
