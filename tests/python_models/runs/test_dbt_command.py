"""A dbt reads the project beside the landing, and then builds, as one that is started for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import psutil
import pytest

from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.dbt_environment import target_folder
from ingestion.lakehouse.lake import lake
from python_models.runs import dbt_command
from python_models.runs.dbt_command import WarmDbt
from python_models.runs.invocation import BEGIN_VARIABLE
from tests.python_models.tiny import Tiny


def children() -> set[psutil.Process]:
    """Return the processes of this one."""
    return set(psutil.Process().children(recursive=True))


def test_the_first_parse_is_over_where_nothing_is_built_and_has_touched_no_lake(tiny: Tiny) -> None:
    shutil.rmtree(tiny.folder / "target")
    before = list(lake().root.rglob("*"))
    with WarmDbt({}):
        pass
    parsed = target_folder() / "partial_parse.msgpack"
    written = parsed.stat().st_mtime_ns
    assert list(lake().root.rglob("*")) == before
    with WarmDbt({}):  # there is nothing left to parse
        pass
    assert parsed.stat().st_mtime_ns == written


def test_a_landing_that_fails_ends_the_parse(tiny: Tiny) -> None:
    shutil.rmtree(tiny.folder / "target")
    before = children()
    with pytest.raises(LookupError), WarmDbt({}):
        assert children() > before
        raise LookupError("nothing to land")
    assert children() <= before
    assert not (tiny.folder / "target" / "partial_parse.msgpack").exists()


def test_a_process_that_waited_builds_as_one_that_is_started(
    tiny: Tiny, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["build", "--exclude-resource-type", "unit_test"]
    codes, said, before = [], [], children()
    with WarmDbt({}) as warm:
        waiting = children() - before
        assert waiting
        for run_id in ("waited", "started"):
            codes.append(warm.dbt(command, {BEGIN_VARIABLE: run_id}))
            said.append(capfd.readouterr().out.splitlines())
            tiny.write_things(days=4)
        assert waiting & children() == set()
    assert codes == [0, 0]
    # the same lines, but for the seconds at their ends
    assert [line[:60] for line in said[0]] == [line[:60] for line in said[1]]
    runs = journal.rows("select run_id, command, status from runs order by started_at")
    told = "dbt build --exclude-resource-type unit_test"
    assert [tuple(run.values()) for run in runs] == [
        ("waited", told, "success"),
        ("started", told, "success"),
    ]


def test_of_a_project_that_cannot_be_read_the_build_says_why(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    project = tiny.folder / "broken_project"
    shutil.copytree(tiny.project, project)
    (project / "models" / "broken.sql").write_text("select {{ ref('not_there') }}")
    monkeypatch.setattr(dbt_command, "DBT_FOLDER", project)
    with WarmDbt({}) as warm:
        assert warm.dbt(["build"]) == 2
    said = "".join(capfd.readouterr())
    assert said.count("depends on a node named 'not_there'") == 1


def test_a_lock_that_was_taken_meanwhile_is_lent_to_a_process_started_for_it(tiny: Tiny) -> None:
    before = children()
    with WarmDbt({}) as warm, lock.build_lock():
        waiting = children() - before
        assert waiting
        assert warm.dbt(["build", "--exclude-resource-type", "unit_test"]) == 0
        assert waiting & children() == set()


def test_none_waits_where_dbt_writes_into_the_lake(
    tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_TARGET_PATH", str(lake().root / "target"))
    before = children()
    with WarmDbt({}):
        assert children() <= before
    assert not Path(lake().root / "target").exists()
