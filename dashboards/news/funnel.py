"""The ten phases of a run: what came in, what got through, seconds and cost; live while it runs."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pyarrow as pa
import streamlit as st

from dashboards.news import audits, queries
from dashboards.parts import run_progress, runner
from dashboards.parts.live_phases import live_run
from dashboards.parts.page import asking, empty, guarded
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, table
from dashboards.parts.text import count, duration, usd
from ingestion.lakehouse import lock
from ingestion.lakehouse.lake import lake
from ingestion.landing.products import PRODUCTS
from ingestion.landing.web.begun import asked_so_far
from python_models.release import kept_phases

NUMBER = st.column_config.NumberColumn
COLUMNS: dict[str, Any] = {
    "phase_number": NUMBER("#", width="small"),
    "phase_name": "Phase",
    "unit": "Of",
    "input_count": NUMBER("In", format="localized"),
    "output_count": NUMBER("Out", format="localized"),
    "reasons": "Dropped, by reason",
    "cost_usd": NUMBER("USD", format="$%.4f"),
    "seconds": NUMBER("Seconds", format="%.1f"),
}
MARKS = {
    "success": ":material/check_circle:",
    "running": ":material/progress_activity:",
    "failed": ":material/error:",
    "skipped": ":material/do_not_disturb_on:",
}
PHASES = {
    f"{number} {name}": name.replace("_", " ")
    for number, name in enumerate(PRODUCTS["news"].phases, 1)
}


def show(release: Release, reports: dict[str, dict[str, Any]], run: str) -> None:
    """Show the build that is going on, then the funnel of the run chosen."""
    live()
    rows = asking(release)(queries.FUNNEL, run=run).to_pylist()
    if not rows:
        empty("This release does not say how the run came to its report.")
        return
    for row in rows:
        row["reasons"] = _in_words(row["reasons"])
    table(in_words(pa.Table.from_pylist(rows), "phase_name"), "news_funnel", COLUMNS)
    _go_on(run)
    with guarded("Audits"):
        audits.show(release, run)


def _in_words(reasons: str | None) -> str:
    """Return reasons as a person says them: 12 same story, 3 language."""
    found = json.loads(reasons or "{}")
    return ", ".join(f"{number} {str(name).replace('_', ' ')}" for name, number in found.items())


def _go_on(run: str) -> None:
    """Offer to make the run again from one of its phases."""
    if not lake().journal_db.exists():
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        phase = st.selectbox(
            "Go on from",
            list(PHASES),
            index=len(PHASES) - 1,
            format_func=lambda name: name.replace("_", " "),
            width=260,
        )
        if st.button("Make it again from here", icon=":material/resume:"):
            command = [*runner.resume_command(run), f"--from={phase}", "--domain=news"]
            run_progress.start(command, f"{run} from phase {phase}")
    run_progress.started_run()


@st.fragment(run_every="2s")
def live() -> None:
    """Show the phases of a build as they are made, with a tick for each that is done."""
    if not lake().journal_db.exists():
        return
    run = live_run() if lock.holder() else None
    found = reached(run.phases if run else [])
    if run is None or not found:
        _asking()
        return
    done = sum(row["state"] == "success" for row in found.values())
    counts = _through(run.run_id, done, str(lake().journal_db))
    with st.container(border=True):
        st.markdown("**A run of news is being made**")
        lines = [
            line(name, number, found.get(phase), counts.get(number))
            for number, (phase, name) in enumerate(PHASES.items(), 1)
        ]
        st.markdown("  \n".join(lines))


def _asking() -> None:
    """Show how far a run has come that still asks its sources."""
    asked = asked_so_far("news")
    if asked is None:
        return
    sources, answers = asked
    pages = f" and {count(answers['page'])} pages" if answers.get("page") else ""
    with st.container(border=True):
        st.markdown("**A run of news is being made**")
        said = f"{count(answers.get('feed', 0))} of {count(sources)} sources{pages} have answered"
        st.markdown(f"{MARKS['running']} 2. **scraping** {said}")


@st.cache_data(show_spinner=False, max_entries=20)
def _through(run_id: str, done: int, journal: str) -> dict[int, tuple[int | None, int | None]]:
    """Return {ordinal: what came in, what got through} of the phases that a run has kept.

    Args:
        run_id: of the journal.
        done: how many phases are through: what was read holds until another one is.
        journal: the one in force; another lake has other runs.
    """
    try:
        with kept_phases.reading() as connection:
            rows = kept_phases.runs_of(connection, PRODUCTS["news"])
    except (duckdb.Error, OSError):
        return {}  # the table is being written just now: the next phase brings them
    kept = kept_phases.newest_phases(rows, kept_phases.run_of_product(rows, run_id) or run_id)
    return {number: (row["input_count"], row["output_count"]) for number, row in kept.items()}


def reached(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the phases that a build has come to.

    Seeds and staging of later phases are made while the first ones go on: a phase has begun when
    those before it are through. Of a build that goes on from a phase, those before are no part.
    """
    known = {row["phase"]: row for row in rows}
    found: dict[str, dict[str, Any]] = {}
    for phase in filter(known.__contains__, PHASES):
        if known[phase]["state"] != "waiting":
            found[phase] = known[phase]
        if known[phase]["state"] in ("waiting", "running"):
            break
    return found


def line(
    name: str,
    number: int,
    row: dict[str, Any] | None,
    counts: tuple[int | None, int | None] | None,
) -> str:
    """Return what is said of a phase of the run that is being made.

    Args:
        row: of the live run; None: the phase has not begun.
        counts: what came into it and what got through, once it is kept: rows of all its tables
            together are no number that anybody asks for.
    """
    if row is None:
        return f":gray[:material/radio_button_unchecked: {number}. {name}]"
    facts = [duration(row["seconds"])] if row["seconds"] is not None else []
    if counts and row["state"] == "success":
        facts.append(" → ".join(count(one) for one in counts if one is not None))
    if row.get("calls"):
        facts.append(f"{count(row['calls'])} calls, {usd(row.get('usd'))}")
    mark = MARKS.get(row["state"], MARKS["running"])
    return f"{mark} {number}. **{name}** {' · '.join(facts)}"
