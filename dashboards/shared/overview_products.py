"""The data products on the overview: one card for each, with what matters most in it."""

from __future__ import annotations

import streamlit as st

from dashboards.parts.page import asking, guarded, part
from dashboards.parts.release import Release
from ingestion.landing.products import PRODUCTS
from ingestion.landing.registration import loaded


def products(release: Release) -> None:
    """Show the card of every product; one that was never released says so and harms no other."""
    part("Products")
    ask = asking(release)
    for product in PRODUCTS.values():
        with guarded(product.title), st.container(border=True):
            st.markdown(f"#### {product.icon} {product.title}")
            loaded(product.card)(ask)
