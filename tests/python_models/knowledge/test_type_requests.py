"""Which types can be asked for later, and what is kept of a request."""

from __future__ import annotations

import argparse

import duckdb
import pytest

from ingestion.knowledge.decisions import decide, in_force, kept
from ingestion.lakehouse.settings import SettingsError
from python_models.knowledge.type_requests import (
    TypeRefused,
    _keep,
    gaps_of,
    refuse_unrequested,
)

OPTIONS = argparse.Namespace(reason="we buy more", by="mira", json=True)


@pytest.fixture
def release() -> duckdb.DuckDBPyConnection:
    session = duckdb.connect()
    session.execute(
        "create schema knowledge; create table knowledge.coverage as from (values"
        " ('Vendor', 'gap', '{\"count\": 7, \"texts\": []}'), ('Agent', 'abstract', null),"
        " ('Person', 'asked', null)) as rows(type, state, candidates)"
    )
    return session


def test_a_gap_is_priced_by_the_texts_that_may_hold_it(release) -> None:
    assert gaps_of(release, " Vendor ") == {"Vendor": 7}


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "Which type"), ("Planet", "No ontology"), ("Agent", "above other types"),
     ("Person", "asked of every text"), ("Vendor,Person", "asked of every text")],
)  # fmt: skip
def test_what_is_no_gap_is_refused_with_the_gaps(release, text: str, why: str) -> None:
    with pytest.raises(TypeRefused, match=why) as refused:
        gaps_of(release, text)
    assert "nobody was asked for: Vendor" in str(refused.value)


def test_a_request_is_kept_once_and_can_be_taken_back(release) -> None:
    for _ in range(2):
        _keep("Vendor", OPTIONS)
    [request] = kept()
    assert (request["kind"], request["anchor"]) == ("ask_type", "type:Vendor")
    assert in_force(kept()) == [], "it decides nothing of entities"
    release.execute("update knowledge.coverage set state = 'asked', candidates = null")
    assert gaps_of(release, "Vendor") == {"Vendor": "the same"}
    refuse_unrequested({"type": "Vendor", "source": "wiki"})
    decide("undo", [], "too dear", "mira", undoes=request["decision_id"])
    with pytest.raises(SettingsError, match="make knowledge-extract TYPE=Vendor"):
        refuse_unrequested({"type": "Vendor"})
    _keep("Vendor", OPTIONS)
    assert [row["kind"] for row in kept()] == ["ask_type", "undo", "ask_type"]
