"""Charts as Altair specifications; everything is drawn by what Streamlit itself ships."""

from __future__ import annotations

from typing import Any

import altair as alt
import pyarrow as pa
import pyarrow.compute as pc

POWER = "#1F6FB2"
TEMPERATURE = "#D9730D"
BAND = "#9DB8CC"
MUTED = "#64748B"

CLASSES = ["insufficient_history", "normal", "watch", "high", "critical"]
CLASS_COLORS = ["#E3E7EB", "#CFE6DA", "#F2CF63", "#EC8A3C", "#C22F2F"]
DETECTOR_COLORS = ["#0B7285", "#D3DAE0", "#9AA8B5"]
SEVERITIES = ["low", "medium", "high", "critical"]
SEVERITY_COLORS = ["#B9C7D3", "#F2CF63", "#EC8A3C", "#C22F2F"]
LEGEND_LINE = 22  # pixels of a line of a legend, which stand within a chart's height
LEAST_ABREAST = 4  # of a legend's names, as a chart on a tablet holds them


def top_legend(label_pixels: int = 130, **look: Any) -> alt.Legend:
    """Return a legend above a chart that breaks into as many lines as the width needs.

    Args:
        label_pixels: what the longest of its labels takes, with its symbol.
        look: further properties of the legend.
    """
    columns = alt.ExprRef(f"max(1, floor(width / {label_pixels}))")
    return alt.Legend(orient="top", columns=columns, labelLimit=300, **look)


def class_color(title: str | None = "Variance", label_pixels: int = 130) -> alt.Color:
    """Return the colour of a variance class, the same on every chart."""
    return alt.Color(
        "variance_class:N",
        title=title,
        scale=alt.Scale(domain=CLASSES, range=CLASS_COLORS),
        legend=top_legend(
            label_pixels,
            labelExpr="datum.label == 'insufficient_history' ? 'not judged yet' : datum.label",
        ),
    )


def score_bars(quality: pa.Table, detectors: list[str]) -> alt.Chart:
    """Return F1 per kind of issue, one bar for each detector."""
    return (
        alt.Chart(quality)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            x=alt.X("f1:Q", title="F1", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=5)),
            y=alt.Y("issue_kind:N", title=None, axis=alt.Axis(labelLimit=260)),
            yOffset=alt.YOffset("yardstick:N", sort=detectors),
            color=alt.Color(
                "yardstick:N",
                title=None,
                sort=detectors,
                scale=alt.Scale(domain=detectors, range=DETECTOR_COLORS),
                legend=top_legend(200),
            ),
            tooltip=[
                alt.Tooltip("issue_kind:N", title="Kind"),
                alt.Tooltip("yardstick:N", title="Detector"),
                alt.Tooltip("precision:Q", title="Precision", format=".3f"),
                alt.Tooltip("recall:Q", title="Recall", format=".3f"),
                alt.Tooltip("f1:Q", title="F1", format=".3f"),
            ],
        )
        .properties(height=140 + 34 * len(set(quality["issue_kind"].to_pylist())))
    )


def score_chart(scores: pa.Table) -> alt.LayerChart:
    """Return an anomaly score over time against its threshold, labelled spans behind it."""
    base = alt.Chart(scores).encode(x=alt.X("bucket_at:T", title=None))
    labelled = base.transform_filter("datum.label").mark_rule(color="#F2CF63", opacity=0.5)
    score = base.mark_line(color=POWER, strokeWidth=1.2).encode(
        y=alt.Y("score:Q", title="Score", scale=alt.Scale(type="symlog")),
        tooltip=[
            alt.Tooltip("bucket_at:T", title="Time", format="%d %b %H:%M:%S"),
            alt.Tooltip("score:Q", format=".2f"),
            alt.Tooltip("top_sensor:N", title="Sensor furthest off"),
        ],
    )
    found = base.transform_filter("datum.is_anomaly").mark_point(
        color="#C22F2F", filled=True, size=28
    )
    limit = base.mark_line(color=MUTED, strokeDash=[4, 3]).encode(y="threshold:Q")
    return (labelled + score + limit + found.encode(y="score:Q")).properties(height=280)


def daily_bars(rows: pa.Table, x: str, y: str, color: str, title: str) -> alt.Chart:
    """Return stacked daily bars, for cost and volume."""
    return (
        alt.Chart(rows)
        .mark_bar(cornerRadiusEnd=2, size=max(4, min(48, 480 // len(set(rows[x].to_pylist())))))
        .encode(
            x=alt.X(
                f"yearmonthdate({x}):O", title=None, axis=alt.Axis(format="%d %b", labelAngle=0)
            ),
            y=alt.Y(f"sum({y}):Q", title=title),
            color=alt.Color(f"{color}:N", title=None, legend=top_legend(190)),
            tooltip=[
                alt.Tooltip(f"{x}:T", title="Day", format="%d %b %Y"),
                alt.Tooltip(f"{color}:N", title=None),
                alt.Tooltip(f"sum({y}):Q", title=title, format=",.4f"),
            ],
        )
        .properties(height=220 + 10 * len(set(rows[color].to_pylist())))
    )


def limit_line(value: float, name: str) -> alt.Chart:
    """Return a dashed line at a value of the y axis, for a chart it is laid over."""
    rows = pa.table({"limit": [value], "name": [name]})
    return (
        alt.Chart(rows)
        .mark_rule(color=CLASS_COLORS[-1], strokeDash=[6, 4], strokeWidth=1.5)
        .encode(
            y="limit:Q",
            tooltip=[alt.Tooltip("name:N", title="Line"), alt.Tooltip("limit:Q", format=",.2f")],
        )
    )


def issue_bars(days: pa.Table) -> alt.Chart:
    """Return issues per day by severity."""
    return (
        alt.Chart(days)
        .mark_bar()
        .encode(
            x=alt.X(
                "yearmonthdate(day):O",
                title=None,
                axis=alt.Axis(format="%d %b", labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y("issue_count:Q", title="Issues", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color(
                "severity:N",
                title=None,
                scale=alt.Scale(domain=SEVERITIES, range=SEVERITY_COLORS),
                legend=top_legend(100),
            ),
            tooltip=[
                alt.Tooltip("day:T", title="Day", format="%d %b %Y"),
                alt.Tooltip("severity:N", title="Severity"),
                alt.Tooltip("issue_count:Q", title="Issues"),
            ],
        )
        .properties(height=170)
    )


def score_histogram(scores: pa.Table) -> alt.Chart:
    """Return how many rows have which score; scores are 0..1 in steps of 0.05."""
    return (
        alt.Chart(scores)
        .transform_calculate(end="datum.score + 0.05")
        .mark_bar(color=POWER)
        .encode(
            x=alt.X(
                "score:Q",
                bin="binned",
                title="Score",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(tickCount=5),
            ),
            x2="end:Q",
            y=alt.Y("row_count:Q", title=None, axis=alt.Axis(tickMinStep=1)),
            tooltip=[
                alt.Tooltip("score:Q", title="From", format=".2f"),
                alt.Tooltip("row_count:Q", title="Rows"),
            ],
        )
        .properties(height=170)
    )


def score_lines(scores: pa.Table, color: str) -> alt.Chart:
    """Return scores (0 to 1) by the time they were measured, a line and points for each `color`."""
    lines_of_legend = pc.count_distinct(scores[color]).as_py() // LEAST_ABREAST
    return (
        alt.Chart(scores)
        .mark_line(point=True)
        .encode(
            x=alt.X("measured_at:T", title="Measured (UTC)", axis=alt.Axis(tickCount=5)),
            y=alt.Y("score:Q", title="Score", scale=alt.Scale(zero=False)),
            color=alt.Color(f"{color}:N", title=None, sort=None, legend=top_legend(150)),
            tooltip=[
                alt.Tooltip(f"{color}:N", title="Of"),
                alt.Tooltip("measured_at:T", title="Measured (UTC)", format="%Y-%m-%d %H:%M"),
                alt.Tooltip("score:Q", title="Score", format=".3f"),
            ],
        )
        .properties(height=240 + LEGEND_LINE * lines_of_legend)
    )
