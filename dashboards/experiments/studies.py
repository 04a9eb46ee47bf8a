"""What is declared to be tried: each study's price before it lands, and the run that asks it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.experiments.filters import Chosen
from dashboards.jobs import jobs
from dashboards.jobs.jobs import Job
from dashboards.parts import run_progress, runner
from dashboards.parts.page import empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import count, escaped, usd
from ingestion.experiments.landing import SOURCE, offered
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE
from ingestion.landing.deliveries import SourceAbsent

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
    "most_usd": NUMBER("USD at most", format="%.4f"),
    "basis": st.column_config.TextColumn("Known from", width="medium"),
}


@dataclass(frozen=True)
class Offered:
    """A declared study as its folder is now; `why_not` where it cannot be read."""

    name: str
    version: str
    is_new: bool
    why_not: str = ""

    @property
    def priced_as(self) -> str:
        """Title of the job that prices this version."""
        return f"Price of {self.name}, version {self.version}"


def show(release: Release, chosen: Chosen) -> None:
    """Show the studies, the price of the one that is chosen, and the button that asks it."""
    st.write(
        "A study is priced as its folder is now, before anything of it lands: pricing asks no "
        "model and changes nothing."
    )
    if settings().tier != WHOLE:  # names of studies and their folders have no tier
        empty("Studies are shown where all of the lake may be read.")
        return
    found = studies()
    for study in found:
        if study.why_not:
            st.warning(f"{escaped(study.name)}: {escaped(study.why_not)}")
    usable = {study.name: study for study in found if not study.why_not}
    if not usable:
        empty("No study is declared.", "Name a study's folder in `SLUICE_SOURCES`.")
        return
    with st.form("price_study", border=True):
        name = st.selectbox(
            "Study",
            list(usable),
            format_func=lambda name: f"{name} ({_state(usable[name])})",
            key="study_to_price",
        )
        wanted = st.form_submit_button("Price it", type="primary", icon=":material/calculate:")
    study = usable[name]
    if wanted:
        run_progress.start(price_command({"cohort": name}, "--json"), study.priced_as, PRICE)
    if rows := price_of(study):
        _priced(study, rows)
    run_progress.started_run()


def studies() -> list[Offered]:
    """Return the declared studies by name."""
    broken: list[str] = []
    found = []
    for name, entry in SOURCE.declared(broken).items():
        try:
            found.append(Offered(name, offered(entry).stamp, SOURCE.streams(entry)))
        except SourceAbsent as error:
            found.append(Offered(name, "", False, str(error)))
    return found + [Offered("A declaration", "", False, said) for said in broken]


def price_command(limits: Mapping[str, str], *more: str) -> list[str]:
    """Return the command that says what asking would cost; it lands nothing and asks nobody."""
    return [sys.executable, "-m", "python_models.runs.estimate", *options(limits), *more]


def options(limits: Mapping[str, str]) -> list[str]:
    """Return limits as a command takes them; empty values mean none."""
    values = {"domain": "experiments", **limits}
    return [f"--{name}={value}" for name, value in values.items() if value]


def price_of(study: Offered) -> list[dict[str, Any]]:
    """Return what asking this version would take, by step; nothing where nobody has asked that."""
    for job in jobs.listed(limit=50):
        if job.kind == PRICE and job.title == study.priced_as and job.state == "succeeded":
            return read_price(job)
    return []


def read_price(job: Job) -> list[dict[str, Any]]:
    """Return the steps that a job printed; nothing where its output is gone."""
    try:
        lines = job.output.read_text(encoding="utf-8", errors="replace").splitlines()
        rows: list[dict[str, Any]] = json.loads(next(line for line in lines if line[:1] == "["))
    except (OSError, StopIteration, ValueError):
        return []
    for row in rows:
        row["most_calls"] = max(row["calls"], row["most_calls"])
        row["most_usd"] = _most_usd(row)
    return rows


def _most_usd(row: dict[str, Any]) -> float:
    known: float | None = row["most_usd"]
    if known is None:
        known = row["usd"] / row["calls"] * row["most_calls"] if row["calls"] else 0.0
    return max(row["usd"], known)


def _priced(study: Offered, rows: list[dict[str, Any]]) -> None:
    calls, cost = (sum(row[name] for row in rows) for name in ("most_calls", "most_usd"))
    tokens = sum(row["prompt_tokens"] + row["completion_tokens"] for row in rows)
    part(f"What {study.name} takes")
    st.write(
        f"Up to {count(calls)} calls and {escaped(usd(cost))}; about {count(tokens)} tokens for "
        "the rows there are."
    )
    shown = [{name: row[name] for name in COLUMNS} for row in rows]
    table(pa.Table.from_pylist(shown), "price", COLUMNS)
    if st.button(
        f"Land it and ask, for up to {escaped(usd(cost))}",
        icon=":material/play_arrow:",
        key="ask_study",
    ):
        command = runner.pipeline_command({"domain": "experiments", "cohort": study.name})
        run_progress.start(command, f"Run of study {study.name}")


def _state(study: Offered) -> str:
    return "not landed as it is now" if study.is_new else "landed as it is"
