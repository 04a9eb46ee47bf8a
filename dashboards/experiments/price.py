"""What asking would take, by step: priced as a job, shown as one table wherever it is asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.jobs.jobs import Job
from dashboards.parts.tables import in_words, table
from dashboards.parts.text import count, escaped, usd

NUMBER = st.column_config.NumberColumn
PRICE = "price"  # kind of the jobs that say what asking takes
COLUMNS = {
    "step": "Step",
    "model": "Models",
    "rows": NUMBER("Rows", format="%d"),
    "calls": NUMBER("Calls", format="%d", help="For the rows there are"),
    "most_calls": NUMBER("At most", format="%d", help="With those that wait for other answers"),
    "cached_calls": NUMBER("Answered before", format="%d"),
    "prompt_tokens": NUMBER("Tokens in", format="%d"),
    "completion_tokens": NUMBER("Tokens out", format="%d"),
    "usd": NUMBER("USD", format="%.4f"),
    "most_usd": NUMBER("USD at most", format="%.4f", help="Empty: not known before rows are"),
    "basis": st.column_config.TextColumn("Known from", width="medium"),
}


def price_command(limits: Mapping[str, str]) -> list[str]:
    """Return the command that says what asking would cost; it lands nothing and asks nobody."""
    return [sys.executable, "-m", "python_models.runs.estimate", *options(limits), "--json"]


def options(limits: Mapping[str, str]) -> list[str]:
    """Return limits as a command takes them; empty values mean none."""
    values = {"domain": "experiments", **limits}
    return [f"--{name}={value}" for name, value in values.items() if value]


def read_price(job: Job) -> list[dict[str, Any]]:
    """Return the steps that a job printed; nothing where its output is gone."""
    try:
        lines = job.output.read_text(encoding="utf-8", errors="replace").splitlines()
        rows: list[dict[str, Any]] = json.loads(next(line for line in lines if line[:1] == "["))
    except (OSError, StopIteration, ValueError):
        return []
    for row in rows:
        row["most_calls"] = max(row["calls"], row["most_calls"])
    return rows


def most(rows: list[dict[str, Any]]) -> str:
    """Return the most that steps take, in words; what is not known is said to be so."""
    known = sum(max(row["usd"], row["most_usd"] or 0) for row in rows)
    unknown = sum(row["most_calls"] for row in rows if row["most_usd"] is None)
    if not unknown:
        return usd(known)
    return f"{usd(known)} and what {count(unknown)} calls cost that nobody can price yet"


def show_price(rows: list[dict[str, Any]]) -> None:
    """Show what steps take: together, and one by one."""
    calls = sum(row["most_calls"] for row in rows)
    tokens = sum(row["prompt_tokens"] + row["completion_tokens"] for row in rows)
    st.write(
        f"Up to {count(calls)} calls and {escaped(most(rows))}; about {count(tokens)} tokens for "
        "the rows there are."
    )
    shown = [{name: row[name] for name in COLUMNS} for row in rows]
    table(in_words(pa.Table.from_pylist(shown), "step"), "price", COLUMNS)
