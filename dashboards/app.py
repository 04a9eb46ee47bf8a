"""Router of the dashboards: `make dashboard`."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

# `streamlit run` puts the script's own folder on the path, not the project's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dashboards.navigation import pages

st.set_page_config(
    page_title="Sluice", page_icon=str(Path(__file__).with_name("icon.svg")), layout="wide"
)
st.logo(str(HERE / "logo.svg"), size="large")
st.navigation(pages()).run()
