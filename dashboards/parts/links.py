"""Links from one page to a place on another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboards.parts.text import escaped
from ingestion.lakehouse.lake import lake

DOCS = "/docs/index.html"

_pages: dict[str, Callable[[], Any]] = {}


def know_page(url: str, page: Callable[[], Any]) -> None:
    """Say how the page at a url is made; the menu does, since it imports the pages that link."""
    _pages[url] = page


def link_to(url: str, label: str, icon: str = ":material/arrow_forward:", **place: Any) -> None:
    """Link to another page of ours, with the filters it opens with."""
    wanted = {name: str(value) for name, value in place.items() if value is not None}
    st.page_link(_pages[url](), label=escaped(label), icon=icon, query_params=wanted or None)


def link_to_docs() -> None:
    """Link to the docs of every table from the menu, once `make docs` has built them."""
    if (lake().docs / "index.html").exists():
        st.sidebar.link_button("Docs", DOCS, icon=":material/menu_book:", type="tertiary")
