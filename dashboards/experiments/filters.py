"""What is chosen on the experiments page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboards.experiments import queries as queries
from dashboards.parts.page import asking
from dashboards.parts.release import Release

ALL = "all"


@dataclass(frozen=True)
class Chosen:
    """One cohort, or `all`, and what cohorts are called."""

    cohort: str
    names: dict[str, str]

    def name_of(self, cohort_id: str) -> str:
        """Return what a cohort is called."""
        return self.names.get(cohort_id, "All cohorts")


def cohort_names(cohorts: list[dict[str, Any]]) -> dict[str, str]:
    """Return a short name for each cohort: its study, with the id where a study has several."""
    studies = [cohort["study"] for cohort in cohorts]
    return {
        cohort["cohort_id"]: cohort["study"]
        if studies.count(cohort["study"]) == 1
        else f"{cohort['study']} · {cohort['cohort_id'][:8]}"
        for cohort in cohorts
    }


def text_filters(release: Release, chosen: Chosen) -> dict[str, list[str]]:
    """Ask which draft templates and writing models to show; none chosen means all."""
    choices = asking(release)(queries.CHOICES, cohort=chosen.cohort).to_pylist()[0]
    left, right = st.columns(2)
    with left:
        templates = st.multiselect(
            "Draft template",
            choices["templates"] or [],
            placeholder="All templates",
            key="template",
            bind="query-params",
        )
    with right:
        models = st.multiselect(
            "Writing model",
            choices["models"] or [],
            placeholder="All models",
            key="model",
            bind="query-params",
        )
    return {"templates": templates, "models": models}
