"""Grid: cells side by side, each measure with its interval, and what a cell costs."""

from __future__ import annotations

from typing import Any

import altair as alt
import pyarrow as pa
import streamlit as st

from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import count, escaped, some, words
from python_models.knowledge.grid.measures import OF_QUESTIONS, difference

GRIDS = """
select *
from knowledge.grids
order by released_cell is null, grid_id
"""
CELLS = """
select *
from knowledge.grid_cells
where grid_id = $grid
order by cell_id
"""
METRICS = """
select cell_id, metric, value, low, high, n
from knowledge.grid_metrics
where grid_id = $grid
order by metric, cell_id
"""
QUESTIONS = """
select cell_id, question_id, question, answer, first_rank, recall_at_5, recall_at_10,
    reciprocal_rank, ndcg_at_10, precision_at_5, iou_at_5
from knowledge.grid_questions
where grid_id = $grid
order by question_id, cell_id
"""

CELL_COLUMNS = {
    "cell_id": "Cell",
    "chunker_id": "Chunks by",
    "ontology_id": "Ontology",
    "embedder_id": "Embedded by",
    "extractor_id": "Facts by",
    "resolver_id": "Things told apart by",
    "released": "Released",
    "corpus_id": st.column_config.TextColumn("Corpus", width="small"),
    "resolution_id": st.column_config.TextColumn("Resolution", width="small"),
    "graph_id": st.column_config.TextColumn("Graph", width="small"),
}
METRIC_COLUMNS = {
    "cell_id": "Cell",
    "value": st.column_config.NumberColumn("Value", format="%.4g"),
    "low": st.column_config.NumberColumn("95 % from", format="%.4g"),
    "high": st.column_config.NumberColumn("to", format="%.4g"),
    "n": st.column_config.NumberColumn("Questions", format="%d"),
    "says": "Difference",
    "metric": None,
}
QUESTION_COLUMNS = {
    "cell_id": "Cell",
    "question_id": None,
    "question": st.column_config.TextColumn("Question", width="large"),
    "answer": "Answer",
    "first_rank": st.column_config.NumberColumn("First found at", format="%d"),
} | {name: st.column_config.NumberColumn(words(name), format="%.3f") for name in OF_QUESTIONS}


def show(release: Release) -> None:
    """Show one grid: its cells, a measure of each, and the questions."""
    ask = asking(release)
    grids = {row["grid_id"]: row for row in ask(GRIDS).to_pylist()}
    if not grids:
        empty("This release holds no grid.")
        return
    grid = st.selectbox("Grid", list(grids), key="grid", bind="query-params", width=280)
    chosen = grids[grid]
    st.caption(
        f"{some(chosen['cell_count'], 'cell')} over {count(chosen['chunker_count'])} chunkings and"
        f" {some(chosen['graph_count'], 'graph')}, {some(chosen['question_count'], 'question')};"
        f" released: {escaped(chosen['released_cell'] or 'none of these')}"
    )
    metrics = ask(METRICS, grid=grid).to_pylist()
    questions = ask(QUESTIONS, grid=grid).to_pylist()
    table(ask(CELLS, grid=grid), "grid_cells", CELL_COLUMNS, column_order=list(CELL_COLUMNS))
    measured = {row["metric"] for row in metrics}
    # which cell answers better comes first
    named = [name for name in OF_QUESTIONS if name in measured]
    named += sorted(measured.difference(named))
    if not named:
        return
    metric = st.selectbox(
        "Measure", named, format_func=words, key="metric", bind="query-params", width=280
    )
    rows = [row for row in metrics if row["metric"] == metric]
    st.altair_chart(_chart(rows, words(metric)))
    table(pa.Table.from_pylist(rows), "grid_metrics", METRIC_COLUMNS)
    if metric in OF_QUESTIONS:
        part("Against the released cell")
        _differences(questions, metric, chosen["released_cell"])
        part("Questions")
        table(pa.Table.from_pylist(questions), "grid_questions", QUESTION_COLUMNS)


def _chart(rows: list[dict[str, Any]], metric: str) -> alt.LayerChart:
    """Return a point for each cell, with the interval where there is one."""
    base = alt.Chart(alt.Data(values=rows)).encode(y=alt.Y("cell_id:N", title="Cell"))
    points = base.mark_point(filled=True, size=70).encode(x=alt.X("value:Q", title=metric))
    return base.mark_rule(aria=False).encode(x="low:Q", x2="high:Q") + points


def _differences(questions: list[dict[str, Any]], metric: str, released: str | None) -> None:
    """Show how far each cell is from the released one; no difference is said to be none."""
    by_cell: dict[str, dict[str, float]] = {}
    for row in questions:
        if row[metric] is not None:
            by_cell.setdefault(row["cell_id"], {})[row["question_id"]] = row[metric]
    if released not in by_cell:
        st.caption("The released cell is not of this grid, or was measured by no question.")
        return
    own = by_cell.pop(released)
    rows = [{"cell_id": cell} | difference(own, values) for cell, values in by_cell.items()]
    if not rows:
        st.caption("There is no other cell.")
        return
    said = [row | {"says": "none" if row.pop("is_none") else "differs"} for row in rows]
    table(pa.Table.from_pylist(said), "grid_differences", METRIC_COLUMNS)
