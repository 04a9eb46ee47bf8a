"""Charts of cycles: curves over time, variance by day, a cycle on its band."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pyarrow as pa

from dashboards.parts.charts import BAND, MUTED, POWER, TEMPERATURE, class_color, top_legend

STAGE_COLORS = ["#7FB3D5", "#1F6FB2", "#8A5CC2", "#A9B6C2", "#5C7A29", "#B0356B"]

# pixels a label of a legend beside another one is given: more than there are, so one below another
BESIDE = 2_000

Metric = Literal["power", "temperature"]
METRICS: tuple[Metric, ...] = ("power", "temperature")
UNITS: dict[str, str] = {"power": "Power (W)", "temperature": "Temperature (°C)"}

READING_TIPS = [
    alt.Tooltip("bucket_at:T", title="Time", format="%d %b %H:%M:%S"),
    alt.Tooltip("power_w:Q", title="Power (W)", format=",.1f"),
    alt.Tooltip("high_power_w:Q", title="Highest (W)", format=",.1f"),
    alt.Tooltip("temperature_c:Q", title="Temperature (°C)", format=".1f"),
]


def readings_chart(readings: pa.Table, cycles: pa.Table, stages: pa.Table) -> alt.LayerChart:
    """Return temperature over power over stages on one time axis, the cycles behind them.

    One layered chart instead of three below each other: a concatenation cannot take the width
    of the page. Each quantity has a band of the height by the range of its scale.
    """
    zoom = alt.selection_interval(name="zoom", bind="scales", encodings=["x"])
    base = alt.Chart(readings).encode(
        x=alt.X(
            "bucket_at:T",
            title=None,
            axis=alt.Axis(
                format="%d %b %H:%M", labelOverlap=True, labelFlush=True, labelBound=True
            ),
        ),
        detail="unbroken_part:N",
    )
    temperature = base.mark_line(color=TEMPERATURE, strokeWidth=1.4).encode(
        y=_banded("temperature_c", "°C", TEMPERATURE, ("4", "height * 0.3"), zero=False),
        tooltip=READING_TIPS,
    )
    spread = base.mark_area(color=POWER, opacity=0.22).encode(
        y=_banded("low_power_w", "W", POWER, ("height * 0.36", "height - 26")), y2="high_power_w:Q"
    )
    power = base.mark_line(color=POWER, strokeWidth=1.4).encode(
        y=_banded("power_w", "W", POWER, ("height * 0.36", "height - 26")), tooltip=READING_TIPS
    )
    return (
        alt.layer(
            _cycle_spans(cycles),
            temperature,
            alt.layer(spread, power),
            _stage_strip(stages).add_params(zoom),
        )
        .resolve_scale(y="independent", color="independent")
        .properties(height=470)
        .configure_view(strokeWidth=0)
    )


def _banded(field: str, title: str, color: str, band: tuple[str, str], zero: bool = True) -> alt.Y:
    return alt.Y(
        f"{field}:Q",
        title=title,
        scale=alt.Scale(range=[alt.ExprRef(band[1]), alt.ExprRef(band[0])], zero=zero, nice=True),
        axis=alt.Axis(tickCount=4, titleColor=color, titleAngle=0, titlePadding=14, orient="left"),
    )


def _cycle_spans(cycles: pa.Table) -> alt.Chart:
    return (
        alt.Chart(cycles)
        .mark_rect(opacity=0.5)
        .encode(
            x="started_at:T",
            x2="ended_at:T",
            y=alt.value(0),
            y2=alt.value(alt.ExprRef("height - 22")),
            color=class_color("Cycle", BESIDE),
            tooltip=[
                alt.Tooltip("cycle_id:N", title="Cycle"),
                alt.Tooltip("started_at:T", title="Started", format="%d %b %H:%M:%S"),
                alt.Tooltip("variance_class:N", title="Class"),
                alt.Tooltip("worst_z:Q", title="Worst robust z", format=".1f"),
            ],
        )
    )


def _stage_strip(stages: pa.Table) -> alt.Chart:
    return (
        alt.Chart(stages)
        .mark_rect()
        .encode(
            x="started_at:T",
            x2="ended_at:T",
            y=alt.value(alt.ExprRef("height - 17")),
            y2=alt.value(alt.ExprRef("height - 3")),
            color=alt.Color(
                "stage:N",
                title="Stage",
                # in the order they run, which is the order they come in
                scale=alt.Scale(domain=stages["stage"].unique().to_pylist(), range=STAGE_COLORS),
                legend=top_legend(BESIDE, labelExpr="replace(datum.label, '_', ' ')"),
            ),
            tooltip=[
                alt.Tooltip("stage:N", title="Stage"),
                alt.Tooltip("cycle_id:N", title="Cycle"),
                alt.Tooltip("duration_s:Q", title="Seconds", format=",.0f"),
                alt.Tooltip("mean_power_w:Q", title="Mean power (W)", format=",.1f"),
            ],
        )
    )


def variance_map(days: pa.Table) -> alt.Chart:
    """Return control x day, coloured by the worst class of the day; a click picks a cell."""
    cell = alt.selection_point(name="cell", fields=["control_id", "cycle_date"], on="click")
    base = alt.Chart(days).encode(
        x=alt.X(
            "yearmonthdate(cycle_date):O", title=None, axis=alt.Axis(format="%d %b", labelAngle=0)
        ),
        y=alt.Y("control_id:N", title=None),
    )
    cells = (
        base.mark_rect(cornerRadius=3, stroke="#FFFFFF", strokeWidth=1.5, cursor="pointer")
        .encode(
            color=class_color("Worst class of the day"),
            opacity=alt.condition(cell, alt.value(1.0), alt.value(0.45)),
            tooltip=[
                alt.Tooltip("control_id:N", title="Control"),
                alt.Tooltip("cycle_date:T", title="Day", format="%d %b %Y"),
                alt.Tooltip("cycle_count:Q", title="Cycles"),
                alt.Tooltip("abnormal_count:Q", title="High or critical"),
                alt.Tooltip("worst_z:Q", title="Worst robust z", format=".1f"),
            ],
        )
        .add_params(cell)
    )
    rows = len(set(days["control_id"].to_pylist())) if len(days) else 1
    return cells.properties(height=min(1000, 100 + 36 * rows)).configure_view(strokeWidth=0)


def band_chart(
    curve: pa.Table, band: pa.Table, stages: list[str], metric: Metric
) -> alt.LayerChart:
    """Return a cycle's curve on the p05-p95 band of the cycles before it, stage after stage."""
    field = "power_w" if metric == "power" else "temperature_c"
    color = POWER if metric == "power" else TEMPERATURE
    axis = alt.X(
        "position:Q",
        title=None,
        scale=alt.Scale(domain=[0, max(1, len(stages))], nice=False),
        axis=alt.Axis(labels=False, ticks=False, grid=False),
    )
    past = alt.Chart(_placed(band, stages)).encode(x=axis)
    shade = past.mark_area(color=BAND, opacity=0.45).encode(
        y=alt.Y(f"{metric}_p05:Q", title=UNITS[metric], scale=alt.Scale(zero=metric == "power")),
        y2=f"{metric}_p95:Q",
        detail="stage:N",
    )
    middle = past.mark_line(color=MUTED, strokeDash=[4, 3], strokeWidth=1.2).encode(
        y=f"{metric}_p50:Q", detail="stage:N"
    )
    own = (
        alt.Chart(_placed(curve, stages))
        .mark_line(color=color, strokeWidth=2.2)
        .encode(
            x=axis,
            y=f"{field}:Q",
            detail="stage:N",
            tooltip=[
                alt.Tooltip("stage:N", title="Stage"),
                alt.Tooltip("relative_time:Q", title="Share of the stage", format=".0%"),
                alt.Tooltip(f"{field}:Q", title=UNITS[metric], format=",.1f"),
            ],
        )
    )
    return (shade + middle + own + _stage_borders(stages)).properties(height=300)


def _placed(points: pa.Table, stages: list[str]) -> pa.Table:
    """Put stages side by side: a point's place is its stage's number plus its relative time."""
    rows = zip(points["stage"].to_pylist(), points["relative_time"].to_pylist(), strict=True)
    places = [
        stages.index(stage) + time if stage in stages and time is not None else None
        for stage, time in rows
    ]
    return points.append_column("position", pa.array(places, pa.float64()))


def _stage_borders(stages: list[str]) -> alt.LayerChart:
    marks = pa.table(
        {
            "position": [float(number) for number in range(len(stages))],
            "middle": [number + 0.5 for number in range(len(stages))],
            "stage": [stage.replace("_", " ") for stage in stages],
        }
    )
    rules = alt.Chart(marks).mark_rule(color="#C6D0D9").encode(x="position:Q")
    names = (
        alt.Chart(marks)
        .mark_text(baseline="top", color=MUTED, fontSize=12)
        .encode(x="middle:Q", y=alt.value(4), text="stage:N")
    )
    return rules + names
