"""How far off the estimates of a prompt's answers were: added up after each run of a step."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from python_models.llm.asking.asking_context import Asked
from python_models.llm.asking.runtime import REMEMBER, Runtime
from python_models.llm.ledger.journal import reading
from python_models.llm.prompting.calls import Call

MARK = "estimates:"
ZERO = {"runs": 0, "estimated_usd": 0.0, "usd": 0.0, "estimated_tokens": 0.0, "tokens": 0}


def key_of(asked: Asked) -> str:
    """Return the name under which a prompt's estimates at a model are remembered."""
    template = asked.constants.get("prompt_template")
    return MARK + json.dumps([template, asked.endpoint.name, asked.model])


def errors_so_far(connection: sqlite3.Connection, asked: Asked) -> dict[str, float]:
    """Return what was estimated and what it came to, over all runs so far."""
    query = "select value from llm_meta where name = ?"
    row = connection.execute(query, [key_of(asked)]).fetchone()
    return ZERO | (json.loads(row[0]) if row else {})


def learn_error(shared: Runtime, asked: Asked, made: Sequence[Call]) -> None:
    """Add what the calls of a run came to, beside what had been estimated for as many."""
    expected = asked.estimated
    if expected is None or not expected.calls:
        return
    share = len(made) / expected.calls
    with reading(shared.journal.path) as connection:
        known = errors_so_far(connection, asked)
    value = {
        "runs": known["runs"] + 1,
        "estimated_usd": known["estimated_usd"] + expected.usd * share,
        "usd": known["usd"] + sum(call.spent.cost_usd for call in made),
        "estimated_tokens": known["estimated_tokens"] + expected.completion_tokens * share,
        "tokens": known["tokens"] + sum(call.spent.completion_tokens for call in made),
    }
    shared.journal.put([(REMEMBER, (key_of(asked), json.dumps(value)))])


def said_of_errors(known: dict[str, float]) -> str:
    """Return the error so far in words; empty when nothing was estimated before."""
    pairs = (("USD", "estimated_usd", "usd"), ("tokens out", "estimated_tokens", "tokens"))
    for unit, estimated, took in pairs:
        if known[estimated] > 0 and known[took] > 0:
            runs = f"{known['runs']:g} run{'s' if known['runs'] > 1 else ''}"
            return f"; {unit} so far {known[took] / known[estimated]:.2f} of the estimate, {runs}"
    return ""
