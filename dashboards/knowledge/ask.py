"""Ask: a question to the corpus, the passages with its words, and an answer that cites them."""

from __future__ import annotations

from datetime import date, datetime, time

import duckdb
import streamlit as st

from dashboards.knowledge.marked import Mark, marked_html
from dashboards.parts.links import link_to
from dashboards.parts.page import Ask, asking, empty
from dashboards.parts.release import Release
from dashboards.parts.text import escaped, moment, usd
from ingestion.lakehouse.lake import lake
from python_models.knowledge.answering import NOT_FOUND, Answered, answered
from python_models.knowledge.search.find import NotSearchable, search
from python_models.knowledge.search.hits import Filters, Hit
from python_models.llm.step import StepFailed

SOURCES = """
select source
from knowledge.sources
order by source
"""
MOST = 50
ALL = "all sources"


def show(release: Release) -> None:
    """Ask for a question and show what answers it."""
    ask = asking(release)
    question = st.text_input(
        "Question", key="q", bind="query-params", placeholder="Who owns billing?"
    ).strip()
    filters, k = _filters(ask)
    if not question:
        st.caption("Passages are found by their words; an answer cites the words it rests on.")
        return
    try:
        hits = search(ask, question, k, filters)
    except NotSearchable as error:
        empty(str(error))
        return
    _answer(question, hits)
    if not hits:
        empty("No document has these words.", "Fewer filters, or other words, may find some.")
    for hit in hits:
        _hit(hit)


def _filters(ask: Ask) -> tuple[Filters, int]:
    sources = [row["source"] for row in ask(SOURCES).to_pylist()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        source = st.selectbox("Source", [ALL, *sources], key="source", bind="query-params")
        since = st.date_input("Changed since", value=None, key="since")
        until = st.date_input("and before", value=None, key="until")
        k = st.number_input("Passages", 1, MOST, 8, key="k")
    chosen = None if source in (None, ALL) else source
    return Filters(source=chosen, since=_midnight(since), until=_midnight(until)), int(k)


def _midnight(day: date | tuple[date, ...] | None) -> datetime | None:
    return datetime.combine(day, time()) if isinstance(day, date) else None


def _answer(question: str, hits: list[Hit]) -> None:
    """Offer to ask a model; its answer stays until the question or the passages change."""
    if not lake().journal_db.exists():
        return  # a copy of released files alone: there is nobody to ask
    asked = (question, *(hit.chunk_id for hit in hits))
    if st.button("Answer", icon=":material/question_answer:", key="ask_now"):
        try:
            with st.spinner("Asking"), duckdb.connect() as session:
                st.session_state["knowledge_answer"] = (asked, answered(session, question, hits))
        except StepFailed as error:
            st.error(escaped(error))
    known = st.session_state.get("knowledge_answer")
    if known and known[0] == asked:
        _show_answer(known[1])


def _show_answer(answer: Answered) -> None:
    with st.container(border=True):
        for text, cited in answer.sentences:
            places = ", ".join(str(place) for place in sorted({one.passage for one in cited}))
            st.markdown(f"{escaped(text)} **[{places}]**")
            for one in cited:
                st.caption(f"“{escaped(one.words)}”: {escaped(one.title)}")
        if not answer.sentences:
            st.markdown(escaped(answer.error or NOT_FOUND.capitalize()))
        if answer.model:
            st.caption(f"{escaped(answer.model)}, {usd(answer.cost_usd)}")


def _hit(hit: Hit) -> None:
    start, end, marks = hit.snippet
    with st.container(border=True):
        st.markdown(f"**{hit.rank}. {escaped(hit.title)}**")
        st.html(
            marked_html(
                hit.shown(start, end),
                [Mark(a - start, b - start, "word") for a, b in marks],
            )
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            facts = [hit.source, moment(hit.said_at), f"score {hit.score:.2f}", hit.uri or ""]
            st.caption(escaped(" · ".join(fact for fact in facts if fact)), width="content")
            link_to("knowledge", "Document", view="Document", document=hit.object_id)
