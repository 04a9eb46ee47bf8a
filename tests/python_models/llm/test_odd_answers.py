"""One odd answer among twelve good ones: a row with a state, and everything else goes on."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from ingestion.lakehouse.catalog import catalog
from ingestion.lakehouse.lake import lake
from python_models.llm import embed_texts, fold_journal, run_step
from python_models.llm.asking.runtime import close_runtime, runtime
from python_models.llm.endpoints.boundary import clean, count
from python_models.llm.endpoints.prices import Price
from python_models.llm.ledger.forget import forget
from python_models.llm.ledger.journal import EntryRefused, Journal, JournalError
from python_models.llm.ledger.parse_response import read_body, read_embeddings
from tests.python_models.llm.odd_server import VERDICT, OddServer, odd_server, valid
from tests.python_models.llm.steps import GROUPED, TEXT, TOLERANT, machines

HALF = "\ud83d"
PRICE = Price(1.0, 1.0, 1.0)


def message(**more: Any) -> dict[str, Any]:
    """Return a body whose message says something else."""
    body = valid()
    body["choices"][0]["message"] |= more
    return body


def choice(**more: Any) -> dict[str, Any]:
    """Return a body whose choice says something else."""
    body = valid()
    body["choices"][0] |= more
    return body


def usage(**more: Any) -> dict[str, Any]:
    """Return a body with other token counts."""
    return valid(usage=valid()["usage"] | more)


CONTENT = json.dumps(VERDICT)
DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
# what the row is in the end; a body that is no answer is asked again until the deadline
READ, FAILED, INVALID, REFUSED = {"ok", "repaired"}, {"failed"}, {"invalid"}, {"refused"}
BODIES: dict[str, tuple[Any, set[str]]] = {
    "half a pair in the content": (message(content=json.dumps(VERDICT | {"summary": HALF},
                                           ensure_ascii=False)), READ),
    "half a pair escaped twice": (message(content=json.dumps(VERDICT | {"summary": HALF})), READ),
    "half pairs in id, model and reason": (
        choice(finish_reason=HALF) | {"id": HALF, "model": HALF, "provider": HALF},
        READ),
    "half a pair in the refusal": (message(refusal=f"no{HALF}"), REFUSED),
    "half a pair in tool calls": (message(tool_calls=[{"id": HALF}]), READ),
    "id over 63 bits": (valid(id=2**70), READ),
    "id and model as objects": (valid(id={"a": 1}, model=["m"], provider={}), READ),
    "id and model as numbers": (valid(id=7, model=1.5), READ),
    "usage as text": (valid(usage="12"), READ),
    "usage as list": (valid(usage=[1]), READ),
    "details as text": (usage(prompt_tokens_details="none"), READ),
    "details as list": (usage(prompt_tokens_details=[1]), READ),
    "cached tokens as object": (usage(prompt_tokens_details={"cached_tokens": {}}), READ),
    **{f"token count {value!r:.30}": (usage(prompt_tokens=value, completion_tokens=value), READ)
       for value in ("many", "12", 2.5, -4, 2**70, float("nan"), float("inf"), True, None, [1])},
    "reason as object": (choice(finish_reason={"a": 1}), READ),
    "reason as number": (choice(finish_reason=3), READ),
    "refusal as object": (message(refusal={"why": "x"}), REFUSED),
    "refusal as number": (message(refusal=5), REFUSED),
    "content as object": (message(content=VERDICT), READ),
    "content as number": (message(content=5), INVALID),
    "content as list of parts": (message(content=[{"type": "text", "text": CONTENT}]), READ),
    "content as list of odd parts": (message(content=[{"text": {"a": 1}}, 5]), INVALID),
    "content nested deeply": (message(content="[" * 100_000), INVALID),
    "content an object nested deeply": (message(content=DEEP.decode()), INVALID),
    "content with a huge number": (message(content=CONTENT.replace("2", "9" * 5000)), INVALID),
    "content of 20 MB": (message(content="x" * 20_000_000), INVALID),
    "NUL characters": (message(content=json.dumps(VERDICT | {"summary": "a\0b"})), READ),
    "choices as object": (valid(choices={"0": 1}), FAILED),
    "choices null": (valid(choices=None), FAILED),
    "choices empty": (valid(choices=[]), FAILED),
    "choices of texts": (valid(choices=["a"]), FAILED),
    "message null": (choice(message=None), INVALID),
    "message as text": (choice(message="hi"), FAILED),
    **{f"the whole body {value!r}": (value, FAILED) for value in ([1], "text", 5, None, True)},
    "nested deeply": (DEEP, FAILED),
    "not JSON": (b"<html>", FAILED),
    "nothing": (b"", FAILED),
    "not a number and infinity": (valid(x=float("nan"), y=float("-inf")), READ),
    "an integer of 5,000 digits": (
        json.dumps(valid(x=0)).replace('"x": 0', f'"x": {"9" * 5000}').encode(), READ),
    "a byte order mark": (b"\xef\xbb\xbf" + json.dumps(valid()).encode(), READ),
    "bytes that are no UTF-8": (json.dumps(valid()).replace("hums", "h~ms").encode()
                                .replace(b"~", b"\xff\xfe"), READ),
    "doubled keys": (json.dumps(valid())[:-1].encode() + b', "id": 5, "usage": "x"}', READ),
}  # fmt: skip


@pytest.fixture
def odd(setting) -> Iterator[OddServer]:
    """Run the server, and the settings that point at it."""
    with odd_server() as server:
        setting(llm_base_url=server.url, llm_endpoint_name="odd", llm_deadline_seconds=0.2,
                llm_price_input_usd_per_million=1, llm_price_output_usd_per_million=1,
                llm_budget_usd=10, llm_timeout_seconds=20)  # fmt: skip
        yield server
        close_runtime()


def states(table: Any) -> tuple[set[str], str]:
    """Return (the states of the twelve good rows, that of the odd one)."""
    found = table.column("status").to_pylist()
    return set(found[:12]), found[12]


def check_ledger(journal: Any) -> None:
    """Hold the folded ledger to the journal and to plausible figures."""
    rows = {name: catalog().load_table(f"llm.{name}").scan().to_arrow().to_pylist()
            for name in ("calls", "attempts")}  # fmt: skip
    assert len(rows["calls"]) == 13
    assert len(rows["attempts"]) == journal("select count(*) as n from llm_attempts")[0]["n"]
    good = [row for row in rows["attempts"] if row["state"] == "answered"]
    assert sum(row["prompt_tokens"] for row in good) >= 120
    for kind in ("prompt_tokens", "completion_tokens"):
        assert sum(row[kind] for row in rows["attempts"]) == sum(row[kind] for row in rows["calls"])
        assert all(0 <= row[kind] < 2**31 for row in rows["attempts"])


@pytest.mark.parametrize("name", BODIES)
def test_one_odd_body_is_one_row(name: str, odd: OddServer, journal) -> None:
    body, expected = BODIES[name]
    odd.odd = body if isinstance(body, bytes) else json.dumps(body).encode()
    table = run_step(None, machines(13), TOLERANT, "llm_tests")
    good, state = states(table)
    assert good == {"ok"}
    assert state in expected, table.column("error").to_pylist()[12]
    assert state in READ or table.column("error").to_pylist()[12]
    fold_journal()
    check_ledger(journal)
    call_id = table.column("call_id").to_pylist()[12]
    assert forget(lake().journal_db, [call_id]) == 1
    odd.odd = json.dumps(valid()).encode()
    close_runtime()
    assert states(run_step(None, machines(13), TOLERANT, "llm_tests")) == ({"ok"}, "ok")
    fold_journal()


@pytest.mark.parametrize("status", [400, 418, 429, 500, 503])
@pytest.mark.parametrize("body", [{"error": HALF}, {"error": {"message": {"a": HALF}, "code": [1]}},
                                  [1], "text", None, {"error": [2**70]}])  # fmt: skip
def test_an_odd_error_is_one_row(status: int, body: Any, odd: OddServer) -> None:
    odd.status, odd.odd = status, json.dumps(body).encode()
    odd.headers = {"retry-after": "inf", "x-request-id": "\xff" * 300}
    good, state = states(run_step(None, machines(13), TOLERANT, "llm_tests"))
    assert good == {"ok"}
    assert state in ("failed", "pending")
    fold_journal()


@pytest.mark.parametrize("rows", [
    [{"id": 2**70}], [{"id": HALF}], [{"id": ["a"]}], "x", None, [1], {"id": 1}, [HALF], 10**30,
])  # fmt: skip
def test_odd_rows_in_an_answer_for_many_are_rows_with_a_reason(rows: Any, odd: OddServer) -> None:
    odd.odd = json.dumps(message(content=json.dumps({"answers": rows}))).encode()
    many = replace(GROUPED, error_tolerance=1.0)
    table = run_step(None, machines(13), many, "llm_tests")
    assert set(table.column("status").to_pylist()) <= {"invalid"}
    assert all(table.column("error").to_pylist())
    fold_journal()


def test_odd_headers_of_an_answer_cost_nothing(odd: OddServer) -> None:
    odd.odd = json.dumps(valid()).encode()
    odd.headers = {"x-request-id": "\xff", "x-ratelimit-remaining-requests": "\xb2",
                   "x-ratelimit-reset-requests": "nan",
                   "content-type": "text/x; charset=utf-7"}  # fmt: skip
    assert states(run_step(None, machines(13), TOLERANT, "llm_tests")) == ({"ok"}, "ok")


def test_bodies_an_older_version_left_behind_are_rows_too(odd: OddServer, journal) -> None:
    odd.odd = json.dumps(valid()).encode()
    run_step(None, machines(13), TEXT, "llm_tests")
    close_runtime()
    bodies = [b if isinstance(b, bytes) else json.dumps(b).encode() for b, _ in BODIES.values()]
    with sqlite3.connect(lake().journal_db) as connection:
        connection.execute("delete from llm_calls")
        connection.execute("update llm_attempts set owner = 'gone'")
        ids = [row[0] for row in connection.execute("select attempt_id from llm_attempts")]
        columns = [row[1] for row in connection.execute("pragma table_info(llm_attempts)")]
        for number, body in enumerate(bodies):
            values = ", ".join({"attempt_id": f"'old-{number}'", "state": "'arrived'",
                                "raw_response": "?", "prompt_tokens": "'many'"}.get(name, name)
                               for name in columns)  # fmt: skip
            connection.execute(
                f"insert into llm_attempts select {values} from llm_attempts where attempt_id = ?",
                [body.decode("utf-8", "replace"), ids[number % len(ids)]],
            )
        connection.execute(
            "update llm_attempts set seconds = 'long', prompt_tokens = 'x', answered_at = 'now' "
            "where attempt_id = ?", [ids[0]])  # fmt: skip
    connection.close()
    assert fold_journal()["attempts"] == 13 + len(bodies)
    attempts = catalog().load_table("llm.attempts").scan().to_arrow().to_pylist()
    told = [row for row in attempts if "not readable" in (row["error"] or "")]
    assert [row["attempt_id"] for row in told] == [ids[0]]
    table = run_step(None, machines(13), TEXT, "llm_tests")
    assert set(table.column("status").to_pylist()) <= READ | INVALID | REFUSED


def test_forgetting_reaches_requests_whose_call_never_ended(odd: OddServer, journal) -> None:
    odd.odd = json.dumps(valid()).encode()
    table = run_step(None, machines(13), TOLERANT, "llm_tests")
    close_runtime()
    with sqlite3.connect(lake().journal_db) as connection:
        connection.execute("delete from llm_calls")
    connection.close()
    call_id = table.column("call_id").to_pylist()[0]
    assert forget(lake().journal_db, [call_id]) == 1
    assert forget(lake().journal_db, [call_id]) == 0
    fold_journal()
    attempts = catalog().load_table("llm.attempts").scan().to_arrow().to_pylist()
    assert [row["call_id"] for row in attempts if row["is_forgotten"]] == [call_id]
    before = odd.requests
    run_step(None, machines(13), TOLERANT, "llm_tests")
    assert odd.requests == before + 1


@pytest.mark.parametrize("data", [
    None, [], {"0": 1}, [{"index": 0}], [{"index": 0, "embedding": ["a"]}],
    [{"index": 0, "embedding": [float("nan")]}], [{"index": 0, "embedding": []}],
    [{"embedding": [1.0]}], [{"index": "x", "embedding": [1.0]}], [1],
    [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [1.0]}],
    [{"index": 2**70, "embedding": [1.0]}], [{"index": 0, "embedding": [10**400]}],
])  # fmt: skip
def test_odd_vectors_are_no_vectors(data: Any, odd: OddServer) -> None:
    odd.mark, odd.odd = "text", json.dumps({"data": data, "usage": "x", "id": 2**70}).encode()
    assert embed_texts([f"a text {HALF}"], "llm_tests", "m") == [None]
    fold_journal()
    good = {"data": [{"index": 0, "embedding": [1.0, 2.0]}]}
    odd.odd = json.dumps(good).encode()
    forget(lake().journal_db, template=None, call_ids=_all_calls())
    assert list(embed_texts([f"a text {HALF}"], "llm_tests", "m")[0]) == [1.0, 2.0]


def _all_calls() -> list[str]:
    with sqlite3.connect(lake().journal_db) as connection:
        return [row[0] for row in connection.execute("select call_id from llm_calls")]


@pytest.mark.parametrize("value", [2**70, HALF, object()], ids=["large", "half a pair", "object"])
def test_a_value_sqlite_refuses_fails_its_own_entry_only(value: Any, tmp_path) -> None:
    journal = Journal(tmp_path / "journal.db")
    insert = "insert into llm_meta values (?, ?)"

    async def write() -> list[Any]:
        entries = [journal.write([(insert, (f"n{at}", value if at == 3 else "x"))])
                   for at in range(8)]  # fmt: skip
        return await asyncio.wait_for(asyncio.gather(*entries, return_exceptions=True), 20)

    said = asyncio.run(write())
    assert [type(one) for one in said].count(EntryRefused) == 1
    assert isinstance(said[3], EntryRefused)
    journal.put([(insert, ("nobody waits", value))])
    with pytest.raises(EntryRefused):
        journal.flush()
    journal.put([(insert, ("after", "x"))])
    journal.flush()
    names = {row[0] for row in journal._connection.execute("select name from llm_meta")}
    assert {"n2", "n4", "after"} <= names and not {"n3", "nobody waits"} & names
    journal.close()


class Ending(list):
    """Values that end the thread that reads them, as nothing but a bug could."""

    def __getitem__(self, at: Any) -> Any:
        raise SystemExit


def test_nobody_waits_for_a_writer_that_has_ended(tmp_path) -> None:
    journal = Journal(tmp_path / "journal.db")
    journal.put([("insert into llm_meta values (?, ?)", Ending(["name", "value"]))])
    with pytest.raises(JournalError, match="ended"):
        journal.flush()

    async def write() -> None:
        await asyncio.wait_for(journal.write([("select 1", ())]), 20)

    with pytest.raises(JournalError):
        asyncio.run(write())
    journal.close()


def test_a_step_that_was_interrupted_asks_nothing_more(server, setting, journal) -> None:
    server.show(latency_ms=400)
    setting(llm_mode="fixed", llm_concurrency=4)
    runtime()

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.9)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_step(None, machines(60), TOLERANT, "llm_tests")
    finally:
        signal.signal(signal.SIGALRM, before)
    asked = server.counters()["requests"]
    assert 0 < asked < 60
    time.sleep(1.5)
    assert server.counters()["requests"] == asked
    runtime().journal.flush()
    found = {row["state"] for row in journal("select state from llm_attempts")}
    assert found <= {"answered", "lost", "arrived"} and "sent" not in found
    assert set(run_step(None, machines(60), TOLERANT, "llm_tests")["status"].to_pylist()) == {"ok"}


def places(value: Any, path: tuple = ()) -> list[tuple]:
    """Return the path of every value in a JSON value."""
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    inner = inner.items() if isinstance(inner, dict) else ()
    return [path, *(place for name, one in inner for place in places(one, (*path, name)))]


def put(value: Any, path: tuple, new: Any) -> Any:
    """Return a JSON value with something else in one place."""
    if not path:
        return new
    copied = value.copy()
    copied[path[0]] = put(value[path[0]], path[1:], new)
    return copied


TEXTS = st.text(st.characters(exclude_categories=()), max_size=5)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.just(2**80)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6)  # fmt: skip
FULL_USAGE = {"prompt_tokens": 1, "completion_tokens": 2,
              "prompt_tokens_details": {"cached_tokens": 1}}  # fmt: skip
WHOLE = valid(provider="p", usage=FULL_USAGE)
PLACES = places(WHOLE)


@given(st.sampled_from(PLACES), JSON)
@budget(max_examples=400, deadline=None)
def test_whatever_stands_anywhere_in_a_body_is_read_into_types_that_can_be_stored(path, new):
    text = json.dumps(put(WHOLE, path, new))
    for read in (read_body, read_embeddings):
        got = read(text, PRICE, None)
        for kept in (got.provider, got.response_model, got.response_id, got.error):
            assert kept is None or (isinstance(kept, str) and kept.encode())
        for number in (got.prompt_tokens, got.completion_tokens, got.cached_tokens):
            assert type(number) is int and 0 <= number < 2**31
        assert 0 <= got.cost_usd < 1e6
        if got.answer:
            assert all(part is None or clean(part) == part for part in got.answer[1:])


@given(st.sampled_from(PLACES), JSON)
@budget(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_step_ends_whatever_a_body_holds(odd, path, new) -> None:
    odd.odd = json.dumps(put(WHOLE, path, new)).encode()
    odd.requests = 0
    run_step(None, machines(13), TOLERANT, "llm_tests")
    assert odd.requests >= 1
    fold_journal()
    forget(lake().journal_db, _all_calls())


@pytest.mark.parametrize("value", [True, "many", -1, 1.5, 2**70, None, [1], float("nan")])
def test_what_is_no_count_counts_as_unknown(value: Any) -> None:
    assert count(value) is None
    assert count("12") == count(12.0) == 12
