from __future__ import annotations

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.landing.products import PRODUCTS
from python_models.release import release_file
from python_models.release.run_states import mark_killed
from python_models.runs import (
    automation,
    doctor,
    fingerprint,
    invocation,
    nothing_new,
    run,
    summary,
)
from python_models.runs.__main__ import main as commands
from python_models.runs.dbt_command import refuse_what_dbt_does_not_take
from python_models.runs.raw_views import current_pins
from python_models.runs.slices import Choice


def finish_a_run(invocation_id: str = "i-1", **arguments: object) -> None:
    """Write down a run of everything that succeeded and published."""
    pins, given = current_pins(), {"which": "build", "vars": {}} | arguments
    invocation.record_start(invocation_id, f"run-{invocation_id}", pins, [], given, "local")
    assert invocation.record_end(invocation_id) == "success"
    journal.change("runs", {"invocation_id": invocation_id}, {"release_id": 1})
    release_file.refresh(invocation_id)


def test_run_has_nothing_to_do_after_a_complete_one_on_the_same_data_project_and_settings() -> None:
    assert nothing_new.nothing_new_since({}) is None
    finish_a_run()
    assert nothing_new.nothing_new_since({})["run_id"] == "run-i-1"


def test_run_for_other_days_is_something_to_do() -> None:
    finish_a_run()
    assert nothing_new.nothing_new_since({"from_date": "2026-01-01"}) is None


def test_changed_project_is_something_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    finish_a_run()
    texts = fingerprint.project_texts()
    seed = next(path for path in texts if path.endswith(".csv"))
    monkeypatch.setattr(fingerprint, "project_texts", lambda: texts | {seed: b"changed"})
    assert nothing_new.nothing_new_since({}) is None


def test_changed_setting_is_something_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingestion.lakehouse.settings import reset_settings

    finish_a_run()
    monkeypatch.setenv("LLM_MODEL", "another-model")
    reset_settings()
    assert nothing_new.nothing_new_since({}) is None


def test_new_raw_data_is_something_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    finish_a_run()
    monkeypatch.setattr(
        nothing_new, "current_pins", lambda: {"raw_telemetry": {"readings": "newer"}}
    )
    assert nothing_new.nothing_new_since({}) is None


def test_what_its_own_build_wrote_among_raw_tables_is_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    finish_a_run()
    namespaces = {
        product.namespace: dict.fromkeys(product.written_by_build, "newer")
        for product in PRODUCTS.values()
    }
    assert any(namespaces.values())
    monkeypatch.setattr(nothing_new, "current_pins", lambda: namespaces)
    assert nothing_new.nothing_new_since({})["run_id"] == "run-i-1"


@pytest.mark.parametrize("arguments", [{"select": ["cycles"]}, {"which": "test"}])
def test_run_of_a_part_does_not_count_as_complete(arguments: dict[str, object]) -> None:
    finish_a_run(**arguments)
    assert nothing_new.nothing_new_since({}) is None


def test_run_that_was_killed_after_a_complete_one_is_something_to_do() -> None:
    finish_a_run()
    invocation.record_start("i-2", "run-2", {}, [], {"which": "build"}, "local")
    mark_killed()
    assert nothing_new.nothing_new_since({}) is None


def test_a_run_that_could_not_say_that_it_ended_is_not_told_as_running(
    capsys: pytest.CaptureFixture[str],
) -> None:
    invocation.record_start("i-1", "full", {}, [], {"which": "build"}, "local")
    summary.print_run(run.console, 2, "full")
    assert "Run full was stopped" in capsys.readouterr().out


@pytest.mark.parametrize("release_id", [None, 3])
def test_a_run_that_published_before_it_was_gone_on_with_is_not_told_to_have_published_nothing(
    release_id: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, status in enumerate(("failed", "success")):
        invocation.record_start(f"i-{number}", "full", {}, [], {"which": "build"}, "local")
        journal.change(
            "runs",
            {"invocation_id": f"i-{number}"},
            {"status": status, "release_id": None if number else release_id},
        )
    summary.print_run(run.console, 0, "full")
    said = capsys.readouterr().out
    assert "Run full succeeded" in said
    assert ("It published nothing" in said) == (release_id is None)


def test_run_counts_killed_nodes_as_killed() -> None:
    invocation.record_start("i-1", "run-1", {}, [], {"which": "build"}, "local")
    node = {"invocation_id": "i-1", "run_id": "run-1", "unique_id": "m", "node": "m"}
    journal.put("node_runs", [node | {"status": "running", "started_at": journal.now()}])
    mark_killed()
    (found,) = journal.rows("select runs.status, node_runs.status as node from runs, node_runs")
    assert (found["status"], found["node"]) == ("killed", "killed")


def test_phases_of_a_run_are_shown_in_their_order_beyond_nine(
    capsys: pytest.CaptureFixture[str],
) -> None:
    finish_a_run()
    node = {"invocation_id": "i-1", "run_id": "run-i-1", "domain": "news", "status": "success"}
    phases = ("10 final_report", "2 scraping", "1 initialization")
    journal.put(
        "node_runs", [node | {"unique_id": one, "node": one, "phase": one} for one in phases]
    )
    assert commands(["run-show", "last"]) == 0
    said = capsys.readouterr().out
    assert said.index("1 initialization") < said.index("2 scraping") < said.index("10 final")


def test_watcher_runs_when_a_file_is_new_and_no_longer_growing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offered = [{"a": (1, "x")}, {"a": (2, "y")}, {"a": (3, "z")}, {"a": (3, "z")}, {"a": (3, "z")}]
    started: list[bool] = []
    monkeypatch.setattr(automation, "offered_files", lambda: offered.pop(0))
    monkeypatch.setattr(automation, "_run", lambda: started.append(True))
    monkeypatch.setattr(automation.time, "sleep", lambda seconds: None)
    seen = automation.offered_files()
    seen = automation.step(seen)  # still growing
    assert (seen, started) == ({"a": (1, "x")}, [])
    seen = automation.step(seen)
    assert (seen, started) == ({"a": (3, "z")}, [True])


def test_doctor_finds_an_empty_lake_fit_and_says_what_to_do_first() -> None:
    found = {finding.check: finding for finding in doctor.examine()}
    assert found["lock"].detail == "free"
    assert "make run" in found["release"].detail
    assert found["extensions"].is_good
    assert found["catalog"].is_good


def test_doctor_says_what_is_broken_instead_of_failing(monkeypatch: pytest.MonkeyPatch) -> None:
    from ingestion.lakehouse.settings import reset_settings

    monkeypatch.setenv("SLUICE_CATALOG_TYPE", "rest")
    reset_settings()
    found = {finding.check: finding for finding in doctor.examine()}
    assert not found["catalog"].is_good
    assert "SLUICE_CATALOG_URI is missing" in found["catalog"].detail


def test_an_answer_to_be_asked_again_is_something_to_do() -> None:
    from python_models.llm.ledger.journal import reading

    finish_a_run()
    with reading(journal.lake().journal_db) as connection, connection:
        connection.execute(
            "insert into llm_calls (call_id, status, is_folded) values ('c', 'forgotten', 0)"
        )
    assert nothing_new.nothing_new_since({}) is None


def test_a_domain_has_nothing_new_after_a_run_of_it_or_of_everything() -> None:
    assert nothing_new.nothing_new_since({}, ["experiments"]) is None
    finish_a_run("i-1", select=["experiments"])
    assert nothing_new.nothing_new_since({}, ["experiments"])["run_id"] == "run-i-1"
    assert nothing_new.nothing_new_since({}) is None
    finish_a_run("i-2")
    assert nothing_new.nothing_new_since({}, ["experiments"])["run_id"] == "run-i-2"
    finish_a_run("i-3", select=["telemetry"])
    assert nothing_new.nothing_new_since({}, ["experiments"])["run_id"] == "run-i-2"


@pytest.mark.parametrize("select", [["scores"], ["experiments", "+cycles"]])
def test_a_run_that_built_a_part_of_a_domain_is_something_to_do(select: list[str]) -> None:
    finish_a_run("i-1", select=["experiments"])
    finish_a_run("i-2", select=select)
    assert nothing_new.nothing_new_since({}, ["experiments"]) is None


def test_raw_data_of_others_is_nothing_new_to_a_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    finish_a_run(select=["experiments"])
    pins = current_pins()
    newer = {"raw_telemetry": {"readings": "newer"}}
    monkeypatch.setattr(nothing_new, "current_pins", lambda: pins | newer)
    assert nothing_new.nothing_new_since({}, ["experiments"])
    newer["raw_experiments"] = {"studies": "newer"}
    assert nothing_new.nothing_new_since({}, ["experiments"]) is None


def test_products_without_anything_new_are_left_out_of_a_run_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finish_a_run("i-1")
    newer = current_pins() | {"raw_telemetry": {"readings": "newer"}}
    monkeypatch.setattr(nothing_new, "current_pins", lambda: newer)
    standing = nothing_new.standing_products({})
    others = [name for name in PRODUCTS if name != "telemetry"]
    assert list(standing) == others
    left = run.say_standing(Choice(), standing)
    assert left.selection == ["--select", "telemetry"]
    said = f"Nothing new in {', '.join(others)} (FORCE=1 builds them anyway)"
    assert said in " ".join(capsys.readouterr().out.split())
    # what it builds then is a build of that product: the next run knows all of them
    finish_a_run("i-2", select=["telemetry"])
    assert nothing_new.nothing_new_since({}) is None  # its pins are the older ones here
    monkeypatch.setattr(nothing_new, "current_pins", current_pins)
    assert nothing_new.nothing_new_since({})["run_id"] == "run-i-2"


def test_a_run_restricted_otherwise_is_something_to_do() -> None:
    finish_a_run(select=["experiments"], vars={"experiments_stage": "draft"})
    assert nothing_new.nothing_new_since({"experiments_stage": "draft"}, ["experiments"])
    assert nothing_new.nothing_new_since({}, ["experiments"]) is None


def test_a_run_of_several_products_counts_for_each_of_them() -> None:
    finish_a_run("i-1", select=["experiments", "telemetry"])
    assert nothing_new.nothing_new_since({}, ["experiments"])
    assert nothing_new.nothing_new_since({}, ["telemetry", "experiments"])
    assert nothing_new.nothing_new_since({}, ["conversations"]) is None
    assert nothing_new.nothing_new_since({}) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--nix"], "ARGS: No such option '--nix'."),
        (["--select"], "ARGS: Option '--select' requires an argument."),
        (["again"], "ARGS: again belongs to no option."),
    ],
)
def test_what_dbt_does_not_take_is_said_before_anything_runs(
    typed: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["--demo", *typed]) == 2
    told = capsys.readouterr()
    assert told.err.startswith(said)
    assert "dbt build --help" in told.err
    assert not told.out
    assert not list(lake().root.glob("demo/*"))


def test_what_dbt_takes_is_handed_on() -> None:
    refuse_what_dbt_does_not_take("build", ["--full-refresh", "--exclude-resource-type", "test"])
