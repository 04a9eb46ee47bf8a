"""Outcomes that stand are copied: the same rows as going through them all."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from tests.python_models.llm.settling import (
    ROWS,
    not_the_third,
    run,
)
from tests.python_models.llm.steps import (
    GROUPED,
    SINGLE,
    TEXT,
    TOLERANT,
    machines,
)

pytestmark = pytest.mark.usefixtures("few")


def odd_rows() -> pa.Table:
    """Return rows of all kinds of types, nulls among them."""
    return machines(
        ROWS,
        real=[None if at % 3 else at / 7 for at in range(ROWS)],
        listed=[[at] * (at % 3) for at in range(ROWS)],
        bytes=[bytes([at]) for at in range(ROWS)],
        nothing=pa.nulls(ROWS),
        often=pa.array(["a", "b"] * (ROWS // 2)).dictionary_encode(),
    )


KINDS = {
    "single": (SINGLE, machines(ROWS)),
    "many rows in a call": (GROUPED, machines(ROWS)),
    "text": (TEXT, machines(ROWS)),
    "a check": (replace(TOLERANT, check=not_the_third), machines(ROWS)),
    "replicates": (replace(SINGLE, replicate="again"), machines(ROWS, again=[0, 1] * (ROWS // 2))),
    "one question of several rows": (
        replace(SINGLE, key=("row",)),
        machines(ROWS, row=list(range(ROWS))).set_column(0, "machine", [["m"] * ROWS])
        .set_column(1, "note", [["hums"] * ROWS]),
    ),
    "odd types": (SINGLE, odd_rows()),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_is_what_going_through_all_rows_gives(kind, server, gone_through, whole):
    step, table = KINDS[kind]
    first = run(table, step)
    again = run(table, step)
    assert again.equals(first)
    assert again.schema.equals(first.schema, check_metadata=True)
    assert again.equals(whole(table, step))
    refused = 1 if kind == "a check" else 0
    assert gone_through == [ROWS, refused, ROWS]


def test_a_changed_row_is_asked_and_the_others_stand_in_whatever_order(
    server, gone_through, whole
) -> None:
    run(machines(ROWS))
    table = machines(ROWS + 2).take(list(reversed(range(1, ROWS + 2))))
    changed = table.set_column(
        1, "note", [["it rattles", *table["note"].to_pylist()[1:]]]
    )  # the first of two new rows
    result = run(changed)
    assert server.counters()["requests"] == ROWS + 2
    assert gone_through == [ROWS, 2]
    assert result.equals(whole(changed, SINGLE))
    assert run(changed).equals(result)
    assert gone_through[-1] == 0


def test_rows_that_went_are_no_longer_kept(server, gone_through) -> None:
    run(machines(ROWS))
    run(machines(ROWS // 2))
    run(machines(ROWS))
    assert gone_through == [ROWS, 0, ROWS // 2]
    assert server.counters()["requests"] == ROWS
