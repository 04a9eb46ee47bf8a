"""Nothing that may be billed is booked as free, and estimates say how far off they were."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from python_models.llm import run_step
from python_models.llm.asking.runtime import close_runtime, runtime
from python_models.llm.prompting.answers import answer_schema
from python_models.llm.prompting.tokens import count_text, expected_tokens
from tests.python_models.llm.moody_server import GOOD, Reply, moody_server
from tests.python_models.llm.odd_server import valid
from tests.python_models.llm.server import ROOT
from tests.python_models.llm.steps import SINGLE, TOLERANT, machines, statuses
from tests.python_models.llm.test_estimate import estimated

PRICED = {"llm_endpoint_name": "moody", "llm_price_input_usd_per_million": 100,
          "llm_price_output_usd_per_million": 1000, "llm_budget_usd": 1000,
          "llm_deadline_seconds": 5, "llm_timeout_seconds": 5}  # fmt: skip
BOOKED = "select sum(cost_usd) as usd, sum(reserved_usd) as most, count(*) as n from llm_attempts"
PAGE = Reply(200, b"<html>welcome</html>")


@pytest.mark.parametrize("reply", [
    PAGE, Reply(200, {"choices": []}), Reply(200, b"data: {\"choices\": []}\n\n"),
    Reply(200, {"choices": [{"finish_reason": "error", "message": {"content": "x"}}]}),
])  # fmt: skip
def test_what_was_answered_and_cannot_be_read_is_booked_at_its_worst(reply, setting, journal):
    with moody_server(lambda *_: reply) as server:
        setting(llm_base_url=server.url, **PRICED)
        run_step(None, machines(1), TOLERANT, "llm_tests")
    found = journal(BOOKED)[0]
    assert found["n"] == len(server.asked)
    assert found["usd"] == pytest.approx(found["most"]) and found["usd"] > 0
    call = journal("select * from llm_calls")[0]
    assert call["cost_usd"] == pytest.approx(found["usd"]) and call["is_usage_estimated"] == 1


def test_what_was_refused_or_says_what_it_took_is_booked_as_that(setting, journal) -> None:
    broken = Reply(200, valid(choices=[]))
    refused = Reply(500, {"error": {"message": "no"}})
    with moody_server(lambda _, number: (broken, refused, GOOD)[min(number, 2)]) as server:
        setting(llm_base_url=server.url, **PRICED)
        assert statuses(run_step(None, machines(1), SINGLE, "llm_tests")) == {"ok"}
    each = [row["cost_usd"] for row in journal("select * from llm_attempts order by asked_at")]
    assert each == pytest.approx([10 * 1e-4 + 5 * 1e-3, 0, 10 * 1e-4 + 5 * 1e-3])


@pytest.mark.parametrize("unit", ["usd", "tokens"])
def test_answers_that_cannot_be_read_use_up_the_budget_in_a_retry_of_the_run_too(
    unit, setting, journal, monkeypatch
) -> None:
    monkeypatch.setenv("SLUICE_INVOCATION_ID", "one")
    with moody_server(lambda *_: PAGE) as server:
        setting(llm_base_url=server.url, **PRICED)
        run_step(None, machines(1), TOLERANT, "llm_tests")
        most = journal(f"select max(reserved_{unit}) as n from llm_attempts")[0]["n"]
        close_runtime()
        asked = len(server.asked)
        setting(**{f"llm_budget_{unit}": most * (asked + 0.5) if unit == "usd"
                   else int(most * (asked + 0.5))})  # fmt: skip
        table = run_step(None, machines(1), TOLERANT, "llm_tests")
        assert statuses(table) == {"pending"}, table.column("error").to_pylist()
        assert len(server.asked) == asked


def test_what_was_in_flight_at_a_kill_is_booked_at_its_worst_until_it_is_known(
    setting, journal, monkeypatch, tmp_path
) -> None:
    def mood(request: dict[str, Any], number: int) -> Reply:
        if number >= 3:
            server.let_go.wait(20)
        return GOOD

    monkeypatch.setenv("SLUICE_INVOCATION_ID", "one")
    with moody_server(mood) as server:
        setting(llm_base_url=server.url, llm_mode="fixed", llm_concurrency=4, **PRICED)
        command = [
            sys.executable,
            "-m",
            "tests.python_models.llm.driver",
            "8",
            str(tmp_path / "out.json"),
        ]
        process = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ))
        while len(server.asked) < 7 and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        process.wait()
        assert len(server.asked) == 7  # three answered, four under way: the kill has hit
        server.let_go.set()
        assert runtime()._spent("one").usd > 0
        run_step(None, machines(8), SINGLE, "llm_tests")
    lost = journal("select * from llm_attempts where state = 'lost'")
    assert len(lost) == 4
    assert all(row["cost_usd"] == row["reserved_usd"] > 0 for row in lost)
    total, calls = (journal(f"select sum(cost_usd) as usd from {name}")[0]["usd"]
                    for name in ("llm_attempts", "llm_calls"))  # fmt: skip
    assert calls == pytest.approx(total)


def test_a_request_that_never_left_costs_nothing(setting, journal) -> None:
    with moody_server(lambda *_: GOOD) as server:
        pass  # nobody listens there any more
    setting(llm_base_url=server.url, **PRICED | {"llm_deadline_seconds": 0.5})
    run_step(None, machines(2), TOLERANT, "llm_tests")
    found = journal("select sum(cost_usd) as usd, min(error_type) as kind from llm_attempts")
    assert found == [{"usd": 0.0, "kind": "unreachable"}]


def test_a_server_that_reports_more_than_a_request_can_take_is_named(
    setting, journal, capfd
) -> None:
    body = valid(usage={"prompt_tokens": 10, "completion_tokens": 90_000})
    with moody_server(lambda *_: Reply(200, body)) as server:
        setting(llm_base_url=server.url, **PRICED)
        assert statuses(run_step(None, machines(3), SINGLE, "llm_tests")) == {"ok"}
    message = journal("select message from llm_step_runs")[0]["message"]
    assert "reported more than a request can take for 3 requests" in message
    assert message in capfd.readouterr().err
    assert journal("select sum(completion_tokens) as n from llm_calls") == [{"n": 270_000}]


# --------------------------------------------------------------------- estimates


def test_an_estimate_learns_from_other_models_and_says_its_error(setting) -> None:
    with moody_server(lambda *_: GOOD) as server:
        # its count of prompt tokens is no tokenizer's: answers alone have a price
        setting(llm_base_url=server.url, **PRICED | {"llm_price_input_usd_per_million": 0})
        run_step(None, machines(8), SINGLE, "llm_tests")
        again = estimated(machines(20), SINGLE)
        assert "8 answers to this prompt so far" in again.basis
        assert "of the estimate, 1 run" in again.basis
        assert again.completion_tokens == 12 * 5
        setting(llm_model="another")
        other = estimated(machines(20), SINGLE)
        assert "other models" in other.basis and other.completion_tokens == 20 * 5
        run_step(None, machines(20), SINGLE, "llm_tests")
        after = estimated(machines(21), SINGLE)
        assert "20 answers to this prompt so far" in after.basis
        share = float(after.basis.split("USD so far ")[1].split()[0])
        assert share == pytest.approx(1, abs=0.01)


class Filled(BaseModel):
    """A type of every kind of field."""

    verdict: Literal["yes", "no", "undecided"]
    score: int = Field(ge=0, le=10)
    reason: str = Field(max_length=400)
    tags: list[Literal["noise", "heat"]] = Field(max_length=2)


@pytest.mark.parametrize("value", [
    {"verdict": "yes", "score": 7, "reason": "The pump hums and gets warm. " * 6, "tags": ["heat"]},
])  # fmt: skip
def test_without_any_answer_the_bounds_of_the_answer_type_are_the_estimate(value) -> None:
    real = count_text(Filled.model_validate(value).model_dump_json())
    assert expected_tokens(answer_schema(Filled)) == pytest.approx(real, rel=0.4)


def test_a_step_nobody_has_answered_is_estimated_by_its_type(setting) -> None:
    with moody_server(lambda *_: GOOD) as server:
        setting(llm_base_url=server.url, **PRICED)
        first = estimated(machines(10), SINGLE)
        assert "answer type" in first.basis
        said = count_text(json.dumps({"summary": "The pump hums. It is warm.", "severity": "low",
                                      "score": 2, "ids": ["m-00001"]}))  # fmt: skip
        assert said / 2.5 < first.completion_tokens / 10 < said * 2.5
