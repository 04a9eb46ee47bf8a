"""Pages of a person's own: files of the folder that SLUICE_PAGES names stand in the menu.

`*.md` is shown as it is, `*.sql` is one SELECT on the release whose rows are shown, and `*.py` has
a function `show(ask)`, which is given `ask(sql, **parameters) -> pyarrow.Table`. They are read
when they are opened: a file that is saved is seen with the next click.
"""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from dashboards.parts.page import asking, empty
from dashboards.parts.release import CONSOLE_ROW_LIMIT, Release, console_rows
from dashboards.parts.tables import table
from dashboards.parts.text import count, words
from ingestion.lakehouse.settings import PROJECT_ROOT, settings
from python_models.release.console import QueryStopped
from python_models.release.reader import StatementRefused

_PLAIN = re.compile(r"[^a-z0-9_-]+")


class OwnPage(NamedTuple):
    """One page of a person's own."""

    url: str
    title: str
    icon: str
    show: Callable[[Release | None], None]
    needs_release: bool


def own_pages() -> list[OwnPage]:
    """Return the pages of the folder by name; none where no folder is named."""
    folder = settings().sluice_pages
    if folder is None:
        return []
    found: dict[str, OwnPage] = {}
    for path in sorted((PROJECT_ROOT / folder).glob("*.*")):
        if path.suffix in KINDS and path.is_file():
            page = _page(path)
            found.setdefault(page.url, page)  # of two that differ in their kind alone, the first
    return list(found.values())


def _page(path: Path) -> OwnPage:
    icon, title, show, needs_release = KINDS[path.suffix]
    text = path.read_text(encoding="utf-8", errors="replace")
    # apart from the product's own: a page `sql.md` does not take the place of the page SQL
    url = f"my-{_PLAIN.sub('-', path.stem.lower()).strip('-') or 'page'}"
    return OwnPage(url, title(text) or words(path.stem), icon, partial(show, path), needs_release)


def _markdown_title(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return first.lstrip("# ").strip() if first.startswith("# ") else ""


def _sql_title(text: str) -> str:
    first = text.lstrip().partition("\n")[0]
    return first.lstrip("- ").strip() if first.startswith("--") else ""


def _python_title(text: str) -> str:
    try:
        said = ast.get_docstring(ast.parse(text))
    except (SyntaxError, ValueError):
        return ""
    return (said or "").partition("\n")[0].rstrip(".")


def _show_markdown(path: Path, _: Release | None) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    title = _markdown_title(text)
    st.markdown(text.lstrip().partition("\n")[2] if title else text)


def _show_sql(path: Path, release: Release) -> None:
    text = path.read_text(encoding="utf-8", errors="replace")
    try:
        rows = console_rows(release, text)
    except (StatementRefused, QueryStopped) as problem:
        st.warning(f"{path.name}: {problem}", icon=":material/block:")
        return
    if not len(rows):
        empty("The query has no rows in this release.")
        return
    if len(rows) > CONSOLE_ROW_LIMIT:
        st.caption(f"The first {count(CONSOLE_ROW_LIMIT)} rows.")
    table(rows.slice(0, CONSOLE_ROW_LIMIT), path.stem)
    with st.expander("The query"):
        st.code(text, language="sql")


def _show_python(path: Path, release: Release) -> None:
    show = runpy.run_path(str(path)).get("show")
    if show is None:
        st.warning(f"{path.name} has no function `show(ask)`.", icon=":material/block:")
        return
    show(asking(release))


# ending -> (icon, what it is called by its text, what shows it, whether it needs a release)
KINDS: dict[str, tuple[str, Callable[[str], str], Callable[..., None], bool]] = {
    ".md": (":material/article:", _markdown_title, _show_markdown, False),
    ".sql": (":material/table_view:", _sql_title, _show_sql, True),
    ".py": (":material/code:", _python_title, _show_python, True),
}
