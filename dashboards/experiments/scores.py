"""Score pivots: combination by template and model, judge by template, and what was not read."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboards.experiments import charts as charts
from dashboards.experiments import queries as queries
from dashboards.experiments import score_queries as score_queries
from dashboards.experiments import scorers as scorers
from dashboards.experiments.filters import Chosen, text_filters
from dashboards.parts.links import link_to
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import escaped

NUMBER = st.column_config.NumberColumn
SHARE = st.column_config.ProgressColumn
COLUMNS = {
    "alias": "Combination",
    "combo_id": None,
    "draft_template_id": "Draft template",
    "essay_template_id": "Essay template",
    "generation_model_id": "Writing model",
    "mean_share": SHARE("Mean", format="percent", min_value=0, max_value=1),
    "mean_score": NUMBER("Mean score", format="%.2f"),
    "share_deviation": NUMBER("Deviation", format="percent"),
    "score_count": NUMBER("Scores", format="%d"),
    "evaluation_count": NUMBER("Evaluations", format="%d"),
    "essay_count": NUMBER("Essays", format="%d"),
    "told": None,
    "column": None,
}
JUDGE_COLUMNS = COLUMNS | {
    "evaluation_model_id": "Judge",
    "evaluation_template_id": "Evaluation template",
    "lowest_share": NUMBER("Lowest", format="percent"),
    "highest_share": NUMBER("Highest", format="percent"),
    "error_share": NUMBER("Without a score", format="percent"),
}
NO_DAYS: dict[str, date | None] = {"from_date": None, "to_date": None}
UNREAD_COLUMNS = {
    "evaluation_model_id": "Judge",
    "evaluation_template_id": "Evaluation template",
    "parser": "Parser",
    "error_code": "Reason",
    "error": "Why",
    "last_words": st.column_config.TextColumn("Last words", width="large"),
    "gen_id": "Evaluation",
}


def show(release: Release, chosen: Chosen) -> None:
    """Show the pivot of texts, that of judges, and the answers that gave no score."""
    ask = asking(release)
    wanted = text_filters(release, chosen)
    left, right = st.columns(2)
    with left:
        least = st.slider(
            "At least this many scores a cell", 1, 20, 1, key="least", bind="query-params"
        )
    with right:
        days = _days(release, chosen)
    of, when = (score_queries, days) if days else (queries, {})
    found = ask(of.PIVOT, cohort=chosen.cohort, least=least, **wanted, **when)
    if len(found):
        _pivot(found, chosen)
    else:
        empty("No cell has that many scores.", "Choose fewer scores, other templates or models.")
    part("Judges")
    table(ask(of.JUDGES, cohort=chosen.cohort, **when), "judges", JUDGE_COLUMNS)
    scorers.show(release, chosen)
    unread = ask(queries.UNREAD, cohort=chosen.cohort, **(days or NO_DAYS))
    if len(unread):
        part("Answers that gave no score", "A score is never guessed: these say why there is none.")
        table(unread, "unread", UNREAD_COLUMNS)


def _days(release: Release, chosen: Chosen) -> dict[str, date] | None:
    """Return the first and last day that judges are heard of; none where it is every day."""
    known = asking(release)(score_queries.DAYS, cohort=chosen.cohort).to_pylist()[0]
    first, last = known["first_day"], known["last_day"]
    if first is None:
        return None
    span = st.date_input(
        "Judged (UTC)",
        value=(first, last),
        min_value=first,
        max_value=last,
        format="YYYY-MM-DD",
        key="judged",
        bind="query-params",
    )
    if not span or (span[0], span[-1]) == (first, last):
        return None
    return {"from_date": span[0], "to_date": span[-1]}


def _best_first(rows: list[dict[str, Any]]) -> pa.Table:
    """Return the cells in the order of their line's mean."""
    means: dict[str, list[float]] = {}
    for row in rows:
        means.setdefault(row["alias"], []).append(row["mean_share"] or 0.0)
    best = {alias: sum(shares) / len(shares) for alias, shares in means.items()}
    return pa.Table.from_pylist(
        sorted(rows, key=lambda row: (-best[row["alias"]], row["alias"], row["column"]))
    )


def _pivot(found: pa.Table, chosen: Chosen) -> None:
    rows = found.to_pylist()
    templates = {row["essay_template_id"] for row in rows}
    for row in rows:
        names = [row["draft_template_id"], row["essay_template_id"], row["generation_model_id"]]
        row["column"] = " · ".join(names if len(templates) > 1 else [names[0], names[2]])
        row["told"] = "–" if row["mean_share"] is None else f"{row['mean_share']:.0%}"
        row["alias"] = row["alias"] or row["combo_id"]
    cells = _best_first(rows)
    event = st.altair_chart(
        charts.score_pivot(cells, "column"),
        key="score_pivot",
        on_select="rerun",
        selection_mode="cell",
    )
    st.caption(
        "A cell is the mean of all its scores as a share of the scale. Click one to read it."
    )
    cell = _picked(event)
    if cell:
        is_row = pc.and_(
            pc.equal(cells["alias"], cell["alias"]), pc.equal(cells["column"], cell["column"])
        )
        cells = cells.filter(is_row)
        for row in cells.to_pylist()[:1]:
            part(escaped(f"{row['alias']}, {row['column']}"))
            link_to(
                "experiments",
                "Read its texts",
                view="Lineage",
                cohort=chosen.name_of(chosen.cohort),
                combo=row["combo_id"],
                template=row["draft_template_id"],
                model=row["generation_model_id"],
            )
    table(cells, "scores", COLUMNS)


def _picked(event: Any) -> dict[str, str] | None:
    """Return the clicked cell, or null when there is none."""
    picked = (event or {}).get("selection", {}).get("cell") or []
    if not picked or not {"alias", "column"} <= set(picked[0]):
        return None
    return {name: str(picked[0][name]) for name in ("alias", "column")}
