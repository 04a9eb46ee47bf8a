from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse import lock
from ingestion.lakehouse.lake import lake
from python_models.release import kept_rows, kept_tables, release_file
from tests.python_models.publishing import build_database, make_things, mart, publish

DECLARED = """
handovers:
  description: One row per thing handed over.
  key: [handover_id]
  columns:
    handover_id: {type: varchar, description: Names the handover.}
    things: {type: bigint, description: How many things it had.}
    is_complete: {type: boolean, description: Whether all were there.}
    handed_over_at: {type: timestamp, description: When it was (UTC).}
"""


@pytest.fixture(autouse=True)
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A domain `plant` that declares one table of its own."""
    path = tmp_path / "python_models" / "plant" / "released_tables.yml"
    path.parent.mkdir(parents=True)
    path.write_text(DECLARED)
    monkeypatch.setattr(kept_tables, "FOLDER", tmp_path / "python_models")
    return path


def handover(name: str = "a", **more: object) -> dict:
    row = {"handover_id": name, "things": 3, "is_complete": True}
    return row | {"handed_over_at": datetime(2026, 1, 2, 3, 4, 5)} | more


def shown(query: str = "from plant.handovers") -> list[tuple]:
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_rows_a_command_records_are_in_the_release_file_with_their_types() -> None:
    assert kept_rows.record("plant", "handovers", [handover()])
    assert shown() == [("a", 3, True, datetime(2026, 1, 2, 3, 4, 5))]
    assert shown("select comment from duckdb_tables() where table_name = 'handovers'") == [
        ("One row per thing handed over.",)
    ]


def test_row_with_a_known_key_replaces_the_older_one() -> None:
    kept_tables.keep("plant", "handovers", [handover("a"), handover("b")])
    kept_rows.record("plant", "handovers", [handover("a", things=9)])
    assert shown("select handover_id, things from plant.handovers") == [("a", 9), ("b", 3)]


def test_declared_table_nobody_filled_is_shown_empty() -> None:
    release_file.refresh(None)
    assert shown() == []


def test_kept_rows_stay_when_marts_are_published_and_rolled_back() -> None:
    kept_rows.record("plant", "handovers", [handover()])
    with build_database() as build:
        make_things(build)
        publish(build, mart())
    assert len(shown()) == 1
    assert len(shown("from plant.things")) == 12


def test_rows_recorded_while_somebody_builds_are_shown_when_that_build_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    release_file.refresh(None)

    def held(**_: object) -> None:
        raise lock.LakeLocked("somebody builds")

    with monkeypatch.context() as patch:
        patch.setattr(lock, "acquire", held)
        assert not kept_rows.record("plant", "handovers", [handover()])
    assert shown() == []
    release_file.refresh(None)
    assert len(shown()) == 1


def test_column_declared_later_is_null_in_older_rows(declared: Path) -> None:
    kept_tables.keep("plant", "handovers", [handover()])
    declared.write_text(f"{DECLARED}    note: {{type: varchar, description: What was said.}}\n")
    kept_rows.record("plant", "handovers", [handover("b", note="late")])
    assert shown("select note from plant.handovers") == [(None,), ("late",)]


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [
        ("others", {}, "declares no table 'others'"),
        ("handovers", {"handover_id": "a", "colour": "red"}, "declares no column colour"),
        ("handovers", {"things": 1}, "a row has no handover_id"),
    ],
)
def test_what_is_not_declared_is_refused(table: str, row: dict, said: str) -> None:
    with pytest.raises(kept_tables.Undeclared, match=said):
        kept_tables.keep("plant", table, [row])
