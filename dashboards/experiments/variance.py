"""Where the variance of scores lies."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from dashboards.experiments import charts as charts
from dashboards.experiments import judge_queries as queries
from dashboards.experiments.filters import Chosen
from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import percent

NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "component": "Component",
    "share": st.column_config.ProgressColumn("Share", format="percent", min_value=0, max_value=1),
    "variance": NUMBER("Variance", format="%.5f"),
    "estimate": NUMBER("Estimate", format="%.5f", help="Unbiased, and so at times below 0"),
    "df": NUMBER("Degrees of freedom", format="%d"),
    "n": NUMBER("Scores", format="%d"),
}
OF_TEXTS = ("combo", "template", "generation_model", "text", "replicate")
OF_JUDGES = ("evaluation_template", "evaluation_model", "residual")


def show(release: Release, chosen: Chosen) -> None:
    """Show the components of all cohorts as bars, and those of the chosen one."""
    ask = asking(release)
    rows = ask(queries.VARIANCE_BY_COHORT).to_pylist()
    if not rows:
        empty("No cohort has scores enough to part their variance.")
        return
    order = list(charts.COMPONENTS)
    for row in rows:
        row["cohort"] = chosen.name_of(row["cohort_id"])
        row["place"] = order.index(row["component"])
        row["component"] = charts.COMPONENTS[row["component"]]
    st.altair_chart(charts.variance_bars(pa.Table.from_pylist(rows)), key="variance_bars")
    st.caption(
        "Crossed random effects by the method of moments (Henderson's Method I). What lies in "
        "texts is what an experiment looks for; what lies in judges and the residual is noise."
    )
    components = ask(queries.VARIANCE, cohort=chosen.cohort)
    shares = {row["component"]: row["share"] or 0 for row in components.to_pylist()}
    left, right = st.columns(2)
    texts, judges = (sum(shares.get(name, 0) for name in names) for names in (OF_TEXTS, OF_JUDGES))
    left.metric("In the texts", percent(texts), border=True)
    right.metric("In judges and chance", percent(judges), border=True)
    part("Components of " + chosen.name_of(chosen.cohort).replace("_", r"\_"))
    named = [
        row | {"component": charts.COMPONENTS.get(row["component"], row["component"])}
        for row in components.to_pylist()
    ]
    table(pa.Table.from_pylist(named, components.schema), "variance", COLUMNS)
