"""Load by load or all at once: the same comes out, and a load costs its own work only."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.conversations.models_project import Models
from tests.dbt_project.conversations.raw_tables import Talk, land, make_tables
from tests.dbt_project.conversations.talks import DANGER, FAULTS, INNOCENT, SOUND

TOUCHED = "select count(*) from conversations_intermediate.int_conversations__conversations_touched"


def loads(seed: int) -> list[list[Talk]]:
    """Give all examples cut into three loads, some of them in more than one."""
    chance = random.Random(seed)
    talks: list[Talk] = [SOUND, *[talk for talk, _ in FAULTS.values()], *INNOCENT.values()]
    talks += DANGER.values()
    cut: list[list[Talk]] = [[], [], []]
    for talk in talks:
        chance.choice(cut).append(talk)
    for part in cut:
        part += chance.sample(talks, 5)
    return cut


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """An empty build database."""
    path = tmp_path / "build.duckdb"
    make_tables(path)
    return path


def test_load_by_load_gives_what_a_rebuild_gives(
    conversation_models: Models, database: Path
) -> None:
    conversation_models.use(database)
    for number, talks in enumerate(loads(7)):
        dataset = f"talks_{number % 2}"
        land(database, f"load-{number}", talks, dataset=dataset)
        conversation_models.run()
    step_by_step = conversation_models.stored()
    conversation_models.run("--full-refresh")
    rebuilt = conversation_models.stored()
    for name, rows in rebuilt.items():
        assert step_by_step[name] == rows, name
        assert rows, f"{name}: the example says nothing about it"


def test_only_new_content_is_measured_until_a_rule_changes(
    conversation_models: Models, database: Path
) -> None:
    conversation_models.use(database)
    land(database, "a", [SOUND, INNOCENT["accents"]])
    conversation_models.run()
    assert conversation_models.rows(TOUCHED) == [(2,)]
    conversation_models.run()
    assert conversation_models.rows(TOUCHED) == [(0,)]
    land(database, "b", [SOUND, DANGER["en"]], dataset="other")
    # a slice looks at what it is asked for, and leaves the load to be done
    conversation_models.run("--vars", "{datasets: talks}")
    assert conversation_models.rows(TOUCHED) == [(2,)]
    conversation_models.run("--vars", "{formats: alpaca}")
    assert conversation_models.rows(TOUCHED) == [(0,)]
    conversation_models.run()
    assert conversation_models.rows(TOUCHED) == [(1,)]
    conversation_models.run("--vars", "{conversations_languages: en}")
    assert conversation_models.rows(TOUCHED) == [(3,)]
    rules = "select count(*), count(distinct settings_hash) from "
    stored = conversation_models.rows(
        rules + "conversations_intermediate.int_conversations__tiers_scored"
    )
    assert stored == [(3, 1)]


def test_a_load_processed_while_the_clock_is_back_is_the_last_one_processed(
    conversation_models: Models, database: Path
) -> None:
    stored = "conversations_intermediate.int_conversations__loads_processed"
    conversation_models.use(database)
    land(database, "a", [SOUND])
    conversation_models.run()
    # to the table that is here, a clock a day behind is one that wrote a day ahead before
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"update {stored} set processed_at = processed_at + interval 1 day")
    land(database, "b", [INNOCENT["accents"]])
    conversation_models.run()
    in_order = f"select load_id from {stored} order by processed_at"
    assert conversation_models.rows(in_order) == [("a",), ("b",)]


def test_a_changed_rule_in_a_model_reopens_what_was_validated_by_the_old_one(
    conversation_models: Models, database: Path
) -> None:
    conversation_models.use(database)
    land(database, "a", [SOUND, INNOCENT["accents"]])
    conversation_models.run()
    conversation_models.run()
    assert conversation_models.rows(TOUCHED) == [(0,)]
    scores = (
        "select count(*), min(answered), max(answered) from "
        "conversations_intermediate.int_conversations__checks_scored"
    )
    assert conversation_models.rows(scores) == [(2, 1, 1)]
    (model,) = (conversation_models.folder / "models").rglob("int_conversations__checks_scored.sql")
    before = model.read_text()
    try:
        model.write_text(
            before.replace("described.last_role = 'assistant' then 1e0", "true then 5e-1")
        )
        conversation_models.run()
        assert conversation_models.rows(TOUCHED) == [(2,)]
        assert conversation_models.rows(scores) == [(2, 0.5, 0.5)]
        conversation_models.run()
        assert conversation_models.rows(TOUCHED) == [(0,)]
    finally:
        model.write_text(before)


def test_a_seed_of_a_lake_in_which_it_had_other_columns_is_made_anew(
    conversation_models: Models, database: Path
) -> None:
    conversation_models.use(database)
    seed = "conversations_seeds.conversations_sets"
    before = conversation_models.rows(f"select * from {seed} order by set_name")
    assert before
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"alter table {seed} drop column mask")
    conversation_models.run(command="seed")
    assert conversation_models.rows(f"select * from {seed} order by set_name") == before
    conversation_models.run(command="seed")
    assert conversation_models.rows(f"select * from {seed} order by set_name") == before
