"""Charts of what the nodes of runs took."""

from __future__ import annotations

import altair as alt
import pyarrow as pa

from dashboards.parts.charts import MUTED, POWER, top_legend

LABELS = alt.Axis(labelLimit=220, ticks=False, domain=False)
ROW = 24  # pixels of one bar with the room around it


def slowest_nodes(rows: pa.Table) -> alt.LayerChart:
    """Return the seconds of nodes as bars, with a tick at what each takes usually."""
    base = alt.Chart(rows).encode(
        y=alt.Y("node:N", sort=alt.EncodingSortField("seconds", order="descending"), title=None)
    )
    bars = base.mark_bar(color=POWER, cornerRadiusEnd=3).encode(
        x=alt.X("seconds:Q", title="Seconds", axis=alt.Axis(tickCount=5)),
        y=alt.Y(
            "node:N",
            sort=alt.EncodingSortField("seconds", order="descending"),
            title=None,
            axis=LABELS,
        ),
        tooltip=[
            alt.Tooltip("node:N", title="Node"),
            alt.Tooltip("seconds:Q", title="Seconds", format=",.2f"),
            alt.Tooltip("usual_seconds:Q", title="Usually", format=",.2f"),
            alt.Tooltip("rows_out:Q", title="Rows out", format=","),
        ],
    )
    usual = base.mark_tick(color=MUTED, thickness=2, size=16, aria=False).encode(
        x="usual_seconds:Q"  # said with the bar
    )
    return (bars + usual).properties(height=40 + ROW * len(rows))


def timeline(rows: pa.Table) -> alt.Chart:
    """Return nodes as bars from the second they began to the one they ended, by product."""
    return (
        alt.Chart(rows)
        .mark_bar(cornerRadius=2, height=10)
        .encode(
            x=alt.X("began:Q", title="Seconds since the first node began"),
            x2="ended:Q",
            y=alt.Y(
                "node:N",
                sort=alt.EncodingSortField("began", order="ascending"),
                title=None,
                axis=LABELS,
            ),
            color=alt.Color("product:N", title=None, legend=top_legend(130)),
            tooltip=[
                alt.Tooltip("node:N", title="Node"),
                alt.Tooltip("phase:N", title="Phase"),
                alt.Tooltip("began:Q", title="Began after", format=",.1f"),
                alt.Tooltip("seconds:Q", title="Took", format=",.2f"),
            ],
        )
        .properties(height=70 + 18 * len(rows))
    )


def node_history(rows: pa.Table) -> alt.Chart:
    """Return the seconds a node took, one bar for each run, the newest at the right."""
    return (
        alt.Chart(rows)
        .mark_bar(cornerRadiusEnd=3, color=POWER, size=max(6, min(40, 420 // max(1, len(rows)))))
        .encode(
            x=alt.X(
                "run:O",
                sort=alt.EncodingSortField("place", order="ascending"),
                title=None,
                axis=alt.Axis(labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y("seconds:Q", title="Seconds"),
            opacity=alt.condition("datum.is_shown", alt.value(1), alt.value(0.45)),
            tooltip=[
                alt.Tooltip("run:N", title="Run"),
                alt.Tooltip("status:N", title="Status"),
                alt.Tooltip("seconds:Q", title="Seconds", format=",.2f"),
                alt.Tooltip("rows_out:Q", title="Rows out", format=","),
            ],
        )
        .properties(height=190)
    )
