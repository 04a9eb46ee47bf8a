"""Detection quality where labels exist."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboards.parts import charts
from dashboards.parts.figures import show_figures
from dashboards.parts.page import asking, empty
from dashboards.parts.release import Release
from dashboards.parts.tables import in_words, table, worded
from dashboards.parts.text import escaped, percent, words
from dashboards.telemetry import issue_queries as queries
from dashboards.telemetry.filters import Filters

SCORE = st.column_config.NumberColumn
COLUMNS = {
    "source": "Source",
    "control_id": "Control",
    "level": "Level",
    "issue_kind": "Kind",
    "yardstick": "Detector",
    "precision": SCORE("Precision", format="%.3f"),
    "recall": SCORE("Recall", format="%.3f"),
    "f1": SCORE("F1", format="%.3f"),
    "false_alarm_rate": SCORE("False alarms", format="percent"),
    "true_positives": SCORE("TP", format="%d"),
    "false_positives": SCORE("FP", format="%d"),
    "false_negatives": SCORE("FN", format="%d"),
    "true_negatives": SCORE("TN", format="%d"),
    "unlabelled": SCORE("Label not known", format="%d"),
}
SYNTHETIC = "demo_"  # how the demo calls its sources
WHOLE_RELEASE = "all sources"  # what the mart calls them together
DETECTORS = {
    "sluice": "Sluice",
    "always_on": "Always alarm",
    "best_threshold": "Best single threshold in hindsight",
}


def show(release: Release, filters: Filters) -> None:
    """Show how the detection did against labels."""
    quality = asking(release)(queries.QUALITY)
    if len(quality):
        _quality(quality)
    else:
        empty("No source of this release carries labels.", "Detection can only be judged by them.")


def _quality(quality: pa.Table) -> None:
    sources = real_first(quality["source"].unique().to_pylist())
    left, right = st.columns([1, 1])
    with left:
        source = st.selectbox("Source", sources, key="source", bind="query-params")
    synthetic = [name for name in sources if name.startswith(SYNTHETIC)]
    if source in synthetic or (source == WHOLE_RELEASE and synthetic):
        whose = "All of" if len(synthetic) >= len(sources) - 1 else "A part of"
        st.warning(
            f"**{whose} these labels come from the simulator of the demo.** The rules know its "
            "faults: expect less of a real plant. `docs/your-data.md` has recipes for public sets.",
            icon=":material/science:",
        )
    of_source = quality.filter(pc.equal(quality["source"], source))
    with right:
        level = st.selectbox(
            "Level", of_source["level"].unique().to_pylist(), key="level", bind="query-params"
        )
    rows = of_source.filter(pc.equal(of_source["level"], level))
    whole = rows.filter(pc.equal(rows["control_id"], "all"))
    _headline(whole)
    kinds = whole.filter(pc.not_equal(whole["issue_kind"], "any"))
    shown = kinds if len(kinds) else whole
    named = in_words(worded(shown, "yardstick", detector), "issue_kind")
    known = set(named["yardstick"].to_pylist())
    st.altair_chart(
        charts.score_bars(named, [name for name in DETECTORS.values() if name in known]),
        key="score_bars",
    )
    said = in_words(worded(rows, "yardstick", detector), "issue_kind")
    table(said, "detection_quality", COLUMNS)


def real_first(sources: list[str]) -> list[str]:
    """Return sources with what was measured before what was simulated, all of them last."""
    return sorted(sources, key=lambda name: (name == WHOLE_RELEASE, name.startswith(SYNTHETIC)))


def _headline(whole: pa.Table) -> None:
    any_kind = sorted(
        whole.filter(pc.equal(whole["issue_kind"], "any")).to_pylist(),
        key=lambda row: [*DETECTORS, row["yardstick"]].index(row["yardstick"]),
    )
    show_figures(
        {
            f"F1, {escaped(detector(row['yardstick']))}": (
                "–" if row["f1"] is None else f"{row['f1']:.3f}",
                f"recall {percent(row['recall'])}, false alarms {percent(row['false_alarm_rate'])}",
            )
            for row in any_kind
        }
    )


def detector(yardstick: str) -> str:
    """Return what a detector is called."""
    return DETECTORS.get(yardstick) or words(yardstick)
