"""The jobs that pages started, in the menu of every page, and a toast when one ends."""

from __future__ import annotations

import streamlit as st

from dashboards.jobs import jobs
from dashboards.jobs.jobs import Job
from dashboards.jobs.progress import progress_of
from dashboards.parts.run_progress import LOOKS
from dashboards.parts.text import count, escaped, so_far, words
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE

REFRESH_SECONDS = 5.0
SHOWN = 4
LOOKED_AT = 50  # of the newest ones


def show_jobs() -> None:
    """Show jobs while one goes on, and those that ended while this session looked."""
    if not lake().journal_db.exists() or settings().tier != WHOLE:
        return  # nothing is started from here, or titles name rows that are not for these readers
    found = _of_pages()
    if not any(not job.is_over for job in found) and not st.session_state.get("followed_jobs"):
        return
    with st.sidebar:
        st.fragment(_list, run_every=REFRESH_SECONDS)()


def _of_pages() -> list[Job]:
    """Return jobs that were started from pages: all that go on, then those that ended last."""
    found = jobs.listed(limit=LOOKED_AT, of_pages=True)
    going_on = [job for job in found if not job.is_over]
    return [*going_on, *(job for job in found if job.is_over)][: max(SHOWN, len(going_on))]


def _list() -> None:
    followed: dict[str, str] = st.session_state.setdefault("followed_jobs", {})
    st.caption("Jobs")
    for job in _of_pages():
        before = followed.get(job.job_id)
        if job.is_over and before is None:
            continue  # it ended before this session looked
        followed[job.job_id] = job.state
        color, icon = LOOKS[job.state]
        st.markdown(f":{color}[{icon}] {escaped(job.title)}  \n:small[{_said(job)}]")
        if job.is_over and before not in (None, job.state):
            st.toast(f"{escaped(job.title)}: {words(job.state).lower()}", icon=icon)


def _said(job: Job) -> str:
    if job.is_over or job.state == "queued":
        return words(job.state)
    known = progress_of(job)
    done = f"{count(known.done)} of {count(known.total)} {known.unit}" if known.total else "begun"
    left = f", about {so_far(known.eta_seconds)} left" if known.eta_seconds else ""
    return escaped(f"{done}{left}")
