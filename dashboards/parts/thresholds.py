"""The limits and thresholds that judged a release: values, files, and how they are changed."""

from __future__ import annotations

import difflib

import streamlit as st

from dashboards.parts.page import asking, empty, part
from dashboards.parts.release import Release
from dashboards.parts.tables import table
from dashboards.parts.text import diff_html, escaped, words
from python_models.runs.judged_by import Seed, seeds
from python_models.runs.phase_rows import as_table

JUDGED_IN = """
select invocation_id
from ops.release_tables
where cast(release_id as varchar) = $release_id and domain = $product
limit 1
"""


def show(release: Release, product: str) -> None:
    """Show the seeds of a product as they judged the release that is shown."""
    run = asking(release)(JUDGED_IN, release_id=release.release_id, product=product).to_pylist()
    found, is_then = seeds(product, run[0]["invocation_id"] if run else None)
    if not found:
        empty("No seed of this product is here.", "Limits lie in `dbt_project/seeds/`.")
        return
    st.markdown(
        "Every limit is a row of a seed, a CSV file in the project with its words beside it. "
        + (
            f"These are the values that judged release {escaped(release.release_id)}."
            if is_then
            else "These are the files as they are now: which values judged this release is not "
            "recorded here."
        )
    )
    st.caption(
        "To change one, edit its file and run the product again: what it touches is judged anew."
    )
    st.code(f"make run DOMAIN={product}", language=None)
    for seed in found:
        _seed(seed, product)


def _seed(seed: Seed, product: str) -> None:
    name = seed.path.rpartition("/")[2].removesuffix(".csv")
    part(escaped(words(name.removeprefix(f"{product}_"))))
    if seed.description:
        st.caption(escaped(seed.description.replace("`", "")))
    columns = {
        column: st.column_config.TextColumn(words(column), help=said or None)
        for column, said in seed.columns.items()
    }
    table(as_table(_cells(seed)), name, columns)
    st.caption(escaped(seed.path))
    if seed.text_now and seed.text_now != seed.text:
        st.warning("The file was changed since: the next run judges by it.", icon=":material/edit:")
        lines = difflib.unified_diff(
            seed.text.splitlines(), seed.text_now.splitlines(), lineterm="", n=1
        )
        st.html(diff_html(list(lines)[2:]))


def _cells(seed: Seed) -> list[dict[str, str | None]]:
    """Return the rows with nothing where a cell is empty."""
    return [{name: value or None for name, value in row.items()} for row in seed.rows]
