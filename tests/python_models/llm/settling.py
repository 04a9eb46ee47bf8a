"""Steps whose outcomes stand, for the tests: run them, and see which rows were gone through."""

from __future__ import annotations

import sqlite3
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from ingestion.lakehouse.lake import lake
from python_models.llm import Step, run_step
from python_models.llm.features import settled
from tests.python_models.llm.steps import (
    SINGLE,
    Verdict,
)

NODE = "llm_tests"
ROWS = 40
SAID = '{"summary": "Corrected by hand.", "severity": "high", "score": 2, "ids": []}'


class StricterVerdict(Verdict):
    """A type of the same answers and other bounds."""

    score: int = Field(ge=1, le=4)


StricterVerdict.__name__ = "Verdict"  # as the prompt's header has it
StricterVerdict.__qualname__ = "StricterVerdict"


def not_the_third(answer: Any, row: Any) -> None:
    """Refuse one row's answer."""
    if row["machine"] == "m-00003":
        raise ValueError("no third machine")


def nor_the_fourth(answer: Any, row: Any) -> None:
    """Refuse two rows' answers."""
    if row["machine"] in ("m-00003", "m-00004"):
        raise ValueError("no third, no fourth machine")


def nothing_stands(work: Any, table: pa.Table, model: str) -> settled.Settled:
    """Return that no outcome stands."""
    return settled.Settled(np.zeros(table.num_rows, dtype=bool))


def run(table: pa.Table, step: Step = SINGLE, **more: Any) -> pa.Table:
    """Run a step."""
    return run_step(None, table, step, NODE, **more)


def in_journal(statement: str, *values: Any) -> None:
    """Change the journal as a person may."""
    connection = sqlite3.connect(lake().journal_db)
    with connection:
        connection.execute(statement, values)
    connection.close()


def call_of(table: pa.Table, at: int) -> str:
    """Return the call that answered a row."""
    return table["call_id"][at].as_py()
