from __future__ import annotations

import pytest

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.chosen import use_engine
from ingestion.lakehouse.settings import SettingsError, settings
from python_models.release import run_states
from python_models.runs import invocation
from python_models.runs.nothing_new import same_rows
from python_models.runs.phase_restore import VARIABLE, Restoring, asked_for
from python_models.runs.run import main
from python_models.runs.spark import servers, told
from python_models.runs.spark.build import parted
from python_models.runs.spark.listing import asked


def test_what_selects_is_parted_from_what_each_layer_is_told() -> None:
    arguments = ["--select", "a", "b", "--exclude=c", "--vars", "{}", "--full-refresh", "-s", "d"]
    assert parted(arguments) == (
        ["--select", "a", "b", "--exclude=c", "--vars", "{}", "-s", "d"],
        ["--vars", "{}", "--full-refresh"],
    )
    assert asked(["--select", "a", "--exclude=c", "--vars", "{}", "-s", "d"]) == {
        "select": ["a", "d"], "exclude": ["c"], "indirect_selection": None,
    }  # fmt: skip
    of_models = asked(["--resource-type", "model", "-m", "a", "--exclude", "b", "c"])
    assert of_models["resource_types"] == ["model"]
    assert (of_models["select"], of_models["exclude"]) == (["a"], ["b", "c"])


def test_an_engine_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(SettingsError, match="ENGINE=flink is not there. There is: local, spark"):
        use_engine("flink")
    use_engine("spark")
    assert settings().sluice_engine == "spark"


def test_without_the_extra_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(servers, "_is_there", lambda module: module != "pysail")
    assert main(["--engine", "spark", "--build-only"]) == 2
    said = capsys.readouterr().err
    assert "ENGINE=spark needs pysail" in said
    assert "`make setup-spark` adds it" in said
    monkeypatch.setenv("SLUICE_SPARK_URI", "sc://elsewhere:15002")
    settings.cache_clear()
    servers.require_installed()  # a server elsewhere needs no server here


def test_a_spark_server_elsewhere_without_a_token_for_the_catalog_is_refused_before_all_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(servers, "_is_there", lambda module: True)
    monkeypatch.setenv("SLUICE_SPARK_URI", "sc://elsewhere:15002")
    settings.cache_clear()
    assert main(["--engine", "spark", "--build-only"]) == 2
    said = capsys.readouterr().err
    assert "SLUICE_CATALOG_SERVER_TOKEN" in said
    assert "SLUICE_CATALOG_TYPE=rest" in said
    monkeypatch.setenv("SLUICE_CATALOG_SERVER_TOKEN", "same-at-both-ends")
    settings.cache_clear()
    servers.require_told()


def layer(number: int, left: list[str]) -> told.Told:
    return told.Told(number, 2, "local", {"raw": {}}, left, {"select": ["telemetry"]}, [])


@pytest.fixture
def run_of_two_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is the run; what each layer's process would do is done here."""
    monkeypatch.setattr(told.os, "getppid", told.os.getpid)


def begin(number: int, left: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(told.VARIABLE, told.written(layer(number, left))[told.VARIABLE])
    told.told.cache_clear()
    told.end_layers_before("run")
    run_states.mark_killed()
    invocation.record_start(
        f"layer-{number}", "run", {}, left[:1], {"which": "build", "select": left[:1]}, "local"
    )


def statuses() -> list[str]:
    return [row["status"] for row in journal.rows("select status from runs order by rowid")]


def test_a_run_of_layers_ends_with_the_last_of_them(
    run_of_two_layers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lock.build_lock():
        begin(1, ["a", "b"], monkeypatch)
        assert invocation.record_end("layer-1") == "running"
        run_states.settle()
        assert statuses() == ["running"]  # the run that holds the lock goes on
        begin(2, ["b"], monkeypatch)
        assert statuses() == ["success", "running"]
        assert invocation.record_end("layer-2") == "success"
    told.told.cache_clear()
    monkeypatch.delenv(told.VARIABLE)
    last = same_rows({}, ["telemetry"])  # as of a run that was one invocation
    assert last["telemetry"]["invocation_id"] == "layer-2"
    assert statuses() == ["success", "success"]
    told.told.cache_clear()


def test_a_layer_is_not_told_to_have_taken_over_in_the_seconds_of_the_one_before() -> None:
    told.written(layer(1, ["a"]))
    told.took_over(1.5)
    assert told.taken_over() == 1.5
    told.written(layer(2, ["b"]))
    assert told.taken_over() == 0


def test_a_run_killed_between_two_layers_is_killed_and_what_is_left_is_known(
    run_of_two_layers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lock.build_lock():
        begin(1, ["a", "b"], monkeypatch)
        invocation.record_end("layer-1")
    run_states.settle()
    assert statuses() == ["killed"]
    asked = journal.rows("select arguments, selected from run_args")
    assert asked == [{"arguments": '{"select": ["telemetry"], "which": "build"}',
                      "selected": '["a", "b"]'}]  # fmt: skip
    told.told.cache_clear()


def test_phases_of_an_older_run_are_not_brought_back_beside_what_spark_made_since(
    run_of_two_layers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = Restoring("news", "r1", 3)
    monkeypatch.setenv(VARIABLE, str(older))
    assert asked_for() == older
    with lock.build_lock():
        begin(1, ["a"], monkeypatch)
        assert asked_for() is None
    told.told.cache_clear()
