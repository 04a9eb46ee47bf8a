"""What is declared to be tried: each study's price before it lands, and the run that asks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboards.experiments.filters import Chosen
from dashboards.experiments.price import PRICE, most, price_command, read_price, show_price
from dashboards.jobs import jobs
from dashboards.parts import run_progress, runner
from dashboards.parts.page import empty, part
from dashboards.parts.release import Release
from dashboards.parts.text import escaped
from ingestion.experiments.landing import SOURCE, offered
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE
from ingestion.landing.deliveries import SourceAbsent


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
        run_progress.start(price_command({"cohort": name}), study.priced_as, PRICE)
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


def price_of(study: Offered) -> list[dict[str, Any]]:
    """Return what asking this version would take, by step; nothing where nobody has asked that."""
    for job in jobs.listed(limit=50):
        if job.kind == PRICE and job.title == study.priced_as and job.state == "succeeded":
            return read_price(job)
    return []


def _priced(study: Offered, rows: list[dict[str, Any]]) -> None:
    part(f"What {study.name} takes")
    show_price(rows)
    if st.button(
        f"Land it and ask, for up to {escaped(most(rows))}",
        icon=":material/play_arrow:",
        key="ask_study",
    ):
        command = runner.pipeline_command({"domain": "experiments", "cohort": study.name})
        run_progress.start(command, f"Run of study {study.name}")


def _state(study: Offered) -> str:
    return "not landed as it is now" if study.is_new else "landed as it is"
