"""Beside the console of the page SQL: tables to put into a query, earlier queries, a chart."""

from __future__ import annotations

import altair as alt
import pyarrow as pa
import streamlit as st

from dashboards.parts.charts import top_legend
from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release
from dashboards.parts.text import escaped
from dashboards.shared import data_queries as queries

# put before a person, who sends it or does not
STARTER = "select\n{columns}\nfrom {table}\nlimit 100"
MOST_KEPT = 20
MOST_DRAWN = 5_000
MOST_GROUPS = 12
KINDS = ("Bars", "Line", "Points")


def show_tables(release: Release) -> None:
    """Show a table's columns, and put a query over it, or a column, into the console."""
    ask = asking(release)
    names = [f"{row['schema_name']}.{row['table_name']}" for row in ask(queries.TABLES).to_pylist()]
    chosen = st.selectbox("Table", names, index=None, key="browsed", placeholder="find a table")
    if chosen is None:
        return
    schema, _, name = chosen.partition(".")
    columns = ask(queries.COLUMNS, schema_name=schema, table_name=name).to_pylist()
    listed = ",\n".join(f"    {row['column_name']}" for row in columns)
    whole = STARTER.format(columns=listed, table=chosen)
    st.button(
        "Put in a query of it", on_click=_replace, args=(whole,), icon=":material/input:", key="put"
    )
    with st.container(height=260):
        for row in columns:
            st.button(
                f"{escaped(row['column_name'])} :gray[{escaped(row['data_type'].lower())}]",
                help=escaped(row["comment"] or ""),
                on_click=_append,
                args=(row["column_name"],),
                type="tertiary",
                key=f"column_{row['column_name']}",
            )


def keep() -> None:
    """Keep the query that is sent in the history of this session, the newest first."""
    text = st.session_state.get("query", "")
    kept = [one for one in st.session_state.get("history", []) if one != text]
    st.session_state["history"] = [text, *kept][:MOST_KEPT]


def show_history() -> None:
    """Show what was sent in this session; a click puts it back into the console."""
    kept = st.session_state.get("history", [])
    if not kept:
        st.caption("What you send stands here until you close the page.")
    for number, text in enumerate(kept):
        first = " ".join(text.split())
        label = first if len(first) <= 60 else f"{first[:59]}…"
        st.button(
            escaped(label), on_click=_replace, args=(text,), type="tertiary", key=f"sent_{number}"
        )


def show_chart(rows: pa.Table) -> None:
    """Draw a result: any column along (a time, if there is one), a number up, a colour."""
    numbers = [field.name for field in rows.schema if _is_number(field.type)]
    if not numbers or len(rows) < 2:
        empty("A chart takes two rows and a column of numbers.")
        return
    with st.container(horizontal=True):
        kind = st.selectbox("Chart", KINDS, key="chart_kind", width=140)
        names = rows.column_names
        times = [at for at, of in enumerate(rows.schema) if pa.types.is_temporal(of.type)]
        along = st.selectbox(
            "Along", names, index=times[0] if times else 0, key="chart_along", width=220
        )
        up = st.selectbox("Up", numbers, index=len(numbers) - 1, key="chart_up", width=220)
        groups = [name for name in rows.column_names if 1 < _distinct(rows, name) <= MOST_GROUPS]
        # rows of one place are told apart: bars on one another would read as a sum
        apart = [at for at, name in enumerate(groups) if name not in (along, up)]
        is_shared = _distinct(rows, along) < len(rows)
        color = st.selectbox(
            "Colour", groups, index=apart[0] if is_shared and apart else None, key="chart_color",
            width=220,
        )  # fmt: skip
    drawn = rows.slice(0, MOST_DRAWN)
    if len(rows) > MOST_DRAWN:
        st.caption(f"The first {MOST_DRAWN:,} rows are drawn.")
    st.altair_chart(_chart(drawn, kind, along, up, color), key="result_chart")


def _chart(rows: pa.Table, kind: str, along: str, up: str, color: str | None) -> alt.Chart:
    # names go in as values: a column may be called anything, `a.b:Q` too
    renamed = {"along": rows[along], "up": rows[up]} | ({"color": rows[color]} if color else {})
    typed = "Q" if _is_number(rows.schema.field(along).type) and kind != "Bars" else "N"
    if pa.types.is_temporal(rows.schema.field(along).type):
        typed = "T"
    chart = alt.Chart(pa.table(renamed))
    marked = {"Bars": chart.mark_bar, "Line": chart.mark_line, "Points": chart.mark_point}[kind]()
    encoded = {
        "x": alt.X(f"along:{typed}", title=along, sort=None),
        "y": alt.Y("up:Q", title=up),
        "tooltip": [alt.Tooltip(f"along:{typed}", title=along), alt.Tooltip("up:Q", title=up)],
    }
    if color:
        encoded["color"] = alt.Color("color:N", title=color, legend=top_legend(160))
    return marked.encode(**encoded).properties(height=320)


def _distinct(rows: pa.Table, name: str) -> int:
    if pa.types.is_nested(rows.schema.field(name).type):
        return 0
    return len(rows[name].unique())


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _replace(text: str) -> None:
    st.session_state["query"] = text


def _append(name: str) -> None:
    st.session_state["query"] = f"{st.session_state.get('query', '')} {name}".lstrip()
