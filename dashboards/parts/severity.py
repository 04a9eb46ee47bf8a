"""One language for how bad a thing is, in words and colours, on every page."""

from __future__ import annotations

from typing import Literal, NamedTuple

import streamlit as st

Level = Literal["good", "notice", "warning", "critical"]
Color = Literal["green", "blue", "orange", "red"]


class Look(NamedTuple):
    """How a level is shown."""

    color: Color
    icon: str


LOOKS: dict[Level, Look] = {
    "good": Look("green", ":material/check_circle:"),
    "notice": Look("blue", ":material/info:"),
    "warning": Look("orange", ":material/warning:"),
    "critical": Look("red", ":material/error:"),
}
# what a run, a node, a gate or a call says of itself -> how bad it is, and the words for it
STATUSES: dict[str, tuple[Level, str]] = {
    "success": ("good", "Passed"),
    "pass": ("good", "Passed"),
    "ok": ("good", "Passed"),
    "warn": ("warning", "Passed with warnings"),
    "running": ("notice", "Running"),
    "queued": ("notice", "Waiting"),
    "skipped": ("notice", "Skipped"),
    "failed": ("critical", "Failed"),
    "fail": ("critical", "Failed"),
    "error": ("critical", "Failed"),
    "runtime error": ("critical", "Failed"),
    "killed": ("critical", "Stopped from outside"),
}


def status_words(status: str | None) -> str:
    """Return the words for a status that code or data gives; one not known stays as it is."""
    return STATUSES[status][1] if status in STATUSES else (status or "–").capitalize()


def status_level(status: str | None) -> Level:
    """Return how bad a status is; one not known is a notice."""
    return STATUSES[status][0] if status in STATUSES else "notice"


def show_badge(level: Level, words: str, width: int | Literal["content"] = "content") -> None:
    """Show a word in the colour of its level."""
    st.badge(words, color=LOOKS[level].color, icon=LOOKS[level].icon, width=width)
