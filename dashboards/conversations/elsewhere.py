"""A file that lies elsewhere, at an address or a hub, taken as a dataset by a job."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards.conversations import loading
from dashboards.jobs import jobs
from dashboards.jobs.progress import progress_of
from dashboards.parts import run_progress
from dashboards.parts.page import part
from dashboards.parts.text import escaped, words
from ingestion.conversations.uploads import UploadRefused, Wanted, said

TIERS = ("private", "restricted", "open")
SHOWN = 5


def load_command(wanted: Mapping[str, Any], location: str) -> list[str]:
    """Return the command of the job that loads a file; what a person typed is one value of it."""
    told = json.dumps(dict(wanted) | {"location": location})
    return [sys.executable, "-m", "dashboards.conversations.load_job", told]


def show() -> None:
    """Ask where a file lies and what it is, and start the job that loads it."""
    part("From elsewhere", "A job loads it; the next run lands it.")
    with st.form("elsewhere", border=False):
        location = st.text_input(
            "Where it lies",
            max_chars=2_000,
            placeholder="https://example.org/chats.jsonl, hf://owner/name, kaggle://owner/slug",
        )
        left, middle, right = st.columns(3)
        name = left.text_input("Name of the dataset", max_chars=120)
        license_text = middle.text_input("Its license", max_chars=120, placeholder="CC-BY-4.0")
        tier = right.selectbox("Its tier", TIERS)
        pressed = st.form_submit_button("Load", icon=":material/cloud_download:")
    if pressed:
        wanted = Wanted(name=name, license=license_text, tier=tier)
        try:
            said(wanted)
            loading.refuse(location.strip())
        except UploadRefused as error:
            st.error(escaped(error), icon=":material/error:")
        else:
            told = {"name": name, "license": license_text, "tier": tier}
            command = load_command(told, location.strip())
            run_progress.start(command, f"Load of {name}", "load")
    _loads()


def _loads() -> None:
    """Show the loads that were asked for last, and how far each is."""
    loads = [job for job in jobs.listed(limit=50) if job.kind == "load"][:SHOWN]
    for job in loads:
        progress = progress_of(job)
        color, icon = run_progress.LOOKS[job.state]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(words(job.state), color=color, icon=icon)
            st.markdown(f"**{escaped(job.title)}**", width="content")
            made = (job.result or {}).get("dataset_id")
            note = f"dataset {made}" if made else job.message or _far(progress.done, progress.total)
            st.caption(escaped(note), width="content")


def _far(done: int, total: int | None) -> str:
    of = f" of {total / 1e6:,.1f}" if total else ""
    return f"{done / 1e6:,.1f}{of} MB"
