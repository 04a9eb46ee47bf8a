"""The index of a release: it finds what SQL finds, for every filter, and is never the truth."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.knowledge.search import find, lists
from python_models.knowledge.search.find import asking, released_index, search
from python_models.knowledge.search.hits import Filters
from python_models.knowledge.search.index import root
from python_models.knowledge.search.nearest import Embedder
from python_models.llm.features.vector_store import Space
from python_models.llm.offline.embeddings import WORDS_MODEL
from tests.python_models.knowledge.search.corpus import as_released, release_of, with_vectors

VOCABULARY = [*(f"word{number}" for number in range(120)), "Ärger", "漢", "zoë"]
FILTERS = [
    Filters(),
    Filters(source="chat"),
    Filters(source="nowhere"),
    Filters(kind="page", tiers=("open",)),
    Filters(tiers=("open", "restricted")),
    Filters(since=datetime(2025, 1, 15), until=datetime(2025, 2, 10)),
    Filters(source="wiki", until=datetime(2025, 1, 20), tiers=("restricted", "private")),
]
KILLED = """
import sys, duckdb
from pathlib import Path
from python_models.knowledge.search.find import asking, released_index
with duckdb.connect(sys.argv[1], read_only=True) as release:
    released_index(asking(release))
"""


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    lake().root.mkdir(exist_ok=True)
    weighed = Embedder("words", Space("offline", WORDS_MODEL), 1.0, 0.7)
    monkeypatch.setattr(find, "embedders", lambda: {"words": weighed})


def released(
    folder: Path, count: int = 150, embedder_id: str = "words"
) -> duckdb.DuckDBPyConnection:
    """Return a release of two chunkers with documents of all tiers, some of them replaced."""
    chance = random.Random(5)
    weights = [1 / (rank + 2) for rank in range(len(VOCABULARY))]
    texts = [
        (chance.choice(["wiki", "chat"]),
         " ".join(chance.choices(VOCABULARY, weights, k=chance.randint(3, 40))))
        for _ in range(count)
    ]  # fmt: skip
    release = release_of([*texts, *texts[:5]])  # some say the same
    with_vectors(release, embedder_id)
    release.execute(
        "update knowledge.documents set updated_at = timestamp '2025-01-01'"
        "   + to_days(cast(object_id as integer) % 60),"
        "  is_current = cast(object_id as integer) % 11 <> 3;"
        "update knowledge.documents set updated_at = null where object_id = '0008';"
        "update knowledge.chunks set tier = case cast(object_id as integer) % 5"
        "   when 0 then 'restricted' when 1 then 'private' else 'open' end;"
        "update knowledge.search_terms set tier = chunks.tier from knowledge.chunks"
        "   where chunks.chunk_id = search_terms.chunk_id;"
        "delete from knowledge.search_terms where chunk_id in (select object_id"
        "   from knowledge.documents where not is_current);"
        "insert into knowledge.chunks select 'b' || chunk_id, object_id, version, 'another',"
        "   text_hash, 0, 5, heading_path, tier from knowledge.chunks where tier = 'open';"
        "insert into knowledge.search_terms values ('another', 'word0', 'b0002', 'open', 1, 2);"
        "delete from knowledge.search_term_counts;"
        "insert into knowledge.search_term_counts"
        "   select chunker_id, term, tier, count(*), sum(tf) from knowledge.search_terms"
        "   group by all union all select chunker_id, '', tier, count(distinct chunk_id), sum(tf)"
        "   from knowledge.search_terms group by chunker_id, tier;"
        "insert into knowledge.grid_cells values ('grid', 'second', 'another', 'words', 'g', false)"
    )
    as_released(release, folder)
    return release


def found(release: duckdb.DuckDBPyConnection, words: str, *asked: object) -> list[tuple]:
    return [
        (hit.chunk_id, round(hit.score, 6), hit.text, hit.said_at, hit.words)
        for hit in search(asking(release), words, 10, *asked)
    ]


@pytest.mark.parametrize("embedder_id", ["words", "none"])
def test_it_finds_what_the_release_s_own_macro_and_all_its_vectors_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder_id: str
) -> None:
    release = released(tmp_path / "files", 110, embedder_id)
    chance = random.Random(11)
    asked = [(" ".join(chance.sample(VOCABULARY, 3)), one) for one in FILTERS for _ in range(3)]
    asked += [(words, one, "second") for words, one in asked[::3]]
    by_index = [found(release, *one) for one in asked]
    assert list(root().glob("*/index.json"))
    monkeypatch.setattr(find, "released_index", lambda ask: None)
    assert by_index == [found(release, *one) for one in asked]
    assert all(
        any(rows for one, rows in zip(asked, by_index, strict=True) if one[1] == filters)
        == (filters.source != "nowhere")
        for filters in FILTERS
    )


def test_lists_of_near_vectors_leave_no_question_with_fewer_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = released(tmp_path / "files", 110)
    monkeypatch.setattr(lists, "LIMIT_BYTES", 0)
    monkeypatch.setattr(lists, "RECALL", 0.0)  # one list alone, and so the worst there is
    asked = [("word3 word40 zoë", one) for one in FILTERS]
    by_lists = [found(release, *one) for one in asked]
    (facts,) = root().glob("*/index.json")
    assert json.loads(facts.read_text())["lists"]["words"]["probes"] == 1
    monkeypatch.setattr(find, "released_index", lambda ask: None)
    assert [len(one) for one in by_lists] == [len(found(release, *one)) for one in asked]


def test_words_that_most_chunks_have_decide_among_those_with_a_rarer_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = released(tmp_path / "files", embedder_id="none")
    asked = [f"word0 word1 word{rare}" for rare in (3, 40, 119)] + ["word0", "word0 word1"]
    by_index = [found(release, words) for words in asked]
    monkeypatch.setattr(find, "released_index", lambda ask: None)
    assert by_index == [found(release, words) for words in asked]


def test_an_index_that_was_being_made_when_its_process_was_killed_is_made_anew(
    tmp_path: Path,
) -> None:
    path = tmp_path / "release.duckdb"
    release = released(tmp_path / "files", 20)
    with duckdb.connect(str(path)) as file:
        file.execute("create schema knowledge")
        views = "select sql from duckdb_views() where schema_name = 'knowledge' and not internal"
        for (sql,) in release.execute(views).fetchall():
            file.execute(sql)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(path)], cwd=PROJECT_ROOT, check=False,
        env=os.environ | {"FAULT": "search_index.written"},
    )  # fmt: skip
    assert killed.returncode == 137
    assert not list(root().glob("*/index.json")) and list(root().glob(".*/chunks.arrow"))
    assert found(release, "word1")
    assert not list(root().glob(".*/chunks.arrow")) and len(list(root().glob("*/index.json"))) == 1


def test_a_release_of_other_files_has_an_index_of_its_own_and_a_lost_one_comes_back(
    tmp_path: Path,
) -> None:
    first, second = released(tmp_path / "one", 20), released(tmp_path / "two", 30)
    indexes = [released_index(asking(release)) for release in (first, second)]
    assert len({index.folder for index in indexes}) == 2
    (tmp_path / "one" / "chunks.parquet").unlink()  # that release is dropped
    third = released(tmp_path / "three", 40)
    assert found(third, "word1")
    folders = {path.parent for path in root().glob("*/index.json")}
    assert indexes[0].folder not in folders and indexes[1].folder in folders


def test_a_lake_that_cannot_be_written_is_searched_all_the_same(tmp_path: Path) -> None:
    release = released(tmp_path / "files", 30)
    root().write_text("no folder can be made here")
    assert found(release, "word1 word30")


def test_a_release_without_a_chunk_is_searched_in_vain(tmp_path: Path) -> None:
    release = release_of([])
    with_vectors_of_nothing = "create table knowledge.embeddings (text_hash varchar,"
    release.execute(f"{with_vectors_of_nothing} embedder_id varchar, vector float[])")
    as_released(release, tmp_path / "files")
    assert released_index(asking(release)) is not None
    assert search(asking(release), "word1") == []
