"""Conversations land end to end, in lakes of a few records."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pytest

from ingestion.__main__ import REFUSED
from ingestion.lakehouse.settings import reset_settings
from tests.ingestion.conversations.chats import DATASET, Chats, lines

BROKEN = '{"messages": [{"role": "narrator", "content": "Night."}]}\n{"messages": \n'


def test_what_is_delivered_lands_and_the_books_balance(chats: Chats) -> None:
    chats.deliver("a.jsonl", lines(0, 10) + BROKEN)
    chats.deliver("b.jsonl.gz", gzip.compress(lines(10, 5).encode()))
    chats.deliver("LICENSE", "Do what you like.")  # a folder is named by its glob: not even JSON
    assert chats.land() == REFUSED
    assert chats.rows(
        "select count(*), count(distinct record_id), min(record_number), max(record_number), "
        "sum(turn_count) from records"
    ) == [(15, 15, 1, 10, 30)]
    assert chats.rows(
        "select line_number, reason from rejects where line_number is not null order by 1"
    ) == [(11, "unknown_role"), (12, "bad_json")]
    assert chats.rows("select role, content from messages where turn = 1 order by content")[0] == (
        "assistant", "Answer 0",
    )  # fmt: skip
    assert chats.rows("select status, tier, priority, license from datasets") == [
        ("partial", "open", 10, "MIT")
    ]
    chats.check_books()


def test_a_folder_gives_its_files_of_data(chats: Chats) -> None:
    chats.declare("chats", DATASET.replace("/**/*", ""))
    chats.deliver("deep/a.jsonl", lines(0, 3))
    chats.deliver("LICENSE", "Do what you like.")
    assert chats.land() == 0
    assert chats.rows("select count(*) from files") == [(1,)]


def test_a_record_keeps_its_own_text(chats: Chats) -> None:
    text = '{"prompt" : "Hello",  "response":"Hi", "n": 1.50}'
    chats.deliver("a.jsonl", text + "\n")
    chats.land()
    ((raw, metadata),) = chats.rows("select raw, metadata from records")
    assert raw == text
    assert json.loads(metadata) == {"fields": {"n": 1.5}}


def test_a_known_content_is_counted_not_loaded_whatever_its_name(chats: Chats) -> None:
    first = chats.deliver("a.jsonl", lines(0, 10))
    chats.land()
    shutil.copy(first, chats.folder / "copy.jsonl")
    chats.land()
    assert chats.rows("select count(*) from records") == [(10,)]
    assert chats.rows("select status, rows_duplicate from files order by landed_at") == [
        ("loaded", 0), ("duplicate", 10),
    ]  # fmt: skip
    chats.check_books()


def test_the_same_conversation_in_two_files_has_one_id_and_two_records(chats: Chats) -> None:
    chats.deliver("a.jsonl", lines(0, 3))
    pairs = [{"from": "human", "value": "Question 1"}, {"from": "gpt", "value": "Answer 1"}]
    chats.deliver("b.json", json.dumps([{"conversations": pairs}]))
    chats.land()
    assert chats.rows(
        "select count(*), count(distinct record_id), count(distinct conversation_id) from records"
    ) == [(4, 4, 3)]


def test_a_second_run_with_nothing_new_adds_no_row(chats: Chats) -> None:
    chats.deliver("a.jsonl", lines(0, 3))
    chats.land()
    before = chats.rows("select count(*) from datasets")
    assert chats.land() == 0
    assert chats.rows("select count(*) from datasets") == before


def test_a_dataset_that_cannot_be_read_does_not_stop_the_others(chats: Chats) -> None:
    chats.declare("gone", DATASET.replace("dataset: chats", "dataset: gone").replace(
        "{folder}/**/*", "http://127.0.0.1:9/nothing.jsonl"
    ))  # fmt: skip
    chats.deliver("a.jsonl", lines(0, 3))
    assert chats.land() == 1
    assert chats.rows("select count(*) from records") == [(3,)]
    rows = chats.rows("select source, status, error is not null from datasets order by 1")
    assert rows == [("chats", "loaded", False), ("gone", "failed", True)]


def test_columns_roles_and_html_are_as_declared(chats: Chats) -> None:
    chats.declare(
        "chats",
        DATASET + "columns: {{question: [head, body], answer: text, created_at: sent}}\n"
        "html: always\n",
    )
    chats.deliver("a.csv", "head,body,text,sent,kind\nOne,,Fine.<br>Bye,2024-05-01 10:00:00,x\n")
    assert chats.land() == 0
    assert chats.rows("select content from messages order by turn") == [("One",), ("Fine.\nBye",)]
    ((created, metadata),) = chats.rows("select created_at::varchar, metadata from records")
    assert created == "2024-05-01 10:00:00"
    assert json.loads(metadata)["fields"] == {"kind": "x", "sent": "2024-05-01 10:00:00"}


def test_a_reader_of_ones_own_yields_records(chats: Chats) -> None:
    chats.declare("chats", DATASET + "reader: tests.ingestion.conversations.own_reader:stanzas\n")
    chats.deliver("a.txt", "Hello = Hi\nBye = See you\n")
    assert chats.land() == 0
    assert chats.rows("select count(*) from records") == [(2,)]
    chats.deliver("b.txt", "raise\n")
    assert chats.land() == REFUSED
    ((reason, error),) = chats.rows("select reason, error from rejects")
    assert (reason, "KeyError" in error) == ("reader_failed", True)
    chats.check_books()


@pytest.mark.parametrize(
    "mode",
    [
        "adaptive",
        pytest.param("sequential", marks=pytest.mark.long),
        pytest.param("concurrent", marks=pytest.mark.long),
        pytest.param("priority", marks=pytest.mark.long),
    ],
)
def test_each_mode_lands_the_same(mode: str, chats: Chats, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_MODE", mode)
    monkeypatch.setenv("SLUICE_LANDING_WORKERS", "2")
    reset_settings()
    body = lines(0, 40_000)  # enough for several processes
    chats.deliver("a.jsonl", body + BROKEN)
    assert chats.land() == 0
    assert chats.rows(
        "select count(*), count(distinct record_number), max(record_number) from records"
    ) == [(40_000, 40_000, 40_000)]
    assert chats.rows("select line_number from rejects order by 1") == [(40_001,), (40_002,)]
    chats.check_books()


@pytest.mark.parametrize(
    ("name", "value"), [("SLUICE_MODE", "fast"), ("SLUICE_LANDING_WORKERS", "0")]
)
def test_a_wrong_setting_is_named(
    name: str, value: str, chats: Chats, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    chats.deliver("a.jsonl", lines(0, 1))
    monkeypatch.setenv(name, value)
    reset_settings()
    assert chats.land() == 2
    assert name in capsys.readouterr().err


def test_files_of_high_priority_are_read_first(chats: Chats) -> None:
    chats.declare("later", DATASET.replace("dataset: chats", "dataset: later").replace(
        "priority: 10", "priority: 1").replace("{folder}/**/*", "{folder}/z/*"))  # fmt: skip
    chats.declare("chats", DATASET.replace("{folder}/**/*", "{folder}/a/*"))
    for folder in ("a", "z"):
        chats.deliver(f"{folder}/x.jsonl", lines(0, 2))
    from ingestion.conversations.landing import SOURCE
    from ingestion.landing.declarations import Declared

    declared: dict[str, Declared] = {
        name: entry for name, entry in SOURCE.declared().items() if name in ("chats", "later")
    }
    found = [file for name in ("later", "chats") for file in SOURCE.find(declared[name], None)]
    assert [file.source for file in SOURCE.arranged(found, declared)] == ["chats", "later"]


def test_a_landing_killed_at_a_boundary_is_finished_by_the_next(chats: Chats) -> None:
    chats.deliver("a.jsonl", lines(0, 10))
    assert chats.land_apart(FAULT="after-commit-records").returncode == 137
    chats.deliver("b.jsonl", lines(10, 10) + BROKEN)
    assert chats.land() == 0
    assert chats.rows("select count(*), count(distinct record_id) from records") == [(20, 20)]
    chats.check_books()


def test_a_file_that_kills_the_reader_is_refused_and_the_others_land(chats: Chats) -> None:
    chats.deliver("a.jsonl", lines(0, 10))
    chats.deliver("bad.jsonl", lines(10, 10))
    done = chats.land_apart(FAULT_FILE="bad.jsonl")
    assert done.returncode == REFUSED, done.stderr
    assert chats.rows("select reason from rejects") == [("reader_crashed",)]
    assert chats.rows("select count(*) from records") == [(10,)]
    chats.check_books()


def test_every_shipped_declaration_and_example_is_valid() -> None:
    from ingestion.conversations.declaration import GRAMMAR, SHIPPED

    paths: list[Path] = sorted(SHIPPED.rglob("*.yml"))
    assert len(paths) >= 5
    assert all(GRAMMAR.read(path) for path in paths)


def test_several_files_share_the_processes_and_a_bad_one_leaves_none_waiting(
    chats: Chats, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingestion.conversations import reader

    assert reader.SHARED_FROM <= 5_000_000
    monkeypatch.setenv("SLUICE_LANDING_WORKERS", "3")
    for number in range(4):
        chats.deliver(f"{number}.jsonl", lines(number * 20_000, 20_000))
    packed = gzip.compress(lines(90_000, 50_000).encode())
    chats.deliver("cut.jsonl.gz", packed[: len(packed) * 2 // 3])
    assert chats.land() == REFUSED
    assert chats.rows("select count(*), count(distinct record_id) from records") == [
        (80_000, 80_000)
    ]
    assert chats.rows("select reason from rejects") == [("corrupt_archive",)]
    chats.check_books()


def test_what_tells_of_an_export_is_not_landed_with_it(chats: Chats) -> None:
    chats.declare("chats", DATASET.replace("/**/*", ""))
    chats.deliver("out/set-train.jsonl", lines(0, 4))
    chats.deliver("out/left_out.jsonl", '{"record_id": "r", "reason": "several turns"}\n')
    chats.deliver("out/manifest.json", json.dumps({"export_id": "x", "files": []}))
    chats.deliver("own/manifest.json", lines(4, 2))  # a name alone makes nobody's data an export
    assert chats.land() == 0
    assert chats.rows("select count(*), count(distinct source_file) from records") == [(6, 2)]
    chats.declare("chats", DATASET)
    chats.deliver("out/set-test.jsonl", lines(6, 1))
    assert chats.land() == 0
    assert chats.rows("select count(*) from files where status = 'loaded'") == [(3,)]
