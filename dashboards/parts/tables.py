"""Tables of rows as a page shows them, each with its downloads."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pyarrow as pa
import streamlit as st

from dashboards.parts.files import to_arrow, to_csv, to_parquet
from dashboards.parts.severity import status_words
from dashboards.parts.text import count, words

# a hash, a UUID, or either behind a word that says of what
_HASH = re.compile(
    r"(?!\d+$)(\w+[:_-])?([0-9a-f]{12,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
)


def table(rows: pa.Table, name: str, columns: dict[str, Any] | None = None, **look: Any) -> None:
    """Show rows with their downloads; `columns` maps a column to its heading, or None to hide."""
    st.dataframe(rows, hide_index=True, column_config=columns or {}, placeholder="–", **look)
    downloads(rows, name)


def picked(
    rows: pa.Table, name: str, columns: dict[str, Any] | None = None, **look: Any
) -> dict[str, Any] | None:
    """Show rows of which one is selected (the first one to begin with); returns that row."""
    event = st.dataframe(
        rows,
        hide_index=True,
        column_config=columns or {},
        placeholder="–",
        key=f"table_{name}",
        on_select="rerun",
        selection_mode="single-row-required",
        **look,
    )
    downloads(rows, name)
    chosen = event.selection.rows if event else []
    position = chosen[0] if chosen and chosen[0] < len(rows) else 0
    return rows.slice(position, 1).to_pylist()[0] if len(rows) else None


def worded(
    rows: pa.Table, column: str = "status", say: Callable[[Any], str | None] = status_words
) -> pa.Table:
    """Return rows with a column (of statuses, say) in the words that pages have for it."""
    said = pa.array([say(value) for value in rows[column].to_pylist()], pa.string())
    return rows.set_column(rows.schema.get_field_index(column), column, said)


def in_words(rows: pa.Table, *columns: str) -> pa.Table:
    """Return rows whose identifiers of ours in these columns are words: over_power, Over power."""
    for column in columns:
        rows = worded(rows, column, lambda name: words(name) if name else None)
    return rows


def people_first(rows: pa.Table) -> list[str]:
    """Return the columns of rows, those that hold nothing but hashes or random ids last."""
    hashed = [name for name in rows.column_names if _is_hashed(rows[name])]
    return [name for name in rows.column_names if name not in hashed] + hashed


def _is_hashed(column: pa.ChunkedArray) -> bool:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    said = [value for value in column.to_pylist() if value]
    return bool(said) and all(_HASH.fullmatch(value) for value in said)


def downloads(rows: pa.Table, name: str) -> None:
    """Offer rows as files, which are made only when they are asked for."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{count(len(rows))} row{'' if len(rows) == 1 else 's'}", width="content")
        for kind, (made_by, mime) in KINDS.items():
            st.download_button(
                kind,
                data=partial(made_by, rows),
                file_name=f"{name}.{kind.lower()}",
                mime=mime,
                key=f"{kind.lower()}_{name}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )


# what it is called, and its ending -> (what makes it, its media type)
KINDS: dict[str, tuple[Callable[[pa.Table], bytes], str]] = {
    "CSV": (to_csv, "text/csv"),
    "Parquet": (to_parquet, "application/vnd.apache.parquet"),
    "Arrow": (to_arrow, "application/vnd.apache.arrow.file"),
}
