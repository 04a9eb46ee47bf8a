"""A run as it happens: what is done, what is running, and a button that stops it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import pyarrow as pa
import streamlit as st

from dashboards.jobs.jobs import Job
from dashboards.parts import runner
from dashboards.parts.build_progress import RUNNING, Progress, read_progress
from dashboards.parts.text import duration, escaped, words

REFRESH_SECONDS = 2.0
NODES = pa.schema(
    [
        ("node", pa.string()),
        ("kind", pa.string()),
        ("status", pa.string()),
        ("seconds", pa.float64()),
        ("message", pa.string()),
    ]
)
COLUMNS: dict[str, Any] = {
    "node": "Node",
    "kind": "Kind",
    "status": "Status",
    "seconds": st.column_config.NumberColumn("Seconds", format="%.1f"),
    "message": "Message",
}
TESTS = ("test", "unit_test")
Color = Literal["blue", "green", "red", "orange", "gray"]
LOOKS: dict[str, tuple[Color, str]] = {
    "queued": ("gray", ":material/hourglass_top:"),
    "running": ("blue", ":material/progress_activity:"),
    "succeeded": ("green", ":material/check_circle:"),
    "failed": ("red", ":material/error:"),
    "cancelled": ("orange", ":material/cancel:"),
    "lost": ("gray", ":material/help:"),
}


def started_run() -> Job | None:
    """Show the run started last from a page, refreshed while it goes on; returns it."""
    run = runner.latest_run()
    if run is None:
        return None
    live = st.fragment(_show, run_every=None if run.is_over else REFRESH_SECONDS)
    live(run.state)
    return run


def start(command: list[str], title: str, kind: str = "page") -> None:
    """Start a command, or say that one is going on."""
    try:
        runner.start(command, title, kind)
    except runner.RunActive as active:
        st.warning(f"{escaped(active)} is still running.", icon=":material/hourglass_top:")
    else:
        st.rerun()


def _show(state_before: str) -> None:
    run = runner.latest_run()
    if run is None:
        return
    if run.state != state_before:
        st.rerun()  # the whole page: a new release may be there
    progress = read_progress(run.log)
    with st.container(border=True):
        _head(run)
        if run.state == "running":
            _bar(progress)
        _nodes(progress, _ended(run))
        with st.expander("What it printed"):
            st.code(tail(run), language=None)


def _head(run: Job) -> None:
    color, icon = LOOKS[run.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(words(run.state), color=color, icon=icon)
        st.markdown(f"**{escaped(run.title)}**", width="content")
        st.caption(f"started {_began(run)[:19]} UTC, {duration(_seconds(run))}", width="content")
        st.space("stretch")
        if not run.is_over and st.button("Cancel", icon=":material/stop_circle:"):
            runner.cancel(run)
            st.rerun()
        resumable = run.state in ("failed", "cancelled", "lost")
        if resumable and st.button("Resume this run", icon=":material/resume:"):
            kind = run.kind if run.kind in runner.ONE_THING else "page"
            start(runner.again_command(run), f"Resume of: {run.title}", kind)
    if run.state == "lost":
        st.caption(f"{run.message} The table of runs says how far it came.")


def _bar(progress: Progress) -> None:
    running = [node.node for node in progress.nodes.values() if node.status == "running"]
    doing = ", ".join(running[:3]) or (
        "landing and preparing" if not progress.nodes else "finishing"
    )
    of = f"{progress.done()} of {progress.total} nodes" if progress.total else "Starting"
    st.progress(progress.share(), text=f"{of}: {escaped(doing)}")


def _nodes(progress: Progress, ended: datetime | None) -> None:
    """Show the nodes; once the run is over no node counts on."""
    nodes = [
        node
        for node in progress.nodes.values()
        if node.kind not in TESTS or node.status in ("fail", "error", "warn")
    ]
    if not nodes:
        return
    now = ended or datetime.now(UTC).replace(tzinfo=None)
    rows = [
        {
            "node": node.node,
            "kind": node.kind,
            "status": "killed" if ended and node.status == RUNNING else node.status,
            "seconds": node.seconds
            if node.seconds is not None or not node.started_at
            else max(0.0, (now - node.started_at).total_seconds()),
            "message": node.message if _is_worth_saying(node.status) else "",
        }
        for node in reversed(nodes)
    ]
    st.dataframe(
        pa.Table.from_pylist(rows, NODES),
        column_config=COLUMNS,
        hide_index=True,
        height=300,
        placeholder="",
    )


def _ended(run: Job) -> datetime | None:
    """When a run was over; None while it goes on."""
    if not run.is_over:
        return None
    if run.ended_at:
        return datetime.fromisoformat(run.ended_at)
    # its server went away: what it wrote last is the last that is known
    changed = run.log.stat().st_mtime if run.log.exists() else 0.0
    return datetime.fromtimestamp(changed, UTC).replace(tzinfo=None)


def _is_worth_saying(status: str) -> bool:
    return status not in ("success", "pass", "running")


def tail(run: Job, size: int = 20_000) -> str:
    """Return the end of what a run printed."""
    try:
        with run.output.open("rb") as output:
            output.seek(0, 2)
            output.seek(max(0, output.tell() - size))
            return output.read().decode("utf-8", "replace") or "Nothing yet."
    except OSError:
        return "Nothing was kept."


def _seconds(run: Job) -> float:
    ended = (
        datetime.fromisoformat(run.ended_at)
        if run.ended_at
        else datetime.now(UTC).replace(tzinfo=None)
    )
    return (ended - datetime.fromisoformat(_began(run))).total_seconds()


def _began(run: Job) -> str:
    return run.started_at or run.created_at
