"""Head, empty state and error state of a page."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa
import streamlit as st

from dashboards.parts.release import Release, current_release, query
from dashboards.parts.text import ago, escaped, moment
from ingestion.lakehouse.settings import SettingsError, scrub, settings
from ingestion.lakehouse.tiers import WHOLE
from python_models.release.reader import NothingReleased

Ask = Callable[..., pa.Table]
logger = logging.getLogger(__name__)


def run_page(title: str, show: Callable[[Any], None], needs_release: bool = True) -> None:
    """Show one page on the release the pointer names now, or say why there is nothing to show.

    `show` is given the release; a page that does not need one is given None where there is none.
    """
    try:
        release = current_release()
    except NothingReleased:
        st.title(title, anchor=False)
        nothing_released()
        if not needs_release:
            show(None)
        return
    except (duckdb.Error, OSError, SettingsError) as error:
        st.title(title, anchor=False)
        _say("The release database could not be opened.", error)
        return
    _head(title, release)
    with guarded(title):
        show(release)


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Let one part of a page fail alone: a sentence for the reader, the details in the log."""
    try:
        yield
    except duckdb.CatalogException as error:
        logger.info("%s: %s", what, scrub(str(error)))
        why = (
            "this release does not hold its tables yet. `make run` makes them; the page Runs says "
            "what kept a run from releasing them."
            if settings().tier == WHOLE
            else "nothing of it is for readers of the tiers that these pages show."
        )
        st.info(f"{what}: {why}", icon=":material/inventory_2:")
    except (duckdb.Error, OSError, SettingsError) as error:
        _say(f"{what} could not be read from this release.", error)


def nothing_released() -> None:
    """Say how the first release is made."""
    with st.container(border=True):
        st.subheader("Nothing has been released yet", anchor=False)
        if settings().tier != WHOLE:
            st.write("Pages show released data only. Whoever runs the builds makes a release.")
            return
        st.write("Pages show released data only. The first run lands, checks and releases it:")
        st.code("make run", language="bash")
        st.caption("When a run stopped at a gate, `make runs` says which promise broke.")


def empty(what: str, hint: str = "") -> None:
    """Say that there are no rows, and what would bring some; commands only to who may run them."""
    if "`make " in hint and settings().tier != WHOLE:
        hint = ""
    st.info(f"{what}{f' {hint}' if hint else ''}", icon=":material/inbox:")


def part(title: str, help_text: str | None = None) -> None:
    """Head a part of a page."""
    st.subheader(title, anchor=False, help=help_text)


def asking(release: Release) -> Ask:
    """Return the function a page asks its queries with."""
    return partial(query, release)


def card_sides() -> list[st.delta_generator.DeltaGenerator]:
    """Return the two sides of a product's card: words, and a chart."""
    return st.columns([2, 3], gap="medium", vertical_alignment="center")


def _head(title: str, release: Release) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        st.space("stretch")
        st.badge(
            f"Release {escaped(release.release_id)}, {ago(release.created_at)}",
            icon=":material/verified:",
            color="green",
            help=f"Every figure here is of this release, made {moment(release.created_at)}.",
        )


def _say(sentence: str, error: Exception) -> None:
    logger.warning("%s %s", sentence, scrub(str(error)))
    st.error(f"{sentence} Details are in the server's log.", icon=":material/error:")
