"""Links from one page to a place on another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboards.parts.text import escaped

_pages: dict[str, Callable[[], Any]] = {}


def know_page(url: str, page: Callable[[], Any]) -> None:
    """Say how the page at a url is made; the menu does, since it imports the pages that link."""
    _pages[url] = page


def link_to(url: str, label: str, icon: str = ":material/arrow_forward:", **place: Any) -> None:
    """Link to another page of ours, with the filters it opens with."""
    wanted = {name: str(value) for name, value in place.items() if value is not None}
    st.page_link(_pages[url](), label=escaped(label), icon=icon, query_params=wanted or None)
