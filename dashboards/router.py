"""Script of every session: the menu and the page that is open."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboards.navigation import pages
from dashboards.parts.assistive import help_readers
from dashboards.parts.job_list import show_jobs
from dashboards.parts.links import link_to_docs

HERE = Path(__file__).parent
st.set_page_config(page_title="Sluice", page_icon=str(HERE / "icon.svg"), layout="wide")
st.logo(str(HERE / "logo.svg"), size="large")
# all of them, also with own pages and jobs in the menu: Streamlit folds more than a dozen
open_page = st.navigation(pages(), expanded=True)
link_to_docs()
show_jobs()
open_page.run()
help_readers()  # last: it takes no room above the page
