"""The pages there are, in the order of the menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import streamlit as st

from dashboards.own_pages import own_pages
from dashboards.parts.links import know_page
from dashboards.parts.page import run_page
from dashboards.parts.release import Release
from dashboards.shared import data, llm, overview, quality, runs, sql
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import loaded

Show = Callable[[Release], None]

FIRST = "overview"  # url of the page that opens first

# url -> (menu section, title, icon, what shows it, whether it is of use before the first release)
VIEWS: dict[str, tuple[str, str, str, Show, bool]] = {
    "overview": ("", "Overview", ":material/space_dashboard:", overview.show, True),
    **{
        product.name: ("Products", product.title, product.icon, loaded(product.page), True)
        for product in PRODUCTS.values()
    },
    "runs": ("Operation", "Runs", ":material/play_circle:", runs.show, False),
    "llm": ("Operation", "LLM", ":material/forum:", llm.show, True),
    "quality": ("Operation", "Quality", ":material/rule:", quality.show, True),
    "data": ("Explore", "Data", ":material/database:", data.show, True),
    "sql": ("Explore", "SQL", ":material/terminal:", sql.show, True),
}


def pages() -> dict[str, list[Any]]:
    """Return the pages by section of the menu."""
    menu: dict[str, list[Any]] = {}
    for url, (section, *_) in VIEWS.items():
        menu.setdefault(section, []).append(page(url))
    own = [
        st.Page(
            partial(run_page, one.title, one.show, one.needs_release),
            title=one.title,
            icon=one.icon,
            url_path=one.url,
        )
        for one in own_pages()
    ]
    if own:
        menu["Your own"] = own
    # the page that opens first lies at / too, and the server knows it nowhere else
    menu[""].append(page(FIRST, visibility="hidden"))
    return menu


def page(url: str, visibility: Literal["visible", "hidden"] = "visible") -> Any:
    """Return one page, for the menu and for links to it."""
    _, title, icon, show, needs_release = VIEWS[url]
    is_first = url == FIRST and visibility == "visible"
    return st.Page(
        partial(run_page, title, show, needs_release),
        title=title,
        icon=icon,
        url_path="first" if is_first else url,  # reserved by it, though it lies at /
        default=is_first,
        visibility=visibility,
    )


for _url in VIEWS:
    know_page(_url, partial(page, _url))
