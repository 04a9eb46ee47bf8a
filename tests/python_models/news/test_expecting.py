"""What `make estimate` says of a run of news is what its ledger comes to, and it begins no run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.catalog import metadata_locations
from ingestion.lakehouse.settings import reset_settings
from ingestion.landing.web.begun import begun_run
from python_models.runs import estimate
from python_models.runs.slices import Choice
from tests.faults.test_news import RUN, command
from tests.ingestion.landing.web.local_web import Reply
from tests.ingestion.news.conftest import newsroom  # noqa: F401  the fixture
from tests.ingestion.news.newsroom import Newsroom, item, rss

ESTIMATE = ("python_models.runs.estimate", "--domain", "news", "--json")


def test_an_estimate_asks_no_host_and_lands_no_run(newsroom: Newsroom) -> None:  # noqa: F811
    newsroom.feed("one")
    newsroom.say("/feed", Reply(rss([item(1)])))
    estimate.land(Choice(domains=("news",)))
    assert newsroom.web.log == []
    assert begun_run("news") is None and not metadata_locations("raw_news")
    newsroom.land()  # what a run does, so that what is not asked above could have been
    assert newsroom.asked("/feed") == 1


def spent() -> dict[str, Any]:
    """Return {node: (calls, tokens of prompts, of answers)} of the ledger."""
    rows = journal.rows(
        "select node, sum(calls) as calls, sum(prompt_tokens) as prompt,"
        " sum(completion_tokens) as completion from llm_step_runs group by node"
    )
    return {row["node"]: (row["calls"], row["prompt"], row["completion"]) for row in rows}


@pytest.mark.long
def test_an_estimate_before_anything_is_asked_is_what_the_ledger_comes_to(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    lake = tmp_path / "lake"
    assert command(lake, RUN, "run-landed")[0] == 137
    monkeypatch.setenv("SLUICE_LAKE", str(lake))
    reset_settings()
    code, said = command(lake, ESTIMATE)
    assert code == 0, said
    expected = {one["node"]: one for one in json.loads(said[said.index("[{") :].splitlines()[0])}
    code, said = command(lake, RUN)
    assert code == 0, said
    ledger = spent()
    first = "llm_news__relevance_scored"  # the phase whose rows there were
    known = expected[first]
    assert (known["calls"], known["prompt_tokens"], known["completion_tokens"]) == ledger[first]
    price = 0.25, 2.0  # USD for a million tokens of prompts, of answers: as small models cost
    costs = [
        price[0] * sum(prompts) + price[1] * sum(answers)
        for prompts, answers in (
            zip(*((one["prompt_tokens"], one["completion_tokens"]) for one in expected.values()),
                strict=True),
            zip(*((prompt, answer) for _, prompt, answer in ledger.values()), strict=True),
        )
    ]  # fmt: skip
    record_property("USD expected to USD spent", costs[0] / costs[1])
    assert costs[0] == pytest.approx(costs[1], rel=0.1)
    # what has been answered is asked no more
    code, said = command(lake, ESTIMATE)
    again = json.loads(said[said.index("[{") :].splitlines()[0])
    assert [one["calls"] for one in again] == [0] * len(again)
