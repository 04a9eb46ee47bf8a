"""What failed, with its reason and another try; a form that asks for a cohort, priced before."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import streamlit as st

from dashboards.experiments.filters import ALL, Chosen
from dashboards.experiments.price import PRICE, options, price_command, read_price, show_price
from dashboards.parts import run_progress, runner
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table, worded
from dashboards.parts.text import escaped, some, words
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import settings
from ingestion.lakehouse.tiers import WHOLE

STAGES = ("draft", "essay", "evaluation", "comparison")
FAILED = """
select
    coalesce(combos.alias, generations.combo_id) as combination,
    generations.stage,
    generations.status,
    coalesce(generations.error, generations.parse_error) as reason,
    generations.template_id,
    generations.model_id,
    generations.asked_at,
    generations.gen_id
from experiments.generations
left join experiments.combos
    on generations.combo_id = combos.combo_id
where
    generations.status in ('failed', 'invalid', 'truncated', 'refused', 'blocked')
    and (
        $cohort = 'all'
        or generations.gen_id in (
            select gen_id from experiments.membership where cohort_id = $cohort
        )
    )
order by generations.asked_at desc nulls last, generations.gen_id
limit 2000
"""
MODELS = """
select distinct model_id
from experiments.generations
where model_id is not null
order by model_id
"""
COLUMNS = {
    "combination": "Combination",
    "stage": "Stage",
    "status": "What happened",
    "reason": st.column_config.TextColumn("Why", width="large"),
    "template_id": "Template",
    "model_id": "Model",
    "asked_at": st.column_config.DatetimeColumn("Asked (UTC)", format="YYYY-MM-DD HH:mm"),
    "gen_id": "Id",
}
COST = "Cost of"


def show(release: Release, chosen: Chosen) -> None:
    """Show what failed with another try, and the form."""
    can_start = lake().journal_db.exists() and settings().tier == WHOLE
    part("Texts that failed", "Drafts, essays and evaluations that no usable answer came for.")
    failed = asking(release)(FAILED, cohort=chosen.cohort)
    if len(failed):
        table(worded(failed, say=words), "failed_texts", COLUMNS)
    else:
        empty("No text failed.")
    if not can_start:
        return
    label = f"Ask for {some(len(failed), 'text')} again"
    if len(failed) and st.button(label, icon=":material/refresh:", help="And what waits for them"):
        limits = {"cohort": "" if chosen.cohort == ALL else chosen.cohort}
        run_progress.start(again_command(limits), "Failed texts, asked again")
    part("Ask for a cohort", "What is there already is not asked, or paid for, again.")
    _form(release, chosen)
    run = run_progress.started_run()
    if run is None or run.state != "succeeded" or not run.title.startswith(COST):
        return
    if rows := read_price(run):
        part(escaped(run.title))
        show_price(rows)


def _form(release: Release, chosen: Chosen) -> None:
    known = asking(release)(MODELS)["model_id"].to_pylist()
    with st.form("ask_cohort", border=True):
        left, middle, right = st.columns([2, 2, 2])
        cohorts = left.multiselect(
            "Cohorts", list(chosen.names), format_func=chosen.name_of, placeholder="All"
        )
        stages = middle.multiselect("Stages", STAGES, placeholder="All", format_func=words)
        models = right.multiselect("Models", known, placeholder="All")
        with st.container(horizontal=True):
            priced = st.form_submit_button("What will it cost?", icon=":material/payments:")
            wanted = st.form_submit_button(
                "Ask and build", type="primary", icon=":material/play_arrow:"
            )
    limits = {"cohort": ",".join(cohorts), "stage": ",".join(stages), "model": ",".join(models)}
    title = " · ".join(
        filter(None, (", ".join(map(chosen.name_of, cohorts)), *map(", ".join, (stages, models))))
    )
    if priced:
        run_progress.start(price_command(limits), f"{COST} {title or 'all cohorts'}", PRICE)
    if wanted:
        command = runner.pipeline_command({"domain": "experiments", **limits})
        run_progress.start(command, f"Experiments: {title or 'all cohorts'}")


def again_command(limits: Mapping[str, str]) -> list[str]:
    """Return the command that asks what failed again, within limits."""
    return [sys.executable, "-m", "python_models.experiments.ask_failed", *options(limits)]
