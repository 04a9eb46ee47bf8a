"""A bad delivery of conversations, end to end: it stops at its gate, readers keep what they had."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.expectations.plant import Plant
from tests.python_models.conversations.judging import SAD, WARM

GATE = "gate_conversations__after_landing"
PROMISE = "a load's unreadable records are within the tolerance"
DECLARED = """
dataset: letters
location: {folder}/*.jsonl
license: CC-BY-4.0
tier: open
priority: 5
"""


def chats(count: int, *, bad: int = 0) -> str:
    """Return JSON lines, the last of which nobody can read."""
    lines = [
        json.dumps(
            {
                "messages": [
                    {"role": "user", "content": f"{SAD} It was {number} weeks ago."},
                    {"role": "assistant", "content": f"{WARM} Begin with {number} minutes."},
                ]
            }
        )
        for number in range(count - bad)
    ]
    return "\n".join(lines + [json.dumps({"weather": "rain", "n": n}) for n in range(bad)]) + "\n"


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """Release a sound delivery of a dataset of one's own."""
    folder = tmp_path_factory.mktemp("letters")
    data = folder / "data"
    data.mkdir()
    (folder / "letters.yml").write_text(DECLARED.format(folder=data))
    (data / "sound.jsonl").write_text(chats(20, bad=1))
    made = Plant(folder, "conversations", {"SLUICE_SOURCES": str(folder / "letters.yml")})
    made.land()
    first = made.build()
    assert first.returncode == 0, first.stdout[-6000:]
    yield made


def released(plant: Plant) -> list[dict[str, Any]]:
    """Return the released records with what became of them."""
    return plant.ask(
        "select record_id, conversation_id, status, left_out_reason, source_file "
        "from conversations.conversations order by record_id"
    )


@pytest.fixture(scope="module")
def before(plant: Plant) -> list[dict[str, Any]]:
    return released(plant)


@pytest.fixture(scope="module")
def stopped(plant: Plant, before: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    """The build that meets a delivery of which a quarter is no conversation."""
    (plant.folder / "data" / "spoiled.jsonl").write_text(chats(40, bad=10))
    plant.land()
    return plant.build()


def test_a_sound_delivery_is_released_and_its_counts_add_up(
    plant: Plant, before: list[dict[str, Any]]
) -> None:
    assert len(before) == 19
    (row,) = plant.ask("select * from conversations.datasets where dataset_id = 'letters'")
    assert row["records_landed"] == row["records_standardised"] + row["records_rejected"] == 20
    assert (
        row["records_standardised"]
        == row["conversations_kept"] + row["conversations_left_out"]
        == 19
    )


def test_the_build_fails_and_says_which_promise_broke(
    stopped: subprocess.CompletedProcess[str],
) -> None:
    assert stopped.returncode != 0
    assert f"{GATE} stops the build: 1 of" in stopped.stdout
    assert f"new_files: {PROMISE} -- 1 unexpected row" in stopped.stdout
    assert "letters" in stopped.stdout and "ACCEPT=" in stopped.stdout


def test_everything_below_the_gate_is_skipped(
    plant: Plant, stopped: subprocess.CompletedProcess[str]
) -> None:
    statuses = plant.statuses()
    assert statuses.pop(GATE) == "error"
    below = {name: status for name, status in statuses.items() if status != "success"}
    assert set(below.values()) == {"skipped"}
    assert {
        "stg_conversations__records",
        "int_conversations__records_standardised",
        "llm_conversations__conversations_judged",
        "quality",
        "set_members",
        "release_conversations__published",
    } <= set(below)


def test_the_last_release_stays_up_and_says_why(
    plant: Plant, before: list[dict[str, Any]], stopped: subprocess.CompletedProcess[str]
) -> None:
    assert released(plant) == before
    assert [row["release_id"] for row in plant.ask("select release_id from ops.releases")] == [1]
    (row,) = plant.ask(
        f"select * from ops.gate_results where gate = '{GATE}' and not success "
        "and severity = 'critical'"
    )
    assert row["expectation"] == PROMISE and not row["broken_check"]
    assert "letters" in str(row["sample_keys"])
    newest = plant.ask("select status from ops.runs order by started_at desc limit 1")
    assert newest[0]["status"] != "success"
    # what could not be read is there to be looked at, though nothing of it is released
    rejects = plant.ask("select reason, error from conversations.rejects")
    assert len(rejects) == 11 and all(row["reason"] and row["error"] for row in rejects)
    assert "stopped the build" in (plant.lake / "docs" / "gates" / "index.html").read_text()


def test_a_delivery_a_person_lets_pass_is_released(
    plant: Plant, before: list[dict[str, Any]], stopped: subprocess.CompletedProcess[str]
) -> None:
    (row,) = plant.ask(
        f"select sample_keys from ops.gate_results where gate = '{GATE}' and not success "
        "and severity = 'critical'"
    )
    (key,) = json.loads(row["sample_keys"])
    given = json.dumps({"accepted_loads": [key["load_id"]]})
    passed = plant.build("--vars", given)
    assert passed.returncode == 0, passed.stdout[-6000:]
    after = released(plant)
    assert len(after) == 19 + 30
    assert {row["record_id"] for row in before} < {row["record_id"] for row in after}
