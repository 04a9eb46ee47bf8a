"""A named set merged of datasets or of sets, by the policy a person chooses."""

from __future__ import annotations

import streamlit as st

from dashboards.conversations import queries as queries
from dashboards.parts import run_progress, runner
from dashboards.parts.page import asking, part
from dashboards.parts.release import Release
from dashboards.parts.text import escaped, words
from ingestion.conversations.named_sets import POLICIES
from ingestion.landing.declarations import DeclarationError
from python_models.conversations.merge import declare_set

TIERS = ("open", "restricted", "private")


def show(release: Release) -> None:
    """Ask what is merged into which set, declare it, and start the run that builds it."""
    ask = asking(release)
    datasets = ask(queries.DATASET_IDS)["dataset_id"].to_pylist()
    sets = ask(queries.SETS)["set_name"].to_pylist()
    part("Merge", "Declares a set of its own; a run lands and builds it.")
    with st.form("merge", border=True):
        left, right = st.columns(2)
        name = left.text_input("Name of the set", max_chars=60, placeholder="support_chats")
        policy = right.selectbox("Of copies, take", POLICIES, format_func=words)
        of_datasets = left.multiselect("Datasets", datasets, key="merge_datasets")
        of_sets = right.multiselect("Or sets", sets, key="merge_sets")
        tiers = left.multiselect("Tiers that are looked at", TIERS, default=["open"])
        pressed = st.form_submit_button("Merge and build", icon=":material/merge:")
    if not pressed:
        return
    if bool(of_datasets) == bool(of_sets):
        st.error("Choose datasets or sets, not both.", icon=":material/error:")
        return
    wanted = {
        "set": name.strip(), "datasets": of_datasets, "sets": of_sets, "policy": policy,
        "tiers": tiers, "min_grade": "any",
    }  # fmt: skip
    try:
        if name.strip() in sets:
            raise DeclarationError(f"The release has a set of the name {name.strip()!r}.")
        declare_set(wanted)
    except DeclarationError as error:
        st.error(escaped(str(error).rpartition(".new: ")[2]), icon=":material/error:")
        return
    command = runner.pipeline_command({"domain": "conversations"})
    run_progress.start(command, f"Build of the set {name.strip()}")
