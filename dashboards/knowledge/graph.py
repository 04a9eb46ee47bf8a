"""Graph: what stands round a thing as of any day, in the world and as far as it was known."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import altair as alt
import pyarrow as pa
import streamlit as st

from dashboards.knowledge.communities import show_communities
from dashboards.knowledge.entity import FOUND, HIDDEN, WHY
from dashboards.knowledge.neighbourhood import (
    MOST_NODES,
    PADDING,
    Node,
    Row,
    around,
    least_widths,
    places,
)
from dashboards.parts.charts import MUTED, top_legend
from dashboards.parts.page import Ask, asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, picked, table
from dashboards.parts.text import count, escaped, quotes

SPAN = """
select min(valid_from) as valid_first, max(coalesce(valid_to, valid_from)) as valid_last,
    min(known_from) as known_first, max(coalesce(known_to, known_from)) as known_last
from knowledge.edges where graph_id = (select graph_id from knowledge.current)
"""
EDGES = "select * from knowledge.graph_as_of(valid := $valid, known := $known)"
HEIGHT = 520
LEGEND = 80  # pixels of it, on a telephone
SHOWN = (
    "subject", "relation", "object", "valid_from", "valid_to", "known_from", "fact_count",
    "tier", "edge_id",
)  # fmt: skip


def show(release: Release) -> None:
    """Draw what stands round a thing, list its edges, and say of one why it is there."""
    ask = asking(release)
    text = st.text_input(
        "Thing", key="entity", bind="query-params", placeholder="a name, a mail address or an id"
    ).strip()
    found = {row["entity_id"]: row for row in ask(FOUND, text=text).to_pylist()}
    if not found:
        empty("Nothing of this release is called so.")
        return
    start = st.selectbox(
        "In the middle",
        list(found),
        format_func=lambda name: f"{found[name]['name']} ({found[name]['type']})",
        key="graph_thing",
    )
    depth = st.slider("Steps", 1, 3, 2, key="graph_depth")
    valid, known = _as_of(ask)
    edges = ask(EDGES, valid=valid, known=known)
    nodes, drawn, left_out = around(edges.to_pylist(), start or next(iter(found)), depth)
    if not drawn:
        empty("No document that was known then says how it stands to another thing.")
    else:
        st.altair_chart(drawing(nodes, drawn), key="knowledge_graph")
        more = f"; {count(left_out)} more are left out" if left_out else ""
        st.caption(
            f"{count(len(nodes))} things and {count(len(drawn))} edges{more}. At most {MOST_NODES} "
            "are drawn, the nearest first; a circle is larger the more edges it has. Names without "
            "room show when pointed at."
        )
    _edges(ask, edges, {node.entity_id for node in nodes})
    show_communities(ask)


def _as_of(ask: Ask) -> tuple[datetime, datetime]:
    """Ask for the two days; the graph is that of their ends."""
    (span,) = ask(SPAN).to_pylist()
    left, right = st.columns(2)
    with left:
        valid = _day("As it was on", span["valid_first"], span["valid_last"], "graph_valid")
    with right:
        known = _day("As known on", span["known_first"], span["known_last"], "graph_known")
    return valid, known


def _day(label: str, first: datetime | None, last: datetime | None, key: str) -> datetime:
    """Return the end of a day between two; where there is one day only, nothing is asked."""
    if first is None or last is None or first.date() >= last.date():
        return _end_of(last.date() if last else date.today())
    days = st.slider(label, first.date(), last.date(), last.date(), key=key)
    return _end_of(days)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max)


def drawing(nodes: list[Node], edges: list[Row]) -> alt.LayerChart:
    """Return the picture: edges as lines, things as circles in the colour of their type."""
    at = places(nodes, edges)
    place = {node.entity_id: tuple(map(float, xy)) for node, xy in zip(nodes, at, strict=True)}
    labels = list(map(label_of, nodes))
    room = least_widths(at, labels, HEIGHT - LEGEND)
    things = [
        node._asdict()
        | {"x": place[node.entity_id][0], "y": place[node.entity_id][1],
           "label": label, "least_width": least}
        for node, label, least in zip(nodes, labels, room, strict=True)
    ]  # fmt: skip
    lines = [
        {name: edge[name] for name in ("subject", "relation", "object")}
        | dict(zip(("x", "y"), place[edge["subject_id"]], strict=True))
        | dict(zip(("x2", "y2"), place[edge["object_id"]], strict=True))
        for edge in edges
    ]
    bare = alt.Scale(padding=PADDING, zero=False, nice=False)
    across, down = alt.X("x:Q", axis=None, scale=bare), alt.Y("y:Q", axis=None, scale=bare)
    rules = (
        alt.Chart(pa.Table.from_pylist(lines))
        .mark_rule(color=MUTED, opacity=0.45)
        .encode(
            x=across,
            y=down,
            x2="x2:Q",
            y2="y2:Q",
            tooltip=[alt.Tooltip(f"{name}:N") for name in ("subject", "relation", "object")],
        )
    )
    base = alt.Chart(pa.Table.from_pylist(things)).encode(x=across, y=down)
    circles = base.mark_circle(opacity=1).encode(
        color=alt.Color("type:N", title=None, legend=top_legend(110)),
        size=alt.Size("degree:Q", scale=alt.Scale(range=[60, 500]), legend=None),
        tooltip=[alt.Tooltip("name:N"), alt.Tooltip("type:N"), alt.Tooltip("degree:Q")],
    )
    has_room = alt.condition("width >= datum.least_width", alt.value(1), alt.value(0))
    words = base.mark_text(dy=-12, fontSize=11).encode(text="label:N", opacity=has_room)
    return alt.LayerChart(layer=[rules, circles, words]).properties(height=HEIGHT)


def label_of(node: Node) -> str:
    """Return a thing's name as a label; a long one is cut."""
    name = " ".join((node.name or node.entity_id).split())
    return name if len(name) <= 28 else f"{name[:27]}…"


def _edges(ask: Ask, edges: pa.Table, inside: set[str]) -> None:
    """List the edges of what is drawn; of the one chosen show the words that say it."""
    rows = [row for row in edges.to_pylist() if row["subject_id"] in inside]
    if not rows:
        return
    part("Edges", "Of the things above, with what they are said to be. Choose one to read why.")
    listed = in_words(pa.Table.from_pylist(rows, edges.schema).select(SHOWN), "relation")
    edge: dict[str, Any] | None = picked(listed, "knowledge_graph", HIDDEN)
    if edge:
        part("Why", escaped(f"{edge['subject']} {edge['relation']} {edge['object']}"))
        why = ask(WHY, edge=edge["edge_id"])
        st.html(quotes(why.column("words").to_pylist()))
        table(why, "knowledge_graph_why", HIDDEN)
