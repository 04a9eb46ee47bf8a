"""Two domains in one build: each is released, or held back, by itself."""

from __future__ import annotations

import json

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from python_models.llm.ledger.journal import reading
from python_models.llm.ledger.journal_schema import STEP_RUN_COLUMNS
from python_models.llm.ledger.records import STEP_RUN_UPSERT
from python_models.release.reader import open_release
from python_models.runs import __main__ as commands
from python_models.runs import run, summary
from python_models.runs.fitness import reason_to_wait
from tests.python_models.llm.steps import SINGLE
from tests.python_models.tiny import Tiny


def released(query: str) -> list[tuple]:
    with open_release() as connection:
        return connection.execute(query).fetchall()


def domains() -> set[str]:
    return {name for (name,) in released("select distinct domain from ops.release_tables")}


@pytest.mark.parametrize(
    ("broken", "published"),
    [
        ("{shop: true, shop_price: -1}", "tiny"),
        pytest.param("{shop: true, factor: -1}", "shop", marks=pytest.mark.long),
    ],
)
def test_failing_gate_of_one_domain_does_not_hold_back_the_other(
    tiny: Tiny, broken: str, published: str
) -> None:
    assert tiny.dbt("build", "--vars", broken)[0] == 1
    assert domains() == {published}
    failed = released("select distinct gate from ops.gate_results where not success")
    assert len(failed) == 1
    assert published not in failed[0][0]


def test_domain_that_waits_for_pending_rows_is_released_when_all_have_their_answer(
    tiny: Tiny, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tiny.dbt("build", "--vars", "{shop: true, shop_most_calls: 2}")[0] == 0
    assert domains() == {"tiny"}
    message = released("select message from ops.node_runs where node = 'release_shop__published'")
    assert message[0][0].startswith("not published: 3 of llm_shop__orders_judged are pending")
    (newest,) = journal.rows("select run_id from runs order by rowid desc limit 1")
    summary.print_run(run.console, 0, newest["run_id"])
    assert "shop: not published: 3 of llm_shop__orders_judged" in capsys.readouterr().out

    assert tiny.dbt("build", "--vars", "{shop: true}")[0] == 0
    assert domains() == {"tiny", "shop"}
    assert released("select count(*) from shop.orders") == [(5,)]
    calls = released("select calls, cached from ops.runs order by started_at")
    assert calls == [(2, 0), (3, 2)]


def test_comparison_finds_a_changed_prompt_and_says_what_it_did_to_rows_and_calls(
    tiny: Tiny, capfd: pytest.CaptureFixture[str]
) -> None:
    shop = ("build", "--select", "shop", "--vars", "{shop: true}")
    prompt = tiny.folder / "verdict.jinja"
    prompt.write_text(SINGLE.template.read_text())
    assert tiny.dbt(*shop, TINY_PROMPT=str(prompt))[0] == 0
    prompt.write_text(prompt.read_text().replace("Judge this", "Judge, in a few words, this"))
    assert tiny.dbt(*shop, TINY_PROMPT=str(prompt))[0] == 0
    a, b = (row["run_id"] for row in journal.rows("select run_id from runs order by started_at"))
    capfd.readouterr()
    assert commands.main(["run-compare", a, b, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    (planted,) = found["prompts"]
    assert planted["step"] == SINGLE.name
    assert planted["a"] != planted["b"]
    calls = {side["run_id"]: (side["calls"], side["cached"]) for side in found["totals"]}
    assert calls == {a: (5, 0), b: (5, 0)}
    tokens = [side["tokens"] for side in found["totals"]]
    assert tokens[1] > tokens[0]
    (orders,) = [table for table in found["tables"] if table["table"] == "shop.orders"]
    assert (orders["added"], orders["removed"], orders["changed"]) == (0, 0, 0)

    # one phase of the second run again: the same run, the same answers, nothing asked
    assert commands.main(["phase-run", "--run", b, "--phase", "llm"]) == 0
    last = released("select run_id, calls, cached from ops.runs order by started_at")[-1]
    assert last == (b, 0, 5)


@pytest.mark.parametrize(
    ("meta", "pending", "waits"),
    [
        ({"pending_rows": "hold_back"}, 3, True),
        ({"pending_rows": "hold_back"}, 0, False),
        ({}, 3, False),
    ],
)
def test_only_a_domain_that_says_so_waits_for_pending_rows(
    meta: dict, pending: int, waits: bool
) -> None:
    journal.put(
        "runs",
        [{"invocation_id": "i", "run_id": "r", "started_at": journal.now(), "status": "running"}],
    )
    with reading(lake().journal_db) as connection, connection:
        values = {"step_run_id": "s", "invocation_id": "i", "node": "llm_shop__orders_judged"}
        values |= {"rows_pending": pending, "started_at": 1.0}
        row = [values.get(name) for name in STEP_RUN_COLUMNS]
        connection.execute(STEP_RUN_UPSERT, row)
    graph = {
        name: {"name": name, "fqn": ["tiny", "shop", name], "config": {"meta": meta}}
        for name in ("llm_shop__orders_judged", "release_shop__published")
    }
    assert bool(reason_to_wait(graph, "r", "shop")) is waits
