"""Script of every session: the menu and the page that is open."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

# `streamlit run` puts the script's own folder on the path, not the project's
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dashboards.navigation import pages

HERE = Path(__file__).parent
st.set_page_config(page_title="Sluice", page_icon=str(HERE / "icon.svg"), layout="wide")
st.logo(str(HERE / "logo.svg"), size="large")
st.navigation(pages()).run()
