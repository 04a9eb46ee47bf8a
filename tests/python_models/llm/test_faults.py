"""Every way a server goes wrong, over real HTTP: each row ends in a state, none is dropped."""

from __future__ import annotations

from dataclasses import replace

import pytest

from python_models.llm import StepFailed, run_step
from tests.python_models.llm.steps import GROUPED, SINGLE, TEXT, TOLERANT, machines, statuses


@pytest.mark.parametrize(
    "fault",
    [
        "rate_limit",
        "rate_limit_silent",
        "server_error",
        "overloaded",
        "drop",
        "cut_body",
        "html",
        "no_choices",
    ],  # fmt: skip
)
def test_a_passing_fault_is_waited_out(server, fault) -> None:
    server.show(first={fault: 3}, retry_after=0.2)
    table = run_step(None, machines(10), SINGLE, "llm_tests")
    assert statuses(table) == {"ok"}
    assert server.counters()["requests"] == 13


def test_retry_after_is_honoured(server) -> None:
    server.show(first={"rate_limit": 1}, retry_after=1.0)
    table = run_step(None, machines(1), SINGLE, "llm_tests")
    counters = server.counters()
    assert statuses(table) == {"ok"}
    assert counters["requests"] == 2
    assert counters["statuses"] == {"429": 1, "200": 1}


def test_a_wait_longer_than_the_deadline_leaves_the_row_pending(server, setting) -> None:
    setting(llm_deadline_seconds=2)
    server.show(rates={"rate_limit": 1.0}, retry_after=300)
    table = run_step(None, machines(2), SINGLE, "llm_tests")
    assert statuses(table) == {"pending"}
    assert "300 s" in table.column("error").to_pylist()[0]


def test_a_used_up_quota_stops_the_step_and_keeps_what_came(server, setting) -> None:
    setting(llm_mode="sequential")
    run_step(None, machines(3), SINGLE, "llm_tests")
    server.show(rates={"quota": 1.0})
    table = run_step(None, machines(10), SINGLE, "llm_tests")
    assert table.column("status").to_pylist() == ["ok"] * 3 + ["pending"] * 7
    assert server.counters()["requests"] == 1


def test_a_hanging_server_is_given_up_at_the_time_limit(server, setting) -> None:
    setting(llm_timeout_seconds=0.5, llm_deadline_seconds=3)
    server.show(first={"hang": 2})
    table = run_step(None, machines(4), SINGLE, "llm_tests")
    assert statuses(table) == {"ok"}
    server.show(rates={"hang": 1.0})
    table = run_step(None, machines(6), TOLERANT, "llm_tests")
    assert table.column("status").to_pylist() == ["ok"] * 4 + ["failed"] * 2
    assert "deadline" in table.column("error").to_pylist()[5]


@pytest.mark.parametrize("fault", ["truncated_json", "invalid_json", "wrong_schema", "empty"])
def test_a_bad_answer_is_asked_again_once_and_says_so(server, fault, journal) -> None:
    server.show(first={fault: 1})
    table = run_step(None, machines(10), SINGLE, "llm_tests")
    assert sorted(table.column("status").to_pylist()) == ["ok"] * 9 + ["repaired"]
    assert server.counters()["requests"] == 11
    assert len(journal("select 1 from llm_attempts where kind = 'reask'")) == 1


@pytest.mark.parametrize("fault", ["truncated_json", "invalid_json", "wrong_schema", "empty"])
def test_an_answer_that_stays_bad_is_kept_with_its_reason(server, fault, journal) -> None:
    server.show(rates={fault: 1.0})
    table = run_step(None, machines(3), TOLERANT, "llm_tests")
    assert statuses(table) == {"invalid"}
    assert all(table.column("error").to_pylist())
    assert table.column("summary").null_count == 3
    assert server.counters()["requests"] == 6
    assert len(journal("select 1 from llm_calls where status = 'invalid'")) == 3


def test_text_around_the_answer_is_taken_off_without_another_call(server) -> None:
    server.show(rates={"extra_text": 1.0})
    table = run_step(None, machines(3), SINGLE, "llm_tests")
    assert statuses(table) == {"repaired"}
    assert server.counters()["requests"] == 3


def test_a_cut_answer_is_asked_again_once_with_more_room(server) -> None:
    server.show(first={"length": 1})
    assert statuses(run_step(None, machines(1), SINGLE, "llm_tests")) == {"ok"}
    server.show(rates={"length": 1.0})
    table = run_step(None, machines(3), TOLERANT, "llm_tests")
    assert table.column("status").to_pylist() == ["ok", "truncated", "truncated"]
    assert server.counters()["requests"] == 4


@pytest.mark.parametrize("fault", ["refusal", "content_filter"])
def test_a_refusal_is_a_final_state(server, fault) -> None:
    server.show(rates={fault: 1.0})
    table = run_step(None, machines(2), TOLERANT, "llm_tests")
    assert statuses(table) == {"refused"}
    server.show()
    assert statuses(run_step(None, machines(2), TOLERANT, "llm_tests")) == {"refused"}
    assert server.counters()["requests"] == 0


def test_a_prompt_that_is_too_long_fails_its_row_alone(server) -> None:
    server.show(first={"context_too_long": 1})
    table = run_step(None, machines(20), SINGLE, "llm_tests")
    assert sorted(table.column("status").to_pylist()) == ["failed"] + ["ok"] * 19
    failed = [error for error in table.column("error").to_pylist() if error]
    assert "too long" in failed[0]
    assert server.counters()["requests"] == 20


@pytest.mark.parametrize("fault", ["unauthorized", "forbidden", "not_found"])
def test_a_refused_key_or_model_stops_the_step_at_once(server, fault, setting) -> None:
    setting(llm_concurrency=4)
    server.show(rates={fault: 1.0})
    with pytest.raises(StepFailed, match="LLM_API_KEY|LLM_MODEL"):
        run_step(None, machines(200), SINGLE, "llm_tests")
    assert server.counters()["requests"] <= 4


def test_a_malformed_request_is_not_sent_again_but_once_without_its_schema(server) -> None:
    server.show(rates={"bad_request": 1.0})
    table = run_step(None, machines(3), TOLERANT, "llm_tests")
    assert statuses(table) == {"failed"}
    assert server.counters()["requests"] == 3 + 1


@pytest.mark.parametrize("limit", ["no_response_format", "no_json_schema"])
def test_an_endpoint_without_response_format_is_asked_in_words(server, limit, journal) -> None:
    server.show(**{limit: True})
    run_step(None, machines(5), TOLERANT, "llm_tests")
    formats = {row["response_format"] for row in journal("select * from llm_attempts")}
    assert ("text" if limit == "no_response_format" else "json_object") in formats
    refused = journal("select * from llm_attempts where error_type = 'response_format'")
    assert refused
    assert journal("select count(*) as n from llm_calls")[0]["n"] == 5


def test_an_endpoint_without_usage_has_its_tokens_estimated_and_marked(server, journal) -> None:
    server.show(no_usage=True)
    table = run_step(None, machines(3), SINGLE, "llm_tests")
    assert all(count > 0 for count in table.column("prompt_tokens").to_pylist())
    rows = journal("select is_usage_estimated from llm_calls")
    assert {row["is_usage_estimated"] for row in rows} == {1}


@pytest.mark.parametrize("fault", ["wrong_ids", "doubled_ids", "missing_ids"])
def test_rows_without_a_single_answer_of_their_id_are_asked_singly(server, fault) -> None:
    server.show(first={fault: 1})
    table = run_step(None, machines(30), GROUPED, "llm_tests")
    assert statuses(table) <= {"ok", "repaired"}
    assert table.column("summary").to_pylist() == [
        f'{{"machine": "m-{n:05d}", "note": "The pump of m-{n:05d} hums. It is warm."}}'
        for n in range(30)
    ]
    assert server.counters()["requests"] == 3 + (2 if fault == "doubled_ids" else 1)


def test_a_group_that_cannot_be_used_is_asked_row_by_row(server, setting) -> None:
    setting(llm_mode="sequential")
    server.show(first={"invalid_json": 2})
    table = run_step(None, machines(10), GROUPED, "llm_tests")
    assert statuses(table) <= {"ok", "repaired"}
    assert server.counters()["requests"] == 12


def test_free_text_is_kept_as_it_came(server) -> None:
    table = run_step(None, machines(2), TEXT, "llm_tests")
    assert statuses(table) == {"ok"}
    assert all("m-0000" in text for text in table.column("text").to_pylist())


def test_three_in_ten_requests_failing_leaves_no_row_without_an_end(server, setting) -> None:
    setting(llm_concurrency=32)
    share = 0.075
    faults = ("rate_limit_silent", "server_error", "drop", "invalid_json")
    server.show(rates=dict.fromkeys(faults, share), seed=3)
    table = run_step(None, machines(150), TOLERANT, "llm_tests")
    assert table.num_rows == 150
    assert statuses(table) <= {"ok", "repaired", "invalid"}
    assert len(set(table.column("call_id").to_pylist())) == 150


def test_more_failures_than_tolerated_fail_the_step_and_keep_the_answers(server, journal) -> None:
    server.show(first={"context_too_long": 4})
    with pytest.raises(StepFailed, match="4 of 20 rows"):
        run_step(None, machines(20), SINGLE, "llm_tests")
    assert journal("select count(*) as n from llm_calls where status = 'ok'")[0]["n"] == 16
    server.show()
    table = run_step(None, machines(20), replace(SINGLE, error_tolerance=0.5), "llm_tests")
    assert table.column("status").to_pylist().count("ok") == 16
    assert server.counters()["requests"] == 0
