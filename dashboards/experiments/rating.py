"""People rate essays without knowing who wrote them; then judges are held against them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.experiments.filters import Chosen
from dashboards.parts.page import Ask, asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import count, escaped, paragraphs
from python_models.experiments.blind_ratings import (
    HIGHEST,
    LOWEST,
    Rating,
    RatingRefused,
    agreement_with_judges,
    in_order,
    keep_rating,
    kept_ratings,
    rater_name,
)

ESSAYS = """
select generations.gen_id
from experiments.generations
where
    generations.stage = 'essay'
    and generations.status in ('ok', 'repaired')
    and generations.parsed is not null
    and (
        $cohort = 'all'
        or generations.gen_id in (
            select gen_id from experiments.membership where cohort_id = $cohort
        )
    )
order by generations.gen_id
"""
# what may be known of an essay: the text, and what it is about
ESSAY = """
select
    generations.parsed,
    combos.alias
from experiments.generations
left join experiments.combos on generations.combo_id = combos.combo_id
where generations.gen_id = $gen
"""
JUDGED = """
select
    scores.essay_gen_id as unit,
    scores.evaluation_model_id as judge,
    avg(scores.scaled_score) as share
from experiments.scores
where
    scores.scaled_score is not null
    and (
        $cohort = 'all'
        or scores.gen_id in (
            select gen_id from experiments.membership where cohort_id = $cohort
        )
    )
group by scores.essay_gen_id, scores.evaluation_model_id
order by scores.essay_gen_id, scores.evaluation_model_id
"""
NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "rater": "Person",
    "judge": "Judge",
    "statistic": "Statistic",
    "value": NUMBER("Value", format="%.3f"),
    "low": NUMBER("95 % from", format="%.3f"),
    "high": NUMBER("to", format="%.3f"),
    "n": NUMBER("Essays", format="%d"),
    "reason": "Why not",
}
NAMES = {
    "pearson": "Pearson",
    "spearman": "Spearman",
    "kappa_quadratic": "weighted kappa",
}
SAID = "rating_said"  # what became of the last one


def show(release: Release, chosen: Chosen) -> None:
    """Show the next essay to rate, and how far judges agree with people once that is asked."""
    ask = asking(release)
    part(
        "Rate without knowing who wrote it",
        "Template, model and scores are hidden, the order is shuffled. Ratings are appended to "
        "ratings/experiments.csv in the lake, which `make ratings` reads.",
    )
    left, right = st.columns([3, 1])
    said = left.text_input("Your name", key="rater", max_chars=60, placeholder="anna")
    seed = int(right.number_input("Seed of the order", 0, 10**6, 1, key="rating_seed"))
    if said.strip():
        try:
            _next(ask, chosen, rater_name(said), seed)
        except RatingRefused as error:
            st.error(escaped(error), icon=":material/error:")
    else:
        empty("Who rates?", "A name keeps the ratings of people apart.")
    _agreement(ask, chosen)


def _next(ask: Ask, chosen: Chosen, rater: str, seed: int) -> None:
    essays = ask(ESSAYS, cohort=chosen.cohort)["gen_id"].to_pylist()
    rated = {row["unit"] for row in kept_ratings() if row["rater"] == rater}
    left = [unit for unit in in_order(essays, seed) if unit not in rated]
    st.caption(f"{count(len(essays) - len(left))} of {count(len(essays))} essays rated")
    if refused := st.session_state.pop(SAID, None):
        st.error(escaped(refused), icon=":material/error:")
    if not left:
        empty("Nothing is left to rate here.", "Choose another cohort, or see below.")
        return
    (essay,) = ask(ESSAY, gen=left[0]).to_pylist()
    if essay["alias"]:
        st.markdown(f"About **{escaped(essay['alias'])}**")
    with st.container(border=True):
        st.html(paragraphs(essay["parsed"], "line-height:1.55;margin:0 0 0.7rem"))
    # a box of its own for each essay, so that no score is carried over to the next
    key = f"score_{rater}_{left[0]}"
    st.slider("Score", LOWEST, HIGHEST, (LOWEST + HIGHEST) / 2, 0.5, "%.1f", key=key)
    st.button(
        "Keep and go on",
        icon=":material/check:",
        key="keep_rating",
        on_click=_keep,
        args=(left[0], rater, key, chosen.cohort, seed),
    )


def _keep(unit: str, rater: str, key: str, cohort: str, seed: int) -> None:
    """Append the rating before the page goes on to the next essay."""
    try:
        keep_rating(Rating(unit, rater, st.session_state[key], cohort, seed))
    except RatingRefused as error:
        st.session_state[SAID] = str(error)
    except OSError as error:
        st.session_state[SAID] = f"It could not be kept: {error}"


def _agreement(ask: Ask, chosen: Chosen) -> None:
    """Hold judges against people, where that is asked for: to see it first would steer them."""
    part("Do judges agree with people?")
    if not st.toggle("Show it (it says how judges scored)", key="show_rated"):
        return
    essays = set(ask(ESSAYS, cohort=chosen.cohort)["gen_id"].to_pylist())
    ratings = [row for row in kept_ratings() if row["unit"] in essays]
    if not ratings:
        empty("Nobody has rated an essay of this cohort.")
        return
    units = {row["unit"] for row in ratings}
    scored = ask(JUDGED, cohort=chosen.cohort).to_pylist()
    judged = [row for row in scored if row["unit"] in units]
    rows: list[dict[str, Any]] = [
        row | {"statistic": NAMES[row["statistic"]]}
        for row in agreement_with_judges(ratings, judged)
    ]
    if not rows:
        empty("No judge scored what was rated.")
        return
    table(pa.Table.from_pylist(rows), "people_and_judges", COLUMNS)
