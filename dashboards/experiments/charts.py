"""Charts of experiments: cohorts by stage, score pivots, agreement, variance, models over time."""

from __future__ import annotations

from math import ceil, floor

import altair as alt
import pyarrow as pa

from dashboards.parts.charts import BAND, MUTED, POWER, TEMPERATURE, top_legend

SHARE_COLORS = ["#F4E3D3", "#F7F5F0", "#CFE3EA", "#6FB0C4", "#1F7A94", "#0B4A5E"]
COMPONENTS = {
    "combo": "Combination",
    "template": "Template",
    "generation_model": "Writing model",
    "text": "These together",
    "replicate": "Replicate",
    "evaluation_template": "Evaluation template",
    "evaluation_model": "Judge",
    "residual": "Residual",
}
COMPONENT_COLORS = [
    *("#0B4A5E", "#0B7285", "#5BA4B4", "#A9D0D9", "#5C7A29"),
    *("#B0356B", "#D9730D", "#C9D2D9"),
]
# a colour scale as wide as the chart has room for
GRADIENT = alt.ExprRef("min(260, 0.6 * width)")
NARROW = "width < 420"  # of a chart, in pixels: a telephone's
_NO_ROOM = "width < 640"  # for the counts in the cells of four stages
_ON_DONE = alt.condition("datum.done_share > 0.6", alt.value("#FFFFFF"), alt.value("#24323D"))
STAGES = ["draft", "essay", "evaluation", "comparison"]


def _share(field: str, title: str, domain: tuple[float, float] = (0, 1)) -> alt.Color:
    return alt.Color(
        f"{field}:Q",
        title=title,
        scale=alt.Scale(range=SHARE_COLORS, domain=list(domain), interpolate="rgb", clamp=True),
        legend=alt.Legend(orient="top", format=".0%", gradientLength=GRADIENT, tickCount=4),
    )


def cohort_matrix(stages: pa.Table) -> alt.LayerChart:
    """Return cohort x stage, coloured by how much of it is done, with the counts written in."""
    base = alt.Chart(stages).encode(
        x=alt.X(
            "stage:N",
            title=None,
            sort=STAGES,
            axis=alt.Axis(labelAngle=0, orient="top", labelFlush=False),
        ),
        y=alt.Y("cohort:N", title=None, sort=None, axis=alt.Axis(labelFlush=False, labelLimit=260)),
    )
    cells = base.mark_rect(cornerRadius=4, stroke="#FFFFFF", strokeWidth=3).encode(
        color=_share("done_share", "Done"),
        tooltip=[
            alt.Tooltip("cohort:N", title="Cohort"),
            alt.Tooltip("stage:N", title="Stage"),
            alt.Tooltip("planned_count:Q", title="Planned", format=","),
            alt.Tooltip("done_count:Q", title="Done", format=","),
            alt.Tooltip("failed_count:Q", title="Failed", format=","),
            alt.Tooltip("pending_count:Q", title="Waiting", format=","),
            alt.Tooltip("shared_count:Q", title="Shared with other cohorts", format=","),
            alt.Tooltip("cost_usd:Q", title="USD", format=",.4f"),
        ],
    )
    told = base.mark_text(
        fontSize=13, lineBreak="\n", opacity=alt.ExprRef(f"{_NO_ROOM} ? 0 : 1")
    ).encode(text="told:N", color=_ON_DONE)
    short = base.mark_text(fontSize=12, opacity=alt.ExprRef(f"{_NO_ROOM} ? 1 : 0")).encode(
        text=alt.Text("done_share:Q", format=".0%"), color=_ON_DONE
    )
    rows = len(set(stages["cohort"].to_pylist()))
    return (cells + told + short).properties(height=90 + 54 * rows).configure_view(strokeWidth=0)


def _many_words(column: str, lines: int) -> alt.X:
    """Return an axis on top whose labels break where their words are joined by a dot.

    On a telephone they stand upright in one line each: side by side they would overlap.
    """
    return alt.X(
        f"{column}:N",
        title=None,
        sort=None,
        axis=alt.Axis(
            labelAngle=alt.ExprRef(f"{NARROW} ? -90 : 0"),
            labelAlign=alt.ExprRef(f"{NARROW} ? 'left' : 'center'"),
            labelBaseline=alt.ExprRef(f"{NARROW} ? 'middle' : 'bottom'"),
            orient="top",
            labelExpr=f"{NARROW} ? datum.label : split(datum.label, ' · ')",
            labelOverlap=False,
            labelPadding=alt.ExprRef(f"{NARROW} ? 4 : {lines * 11}"),
            labelFlush=False,
            labelLimit=140,
        ),
    )


def score_pivot(cells: pa.Table, column: str) -> alt.LayerChart:
    """Return combination x column, coloured by the mean share; `told` is written in the cell.

    Colours span the shares shown: judges rarely use the whole scale.
    """
    known = [share for share in cells["mean_share"].to_pylist() if share is not None] or [0, 1]
    low, high = floor(min(known) * 20) / 20, max(ceil(max(known) * 20) / 20, 0.05)
    middle = low + 0.6 * (high - low)
    base = alt.Chart(cells).encode(
        x=_many_words(column, 1 + max(name.count(" · ") for name in cells[column].to_pylist())),
        y=alt.Y("alias:N", title=None, sort=None, axis=alt.Axis(labelFlush=False, labelLimit=280)),
    )
    picked = alt.selection_point(name="cell", fields=["alias", column], on="click")
    marks = (
        base.mark_rect(cornerRadius=3, stroke="#FFFFFF", strokeWidth=2, cursor="pointer")
        .encode(
            color=_share("mean_share", "Mean score", (low, high)),
            opacity=alt.condition(picked, alt.value(1.0), alt.value(0.4)),
            tooltip=[
                alt.Tooltip("alias:N", title="Combination"),
                alt.Tooltip(f"{column}:N", title="Template and model"),
                alt.Tooltip("mean_share:Q", title="Mean", format=".1%"),
                alt.Tooltip("score_count:Q", title="Scores"),
                alt.Tooltip("essay_count:Q", title="Essays"),
            ],
        )
        .add_params(picked)
    )
    size = alt.ExprRef(f"{NARROW} ? 8 : 12")
    words = base.mark_text(fontSize=size, fontWeight=600).encode(
        text="told:N",
        color=alt.condition(
            f"datum.mean_share > {middle}", alt.value("#FFFFFF"), alt.value("#24323D")
        ),
    )
    rows = len(set(cells["alias"].to_pylist()))
    return (
        (marks + words).properties(height=min(1400, 130 + 34 * rows)).configure_view(strokeWidth=0)
    )


def intervals(
    rows: pa.Table,
    title: str,
    zero: float = 0.0,
    ends: tuple[float, float] | None = None,
    counted: str = "Essays",
) -> alt.LayerChart:
    """Return statistics as points on their 95 % intervals, one below the other.

    The axis reaches from end to end where these are given, else as far as there are intervals.
    `n` of a row says how many there were of what is `counted`.
    """
    scale = alt.Scale(domain=list(ends)) if ends else alt.Scale()
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelFlush=False, labelLimit=300))
    )
    marks = alt.Chart(pa.table({"at": [zero]})).mark_rule(color=MUTED, strokeDash=[4, 3])
    tips = [
        alt.Tooltip("name:N", title=None),
        alt.Tooltip("value:Q", title=title, format=".3f"),
        alt.Tooltip("low:Q", title="95 % from", format=".3f"),
        alt.Tooltip("high:Q", title="to", format=".3f"),
        alt.Tooltip("n:Q", title=counted),
    ]
    reach = base.mark_rule(color=BAND, strokeWidth=7, opacity=0.75).encode(
        x=alt.X("low:Q", title=title, axis=alt.Axis(tickCount=6), scale=scale),
        x2="high:Q",
        tooltip=tips,
    )
    points = base.mark_point(color=POWER, filled=True, size=95, opacity=1).encode(
        x=alt.X("value:Q", title=title), tooltip=tips
    )
    return (marks.encode(x="at:Q") + reach + points).properties(height=76 + 34 * len(rows))


def judges_scatter(rows: pa.Table, judge_a: str, judge_b: str) -> alt.LayerChart:
    """Return the shares two judges gave the same essays; on the line they gave the same."""
    line = (
        alt.Chart(pa.table({"x": [0.0, 1.0], "y": [0.0, 1.0]}))
        .mark_line(color=MUTED, strokeDash=[4, 3])
        .encode(x="x:Q", y="y:Q")
    )
    scale = alt.Scale(domain=[0, 1])
    points = (
        alt.Chart(rows)
        .mark_circle(opacity=0.75, stroke="#FFFFFF")
        .encode(
            x=alt.X("share_a:Q", title=judge_a, scale=scale, axis=alt.Axis(format=".0%")),
            y=alt.Y("share_b:Q", title=judge_b, scale=scale, axis=alt.Axis(format=".0%")),
            size=alt.Size("essay_count:Q", legend=None, scale=alt.Scale(range=[50, 420])),
            color=alt.Color(
                "evaluation_template_id:N",
                title=None,
                scale=alt.Scale(range=[POWER, TEMPERATURE, "#0B7285", "#B0356B", "#5C7A29"]),
                legend=top_legend(190),
            ),
            tooltip=[
                alt.Tooltip("share_a:Q", title=judge_a, format=".1%"),
                alt.Tooltip("share_b:Q", title=judge_b, format=".1%"),
                alt.Tooltip("evaluation_template_id:N", title="Template"),
                alt.Tooltip("essay_count:Q", title="Essays"),
            ],
        )
    )
    return (line + points).properties(height=380)


def variance_bars(rows: pa.Table) -> alt.Chart:
    """Return where the variance of scores lies: one bar for each cohort, parted by component."""
    return (
        alt.Chart(rows)
        .mark_bar(cornerRadius=2, stroke="#FFFFFF", strokeWidth=1.5, size=34)
        .encode(
            x=alt.X(
                "share:Q",
                title="Share of the variance",
                stack="zero",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format=".0%", tickCount=6),
            ),
            y=alt.Y(
                "cohort:N", title=None, sort=None, axis=alt.Axis(labelFlush=False, labelLimit=240)
            ),
            order=alt.Order("place:Q"),
            color=alt.Color(
                "component:N",
                title=None,
                scale=alt.Scale(domain=list(COMPONENTS.values()), range=COMPONENT_COLORS),
                legend=top_legend(150),
            ),
            tooltip=[
                alt.Tooltip("cohort:N", title="Cohort"),
                alt.Tooltip("component:N", title="Component"),
                alt.Tooltip("share:Q", title="Share", format=".1%"),
                alt.Tooltip("variance:Q", title="Variance", format=".5f"),
                alt.Tooltip("df:Q", title="Degrees of freedom"),
            ],
        )
        .properties(height=90 + 20 * len(COMPONENTS) + 56 * len(set(rows["cohort"].to_pylist())))
    )


def models_over_cohorts(rows: pa.Table) -> alt.Chart:
    """Return each model's mean share, cohort after cohort."""
    return (
        alt.Chart(rows)
        .mark_line(point=alt.OverlayMarkDef(size=80, filled=True), strokeWidth=2)
        .encode(
            x=alt.X("cohort:N", title=None, sort=None, axis=alt.Axis(labelAngle=0, labelLimit=180)),
            y=alt.Y(
                "mean_share:Q",
                title="Mean score",
                scale=alt.Scale(zero=False),
                axis=alt.Axis(format=".1%", tickCount=5),
            ),
            color=alt.Color("model_id:N", title=None, legend=top_legend(190)),
            tooltip=[
                alt.Tooltip("model_id:N", title="Model"),
                alt.Tooltip("cohort:N", title="Cohort"),
                alt.Tooltip("mean_share:Q", title="Mean", format=".1%"),
                alt.Tooltip("difference:Q", title="To the cohort before", format="+.1%"),
                alt.Tooltip("score_count:Q", title="Scores"),
            ],
        )
        .properties(height=280)
    )
