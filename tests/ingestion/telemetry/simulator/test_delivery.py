"""The simulator's files: the same arguments give the same bytes, more days leave the old alone."""

from __future__ import annotations

import ast
import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

import ingestion.telemetry.simulator as simulator
from ingestion.telemetry.simulator.__main__ import main
from ingestion.telemetry.simulator.delivery import OtherSimulation, deliver
from ingestion.telemetry.simulator.render import Plant

SMALL = Plant(
    seed=7, controls=7, hz=1 / 300, fault_scale=1.0, clean_days=10, start=date(2026, 10, 1)
)


def _hashes(folder: Path) -> dict[str, str]:
    skipped = {"manifest.json", "README.md"}
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in skipped
    }


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    deliver(SMALL, range(12), tmp_path / "a")
    deliver(SMALL, range(12), tmp_path / "b")
    assert _hashes(tmp_path / "a") == _hashes(tmp_path / "b")


def test_another_seed_gives_other_bytes(tmp_path: Path) -> None:
    other = Plant(**(SMALL.__dict__ | {"seed": 8}))
    deliver(SMALL, range(2), tmp_path / "a")
    deliver(other, range(2), tmp_path / "b")
    first, second = _hashes(tmp_path / "a"), _hashes(tmp_path / "b")
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())


def test_one_more_day_leaves_earlier_files_byte_identical(tmp_path: Path) -> None:
    deliver(SMALL, range(12), tmp_path / "a")
    before = _hashes(tmp_path / "a")
    done = deliver(SMALL, range(13), tmp_path / "a")
    after = _hashes(tmp_path / "a")
    assert done.kept == len(before)
    assert {name: after[name] for name in before} == before
    assert {name.split("/")[-1][:10] for name in after.keys() - before.keys()} == {"2026-10-13"}


def test_an_increment_written_alone_equals_the_same_days_of_the_whole(tmp_path: Path) -> None:
    deliver(SMALL, range(14), tmp_path / "whole")
    deliver(SMALL, range(11, 14), tmp_path / "part")
    whole, part = _hashes(tmp_path / "whole"), _hashes(tmp_path / "part")
    assert part
    assert {name: whole[name] for name in part} == part


def test_more_controls_leave_the_others_files_alone(tmp_path: Path) -> None:
    deliver(Plant(**(SMALL.__dict__ | {"controls": 3})), range(11), tmp_path / "few")
    deliver(Plant(**(SMALL.__dict__ | {"controls": 6})), range(11), tmp_path / "many")
    few, many = _hashes(tmp_path / "few"), _hashes(tmp_path / "many")
    shared = {name for name in few if "resent" not in name}
    assert {name: many[name] for name in shared} == {name: few[name] for name in shared}


def test_a_second_call_writes_nothing_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--days", "2", "--hz", "1/300", "--out", str(tmp_path)]
    assert main(arguments) == 0
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    capsys.readouterr()
    assert main(arguments) == 0
    assert "Nothing to do" in capsys.readouterr().out
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == {
        path: changed for path, changed in before.items() if path.is_file()
    }


def test_an_interrupted_delivery_is_completed(tmp_path: Path) -> None:
    deliver(SMALL, range(4), tmp_path / "whole")

    class Stopped(RuntimeError):
        pass

    def stop(day: int) -> None:
        if day == 1:
            raise Stopped

    with pytest.raises(Stopped):
        deliver(SMALL, range(4), tmp_path / "cut", stop)
    lost = next((tmp_path / "cut" / "press").glob("*.csv"))
    lost.write_bytes(lost.read_bytes()[:100])
    deliver(SMALL, range(4), tmp_path / "cut")
    assert _hashes(tmp_path / "cut") == _hashes(tmp_path / "whole")


def test_other_arguments_in_the_same_folder_are_refused(tmp_path: Path) -> None:
    deliver(SMALL, range(1), tmp_path)
    with pytest.raises(OtherSimulation, match=r"seed 7 \(asked: 8\).*--out"):
        deliver(Plant(**(SMALL.__dict__ | {"seed": 8})), range(1), tmp_path)


def test_the_folder_says_that_it_is_synthetic_and_from_which_seed(tmp_path: Path) -> None:
    deliver(SMALL, range(1), tmp_path)
    assert "SYNTHETIC data, seed 7" in (tmp_path / "README.md").read_text()
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["synthetic"] is True
    assert manifest["arguments"]["seed"] == 7


def test_files_stay_bounded_however_many_controls_there_are(tmp_path: Path) -> None:
    from ingestion.telemetry.simulator.delivery import ROWS_PER_FILE

    plant = Plant(**(SMALL.__dict__ | {"controls": 18, "hz": 3.0}))
    deliver(plant, range(1), tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    rows = [entry["rows"] for name, entry in manifest["files"].items()]
    assert len(rows) == 18
    assert max(rows) < 1.1 * ROWS_PER_FILE


def test_the_simulator_imports_nothing_that_knows_the_rules() -> None:
    allowed = {
        "ingestion.lakehouse.lake",
        "ingestion.lakehouse.make_words",
        "ingestion.lakehouse.settings",
        "ingestion.telemetry.simulator",
    }
    for path in Path(simulator.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            own = [name for name in names if name.split(".")[0] in ("ingestion", "python_models")]
            own += [name for name in names if name.split(".")[0] in ("dbt_project", "expectations")]
            assert all(any(name.startswith(start) for start in allowed) for name in own), path
        assert "seeds" not in path.read_text(), path
