"""One odd line of a batch's output among good ones is one row with a state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from python_models.llm import fold_journal, run_step
from python_models.llm.asking.runtime import close_runtime
from tests.python_models.llm.odd_server import Handler, OddServer, odd_server, valid
from tests.python_models.llm.steps import TOLERANT, machines

HALF = "\ud83d"
ODD_BODIES = {
    "text": "x",
    "list": [1],
    "null": None,
    "no choices": {},
    "choices": valid(choices={}),
}
GOOD_BODIES = {"usage": valid(usage="x"), "id": valid(id=2**70), "half": valid(model=HALF),
               "reason": valid(provider={"a": 1}, usage={"prompt_tokens": "x"})}  # fmt: skip


def line(response: Any, **more: Any) -> bytes:
    """Return an output line."""
    return json.dumps({"custom_id": "CUSTOM_ID", "response": response} | more).encode()


FAILED = {f"body {name}": line({"status_code": 200, "body": body})
          for name, body in ODD_BODIES.items()} | {
    "no JSON": b"{", "a list": b"[1]", "a text": b'"x"', "bytes": b"\xff\xfe", "nothing": b"",
    "response as text": line("x"), "response null": line(None, error={"a": [HALF]}),
    "status as text": line({"status_code": "bad", "body": [HALF]}),
    "status too large": line({"status_code": 2**70, "body": 2**70}),
    "id as list": line({"status_code": 200, "body": valid()}, custom_id=[1]),
    "id as half a pair": line({"status_code": 200, "body": valid()}, custom_id=HALF),
}  # fmt: skip
READ = {name: line({"status_code": 200, "body": body, "request_id": [HALF]})
        for name, body in GOOD_BODIES.items()}  # fmt: skip


@pytest.fixture
def odd(setting) -> Iterator[OddServer]:
    """Run the server, asked in batches."""
    with odd_server() as server:
        setting(llm_base_url=server.url, llm_endpoint_name="odd", llm_deadline_seconds=5,
                llm_price_input_usd_per_million=0, llm_price_output_usd_per_million=0,
                llm_mode="batch")  # fmt: skip
        yield server
        close_runtime()


@pytest.mark.parametrize("name", [*FAILED, *READ])
def test_one_odd_line_is_one_row(name: str, odd: OddServer, journal) -> None:
    odd.odd = (FAILED | READ)[name]
    table = run_step(None, machines(13), TOLERANT, "llm_tests")
    found = table.column("status").to_pylist()
    assert set(found[:12]) == {"ok"}
    assert found[12] == ("failed" if name in FAILED else "ok"), table.column("error").to_pylist()
    assert fold_journal()["attempts"] == 13
    odd.odd = line({"status_code": 200, "body": valid()})
    again = run_step(None, machines(13), TOLERANT, "llm_tests")
    assert set(again.column("status").to_pylist()) == {"ok"}


def test_a_line_whose_format_is_refused_goes_into_another_batch_without_it(odd, journal) -> None:
    said = {"error": {"message": "response_format is not supported"}}
    odd.odd = line({"status_code": 400, "body": said})
    table = run_step(None, machines(13), TOLERANT, "llm_tests")
    assert table.column("status").to_pylist() == ["ok"] * 12 + ["failed"]
    call_id = table.column("call_id").to_pylist()[12]
    asked = journal(f"select * from llm_attempts where call_id = '{call_id}' order by asked_at")
    assert [row["response_format"] for row in asked] == ["json_schema", "json_object", "text"]
    kinds = [row["error_type"] for row in asked]
    assert kinds == ["response_format", "response_format", "bad_request"]


@pytest.mark.parametrize(("odd_line", "ends", "is_booked"), [
    (b"{", "completed", True),  # answered, and nobody can read it
    (b"", "completed", True),
    (b"{", "expired", True),
    (b"", "expired", False),  # it was never come to
    (line({"status_code": 500, "body": {}}), "completed", False),
])  # fmt: skip
def test_a_line_that_was_answered_and_lost_is_booked_at_its_worst(
    odd_line, ends, is_booked, odd: OddServer, setting, journal
) -> None:
    setting(llm_price_input_usd_per_million=100, llm_price_output_usd_per_million=1000,
            llm_budget_usd=1000)  # fmt: skip
    odd.odd, odd.batch_ends = odd_line, ends
    table = run_step(None, machines(13), TOLERANT, "llm_tests")
    assert table.column("status").to_pylist() == ["ok"] * 12 + ["failed"]
    lost = journal("select * from llm_attempts where state = 'error'")
    assert [row["cost_usd"] for row in lost] == [row["reserved_usd"] * is_booked for row in lost]
    assert len(lost) == 1 and lost[0]["reserved_usd"] > 0


@pytest.mark.parametrize(("status", "told"), [
    (400, "its batch was refused%"), (504, "its batch never arrived"),
    (None, "its batch never arrived"),
], ids=["refused", "a gateway's error", "nothing"])  # fmt: skip
def test_a_batch_that_was_never_taken_costs_nothing(
    status, told, odd: OddServer, setting, journal, monkeypatch
) -> None:
    setting(llm_price_input_usd_per_million=100, llm_price_output_usd_per_million=1000,
            llm_budget_usd=1000)  # fmt: skip

    def refuse(handler: Handler, _: bytes) -> None:
        if status:
            handler.send_error(status)
        handler.close_connection = True

    with monkeypatch.context() as patched:
        patched.setattr(Handler, "_batch", refuse)
        table = run_step(None, machines(3), TOLERANT, "llm_tests")
    assert table.column("status").to_pylist() == ["pending"] * 3
    close_runtime()
    again = run_step(None, machines(3), TOLERANT, "llm_tests")
    assert again.column("status").to_pylist() == ["ok"] * 3
    first = f"select cost_usd from llm_attempts where state = 'error' and error like '{told}'"
    assert journal(first) == [{"cost_usd": 0.0}] * 3
    spent = [row["cost_usd"] for row in journal("select cost_usd from llm_calls")]
    assert spent == pytest.approx([10 * 1e-4 + 5 * 1e-3] * 3)
