"""One lineage: the draft, the essay made of it, and what judges said, side by side."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from dashboards.experiments import queries as queries
from dashboards.experiments.filters import Chosen, text_filters
from dashboards.parts.links import link_to
from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release
from dashboards.parts.tables import picked
from dashboards.parts.text import escaped, facts, paragraphs, percent, quantity, usd

NUMBER = st.column_config.NumberColumn
COLUMNS = {
    "alias": "Combination",
    "draft_template_id": "Draft template",
    "essay_template_id": "Essay template",
    "generation_model_id": "Writing model",
    "mean_share": st.column_config.ProgressColumn(
        "Mean", format="percent", min_value=0, max_value=1
    ),
    "share_deviation": NUMBER("Deviation", format="percent"),
    "score_count": NUMBER("Scores", format="%d"),
    "evaluation_count": NUMBER("Evaluations", format="%d"),
    "top_count": NUMBER("Top scores", format="%d"),
    "draft_template_hash": None,
    "combo_id": None,
    "essay_gen_id": None,
    "draft_gen_id": None,
}
TEXT_HEIGHT = 420


def show(release: Release, chosen: Chosen) -> None:
    """Show lineages, best first, and the one selected."""
    ask = asking(release)
    wanted = text_filters(release, chosen)
    combo = st.query_params.get("combo")
    wanted["combos"] = [combo] if combo else []
    rows = ask(queries.LINEAGES, cohort=chosen.cohort, **wanted)
    if combo and len(rows):
        st.caption(f"Texts about {escaped(rows['alias'][0].as_py() or combo)} only.")
    if not len(rows):
        empty("No essay was judged here.", "Choose another cohort, template or model.")
        return
    lineage = picked(rows, "lineages", COLUMNS, height=230)
    if lineage:
        _lineage(release, chosen, lineage)


def _lineage(release: Release, chosen: Chosen, lineage: dict[str, Any]) -> None:
    ask = asking(release)
    draft, essay, judged = st.columns(3, gap="medium")
    with draft:
        st.markdown(f"**1 · Draft** · {escaped(lineage['draft_template_id'])}")
        _text(_one(ask(queries.TEXT, gen_id=lineage["draft_gen_id"]).to_pylist()), "draft")
    with essay:
        st.markdown(f"**2 · Essay** · {escaped(lineage['essay_template_id'])}")
        _text(_one(ask(queries.TEXT, gen_id=lineage["essay_gen_id"]).to_pylist()), "essay")
    with judged:
        mean = percent(lineage["mean_share"])
        st.markdown(f"**3 · Evaluations** · mean {escaped(mean)}")
        rows = ask(
            queries.EVALUATIONS, essay_gen_id=lineage["essay_gen_id"], cohort=chosen.cohort
        ).to_pylist()
        with st.container(height=TEXT_HEIGHT):
            for row in rows:
                _evaluation(row)


def _one(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    return rows[0] if rows else None


def _text(row: dict[str, Any] | None, stage: str) -> None:
    if row is None:
        empty(f"The {stage} is not part of this release.")
        return
    with st.container(height=TEXT_HEIGHT):
        if row["parsed"]:
            st.html(paragraphs(row["parsed"], "line-height:1.55;margin:0 0 0.7rem"))
        else:
            st.warning(f"{escaped(row['status'])}: {escaped(row['error'] or row['parse_error'])}")
    by = "copied, no call" if row["generator"] == "copy" else row["provider"]
    with st.expander("Prompt, raw answer and cost", key=f"detail_{stage}"):
        st.html(
            facts(
                {
                    "Model": row["model_id"],
                    "Answered by": by,
                    "Template version": (row["template_hash"] or "")[:12],
                    "Tokens": f"{row['prompt_tokens'] or 0:,} in, "
                    f"{row['completion_tokens'] or 0:,} out",
                    "Cost": usd(row["cost_usd"]),
                    "Took": quantity(row["seconds"], "s"),
                    "Generation": row["gen_id"],
                }
            )
        )
        for name in ("prompt", "raw"):
            if row[name]:
                st.caption(name.capitalize())
                st.code(row[name], language=None, wrap_lines=True)
        if row["call_id"]:
            link_to("llm", "Open the call", call=row["call_id"])


def _evaluation(row: dict[str, Any]) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escaped(row['evaluation_model_id'])}**", width="content")
            st.caption(
                f"{escaped(row['evaluation_template_id'])}, {row['evaluation_replicate'] or 1}",
                width="content",
            )
            st.space("stretch")
            if row["status"] == "ok":
                told = f"{row['score']:g} of {row['scale_max']:g}"
                st.badge(told, color=_color(row["scaled_score"]))
            else:
                st.badge(escaped(row["error_code"]), color="orange", icon=":material/help:")
        if row["status"] != "ok":
            st.caption(escaped(row["error"]))
        st.html(paragraphs(row["parsed"], "font-size:0.9rem;line-height:1.45;margin:0 0 0.4rem"))


def _color(share: float) -> Literal["green", "blue", "red"]:
    if share >= 0.75:
        return "green"
    return "blue" if share >= 0.4 else "red"
