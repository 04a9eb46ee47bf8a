"""The same question is asked once: in a batch, between runs, between steps."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

from python_models.llm import run_step
from python_models.llm.asking.rows import StepError
from python_models.llm.ledger.forget import forget
from tests.python_models.llm.steps import GROUPED, SINGLE, TOLERANT, machines, statuses


def test_an_identical_run_asks_nothing_and_gives_the_same_rows(server) -> None:
    first = run_step(None, machines(30), SINGLE, "llm_tests")
    again = run_step(None, machines(30), SINGLE, "llm_tests")
    assert first.equals(again)
    assert server.counters()["requests"] == 30


def test_more_rows_cost_more_rows_only(server) -> None:
    run_step(None, machines(30), SINGLE, "llm_tests")
    assert run_step(None, machines(33), SINGLE, "llm_tests").num_rows == 33
    assert server.counters()["requests"] == 33


def test_order_and_unrelated_columns_cost_nothing(server) -> None:
    run_step(None, machines(30), SINGLE, "llm_tests")
    shuffled = machines(30, other=list(range(30))).take(list(reversed(range(30))))
    table = run_step(None, shuffled, SINGLE, "llm_tests")
    assert table.column("machine").to_pylist() == shuffled.column("machine").to_pylist()
    assert server.counters()["requests"] == 30


def test_another_check_judges_old_answers_anew_without_asking(server) -> None:
    run_step(None, machines(10), SINGLE, "llm_tests")

    def only_even(answer, row) -> None:
        if int(row["machine"][-1]) % 2:
            raise ValueError("odd machines do not exist")

    table = run_step(None, machines(10), replace(TOLERANT, check=only_even), "llm_tests")
    assert table.column("status").to_pylist() == ["ok", "invalid"] * 5
    assert server.counters()["requests"] == 10


def test_identical_questions_of_a_run_are_sent_once(server) -> None:
    table = pa.table(
        {
            "row": list(range(100)),
            "machine": [f"m{number % 10}" for number in range(100)],
            "note": ["hums"] * 100,
        }
    )
    result = run_step(None, table, replace(SINGLE, key=("row",)), "llm_tests")
    assert result.num_rows == 100
    assert statuses(result) == {"ok"}
    assert server.counters()["requests"] == 10


def test_replicates_are_questions_of_their_own(server) -> None:
    table = machines(4, replicate=[1, 2, 3, 4])
    step = replace(SINGLE, replicate="replicate")
    assert len(set(run_step(None, table, step, "n").column("call_id").to_pylist())) == 4
    assert run_step(None, table, step, "n").column("replicate").to_pylist() == [1, 2, 3, 4]
    assert server.counters()["requests"] == 4


def test_an_offline_answer_never_serves_a_real_endpoint(server, monkeypatch, setting) -> None:
    monkeypatch.delenv("LLM_BASE_URL")
    setting()
    offline = run_step(None, machines(3), SINGLE, "llm_tests")
    assert set(offline.column("provider").to_pylist()) == {"offline-rules"}
    setting(llm_base_url=server.url)
    real = run_step(None, machines(3), SINGLE, "llm_tests")
    assert server.counters()["requests"] == 3
    assert not set(offline.column("call_id").to_pylist()) & set(real.column("call_id").to_pylist())


def test_many_rows_in_a_call_are_found_again_one_by_one(server) -> None:
    first = run_step(None, machines(35), GROUPED, "llm_tests")
    assert server.counters()["requests"] == 4
    shuffled = machines(36).take([35, *reversed(range(35))])
    again = run_step(None, shuffled, GROUPED, "llm_tests")
    assert server.counters()["requests"] == 5
    answers = dict(zip(*first.select(["machine", "summary"]).to_pydict().values(), strict=True))
    for row in again.to_pylist():
        assert row["machine"] in row["summary"]
        assert answers.get(row["machine"], row["summary"]) == row["summary"]


def test_splitting_into_other_groups_gives_the_same_answers(server) -> None:
    tables = []
    for size in (3, 7, 20):
        step = replace(GROUPED, batch_size=size, model=f"model-{size}")
        tables.append(run_step(None, machines(20), step, "llm_tests").column("summary"))
    assert tables[0] == tables[1] == tables[2]


def test_a_forgotten_answer_is_asked_again(server, journal) -> None:
    from ingestion.lakehouse.lake import lake

    first = run_step(None, machines(5), SINGLE, "llm_tests")
    call_id = first.column("call_id").to_pylist()[2]
    assert forget(lake().journal_db, call_ids=[call_id]) == 1
    run_step(None, machines(5), SINGLE, "llm_tests")
    assert server.counters()["requests"] == 6
    assert forget(lake().journal_db, template="verdict") == 5
    run_step(None, machines(5), SINGLE, "llm_tests")
    assert server.counters()["requests"] == 11
    assert journal("select count(*) as n from llm_attempts")[0]["n"] == 11


def test_dearer_rows_first(server, setting, journal) -> None:
    setting(llm_mode="sequential")
    table = machines(5, weight=[1, 5, 2, 4, 3])
    run_step(None, table, replace(SINGLE, priority="weight"), "llm_tests")
    rows = journal("select row_key from llm_calls order by asked_at")
    assert [row["row_key"][-3] for row in rows] == ["1", "3", "4", "2", "0"]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (machines(2).rename_columns(["name", "note"]), "no column machine"),
        (pa.concat_tables([machines(2), machines(1)]), "3 rows but 2 keys"),
        (pa.table({"machine": ["a", None], "note": ["x", "y"]}), "holds nulls"),
        (machines(2).drop_columns(["note"]), "'note' is undefined"),
    ],
)
def test_an_input_that_does_not_do_says_why(server, table, said) -> None:
    with pytest.raises(StepError, match=said):
        run_step(None, table, SINGLE, "llm_tests")


def test_no_rows_give_a_table_without_rows_but_with_all_columns(server) -> None:
    table = machines(1)
    some, none = (run_step(None, rows, SINGLE, "n") for rows in (table, table.slice(0, 0)))
    assert none.num_rows == 0
    assert none.schema == some.schema
