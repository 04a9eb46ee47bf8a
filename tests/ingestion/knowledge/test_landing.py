"""Syncs that land: what is new, what is gone, and what a kill leaves behind."""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

import pytest

from ingestion.knowledge.deliveries import Delivery
from ingestion.knowledge.landing import Syncs
from ingestion.lakehouse.objects import FOLDER, object_store
from ingestion.lakehouse.settings import reset_settings, settings
from ingestion.landing.deliveries import FoundFile
from python_models.upkeep.relocate import relocate
from tests.ingestion.knowledge.corpus import PAGE, Corpus, zipped


def pages(*numbers: int, text: str = "as it was") -> bytes:
    return zipped({PAGE.format(number): f"# Page {number}\n\n{text}" for number in numbers})


def test_deliveries_land_in_the_order_of_their_dates_and_say_what_changed(corpus: Corpus) -> None:
    corpus.deliver("2025-03-17.zip", pages(1, 2, 4))
    corpus.deliver("2025-03-03T0930.zip", pages(1, 2, 3))
    corpus.deliver("2025-03-31.zip", pages(1, 2, 4, text="anew"))
    corpus.land()
    first, second, third = corpus.counts()
    assert (first["new"], first["gone"]) == (3, 0)
    assert (second["new"], second["unchanged"], second["gone"]) == (1, 2, 1)
    assert (third["changed"], third["unchanged"], third["gone"]) == (3, 0, 0)
    assert corpus.rows("select min(exported_at)::varchar from syncs") == [("2025-03-03 09:30:00",)]


def test_a_landing_with_nothing_new_writes_nothing(corpus: Corpus) -> None:
    corpus.deliver("2025-03-03.zip", pages(1, 2))
    corpus.land()
    before = corpus.rows("select (select count(*) from syncs), (select count(*) from files)")
    report = corpus.land()
    assert report.tallies["wiki"].unchanged == 1
    after = corpus.rows("select (select count(*) from syncs), (select count(*) from files)")
    assert before == after == [(1, 1)]


def test_exports_that_lie_in_a_lake_that_moved_are_those_that_landed(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else earlier exports would come after later ones, and pages be gone that are there."""
    exports = settings().sluice_lake / "exports"
    exports.mkdir(parents=True)
    corpus.declare("wiki", "notion", location="${SLUICE_LAKE}/exports")
    (exports / "2025-03-03.zip").write_bytes(pages(1, 2, 3))
    (exports / "2025-03-10.zip").write_bytes(pages(1, 2))
    corpus.land()
    before = corpus.rows("select count(*) from syncs")
    for name in ("one", "two"):
        old, new = settings().sluice_lake, tmp_path / "moved" / name
        new.parent.mkdir(exist_ok=True)
        shutil.move(old, new)
        monkeypatch.setenv("SLUICE_LAKE", str(new))
        reset_settings()
        relocate(argparse.Namespace(json=True))
        for path in (new / "exports").iterdir():
            os.utime(path)  # as a copy is: its bytes say that it is the same
        (new / "dlt" / "knowledge_seen.db").unlink(missing_ok=name == "two")
        corpus.land()
        assert corpus.rows("select count(*) from syncs") == before == [(2,)]


def test_the_same_bytes_delivered_again_are_a_sync_without_a_change(corpus: Corpus) -> None:
    corpus.deliver("2025-03-03.zip", pages(1, 2))
    corpus.deliver("2025-03-10.zip", pages(1, 2))
    corpus.land()
    assert corpus.counts()[1] | {"seen": 2, "unchanged": 2, "new": 0} == corpus.counts()[1]
    assert corpus.rows("select count(distinct content_hash) from sightings") == [(2,)]


def test_a_newest_export_is_landed_once_more_when_a_person_asks(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.deliver("2025-03-03.zip", pages(1, 2))
    corpus.land()
    monkeypatch.setenv("SLUICE_KNOWLEDGE_SYNC", "incremental")
    corpus.land("wiki")
    assert corpus.rows("select mode, complete, unchanged from syncs order by load_id") == [
        ("full", True, 0),
        ("incremental", False, 2),
    ]


def test_another_declaration_reads_a_delivery_again(corpus: Corpus) -> None:
    corpus.deliver("2025-03-03.zip", pages(1, 2))
    corpus.land()
    corpus.declare("wiki", "notion", exclude=[f"*{1:032x}*"])
    corpus.land()
    assert [one["seen"] for one in corpus.counts()] == [2, 1]
    assert corpus.counts()[1]["gone"] == 0  # what a filter hides is there all the same
    corpus.declare("wiki", "notion", exclude=[f"*{1:032x}*"], complete=True)
    corpus.land()
    assert corpus.counts()[2]["gone"] == 1


def test_an_older_export_that_comes_late_deletes_nothing_that_came_after_it(
    corpus: Corpus,
) -> None:
    corpus.deliver("2025-03-17.zip", pages(1, 2, 3))
    corpus.land()
    corpus.deliver("2025-03-03.zip", pages(1, 2, 4))
    corpus.deliver("2025-03-24.zip", pages(1, 2, 3))
    corpus.land()
    counted = corpus.rows("select new, unchanged, gone from syncs order by exported_at")
    assert counted == [(3, 0, 0), (3, 0, 0), (0, 3, 0)]


def test_a_broken_export_deletes_nothing_and_the_next_one_tells_all(corpus: Corpus) -> None:
    corpus.deliver("2025-03-03.zip", pages(1, 2, 3))
    corpus.deliver("2025-03-10.zip", pages(1)[:-30])
    corpus.deliver("2025-03-17.zip", pages(1, 2))
    corpus.land()
    assert corpus.rows("select complete, gone from syncs order by exported_at") == [
        (True, 0),
        (False, 0),
        (True, 1),
    ]
    assert corpus.rejects() == ["corrupt_zip"]


def test_every_byte_that_came_can_be_read_back(corpus: Corpus) -> None:
    content = "# Page 1\n\nas it was"
    corpus.deliver("2025-03-03.zip", pages(1))
    corpus.land()
    ((name,),) = corpus.rows("select blob_hash from sightings")
    assert object_store().get(name) == content.encode()
    assert (settings().sluice_lake / FOLDER / name[:2] / name[2:]).is_file()


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("objects-synced", marks=pytest.mark.long),
        pytest.param("package-ready", marks=pytest.mark.long),
        "before-commit-sightings",
        pytest.param("after-run", marks=pytest.mark.long),
    ],
)
def test_a_landing_that_is_killed_is_finished_by_the_next(corpus: Corpus, point: str) -> None:
    corpus.deliver("2025-03-03.zip", pages(1, 2, 3))
    corpus.deliver("2025-03-17.zip", pages(1, 2, 4))
    code, said = corpus.land_apart(point)
    assert code == 137, said
    code, said = corpus.land_apart()
    assert code == 0, said
    assert [(one["new"], one["unchanged"], one["gone"]) for one in corpus.counts()] == [
        (3, 0, 0),
        (1, 2, 1),
    ]
    assert corpus.rows("select count(*), count(distinct (sync_id, object_id)) from sightings") == [
        (6, 6)
    ]


def test_a_delivery_that_cannot_be_opened_holds_no_other_back(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.deliver("2025-03-03.zip", pages(1))
    lost = corpus.deliver("2025-03-10.zip", pages(1, 2))
    corpus.deliver("2025-03-17.zip", pages(1, 3))
    real = Syncs._land

    def goes_away(self: Syncs, found: FoundFile, delivery: Delivery) -> None:
        if delivery.files == (lost,):
            lost.unlink()  # somebody tidies up while it is being read
        real(self, found, delivery)

    monkeypatch.setattr(Syncs, "_land", goes_away)
    report = corpus.land()
    assert [line for line in report.failed if "2025-03-10" in line]
    assert [(one["new"], one["gone"]) for one in corpus.counts()] == [(1, 0), (1, 0)]
