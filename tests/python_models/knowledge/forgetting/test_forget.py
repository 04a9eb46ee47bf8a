"""Forgetting over every file of a small lake: what goes, what stays, kills, locks, a dry run."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import pytest

from ingestion.knowledge.state import landed_state
from ingestion.lakehouse import journal, lock
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.objects import object_store
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.knowledge.forgetting import lake_texts
from python_models.knowledge.forgetting.check import still_there
from python_models.knowledge.forgetting.forget import forget, looked_at, unfinished
from python_models.knowledge.forgetting.plan import NothingSo
from python_models.llm.ledger.fold import fold_journal
from python_models.llm.ledger.journal import connect
from python_models.release import lake_files, release_file, rollback
from python_models.release.mart_parts import Mart
from python_models.release.publish import publish_marts
from tests.ingestion.knowledge.conftest import corpus  # noqa: F401  the fixture
from tests.ingestion.knowledge.corpus import Corpus, message, slack
from tests.python_models.publishing import build_database

SEEN = "select object_id from sightings where state = 'seen'"
SECRET = "The salary of Ottilie Quarrington is ninety thousand a year."
SHARED = "Everybody washes their own cup after they drank from it."
OTHER = "The kitchen closes at seven and opens again at eight."
GOLDEN = "the golden cup of Ottilie"
BOSS = "Ottilie Quarrington"
KILLED_AT = ("forget.begun", "forget.journal", "rewrite.written:2", "rewrite.placed:5",
             "forget.table:9", "forget.released", "forget.dropped")  # fmt: skip


def _mart(name: str, *key: str) -> Mart:
    return Mart(
        domain="knowledge", name=name, relation=f"knowledge.{name}", key=key, partition_by=None,
        volatile=(), comment=f"Rows of {name}.", column_comments={}, tier_column="tier",
    )  # fmt: skip


def _ids(names: Corpus) -> dict[str, str]:
    return dict(names.rows("select title, object_id from sightings"))


def _build(ids: dict[str, str], version: str) -> None:
    """Publish a release of three documents, with what is made of them."""
    secret, other = ids["Secret"], ids["Other"]
    texts = {secret: f"{SECRET}\n\n{SHARED}", other: f"{SHARED}\n\n{OTHER} {version}"}
    rows: dict[str, list[tuple[object, ...]]] = {"documents": [], "chunks": [], "search_terms": []}
    for object_id, text in texts.items():
        name = "secret" if object_id == secret else "other"
        rows["documents"].append(
            (object_id, version, name, f"{name}.md", "", text, f'["{object_id}"]', "open")
        )
        for start, end in ((0, text.index("\n")), (text.rindex("\n") + 1, len(text))):
            said, chunk_id = text[start:end], f"{name}-{version}-{start}"
            rows["chunks"].append(
                (object_id, version, chunk_id, "whole", f"hash of {said[:12]}", start, end, "open")
            )
            rows["search_terms"] += [("whole", said.split()[1].lower(), chunk_id, "open")]
    rows["search_term_counts"] = [
        ("whole", term, 1, "open") for term in {row[1] for row in rows["search_terms"]}
    ]
    rows["facts"] = [("f1", secret, version, "open"), ("f2", other, version, "open")]
    rows["edges"] = [
        ("g", "e1", "boss", "earns", None, "ninety thousand", "open"),
        ("g", "e2", "cup", "washed by", None, "everybody", "open"),
    ]
    rows["edge_support"] = [("g", "e1", "f1", "open"), ("g", "e2", "f2", "open")]
    rows["entity_mentions"] = [
        ("boss", secret, version, BOSS, "name:person:ottilie", 1, "open"),
        ("cup", secret, version, GOLDEN, f"name:thing:golden:{secret}", 2, "open"),
        ("cup", other, version, "cup", "name:thing:cup", 1, "open"),
    ]  # fmt: skip
    rows["entities"] = [("boss", BOSS, "open"), ("cup", GOLDEN, "open")]
    rows["nodes"] = [
        ("g", "boss", BOSS, '{"earns": "ninety thousand"}', "open"),
        ("g", "cup", GOLDEN, '{"washed by": "everybody"}', "open"),
    ]
    with build_database() as build:
        build.execute("create schema if not exists knowledge")
        for name, columns in SHAPES.items():
            build.execute(f"create or replace table knowledge.{name} ({columns})")
            for row in rows[name]:
                marks = ", ".join("?" * len(row))
                build.execute(f"insert into knowledge.{name} values ({marks})", row)
        marts = [_mart(name, SHAPES[name].split()[0]) for name in SHAPES]
        publish_marts(build, "knowledge", marts, f"i-{version}", f"run-{version}")


SHAPES = {
    "documents": "object_id varchar, version varchar, title varchar, native_id varchar,"
    " uri varchar, text varchar, made_from varchar, tier varchar",
    "chunks": "object_id varchar, version varchar, chunk_id varchar, chunker_id varchar,"
    " text_hash varchar, span_start bigint, span_end bigint, tier varchar",
    "search_terms": "chunker_id varchar, term varchar, chunk_id varchar, tier varchar",
    "search_term_counts": "chunker_id varchar, term varchar, chunk_count bigint, tier varchar",
    "facts": "fact_id varchar, object_id varchar, version varchar, tier varchar",
    "edges": "graph_id varchar, edge_id varchar, subject_id varchar, relation varchar,"
    " object_id varchar, value varchar, tier varchar",
    "edge_support": "graph_id varchar, edge_id varchar, fact_id varchar, tier varchar",
    "entity_mentions": "entity_id varchar, object_id varchar, version varchar, name varchar,"
    " anchor varchar, mention_count bigint, tier varchar",
    "entities": "entity_id varchar, name varchar, tier varchar",
    "nodes": "graph_id varchar, entity_id varchar, name varchar, attributes varchar, tier varchar",
}


def _ask(call_id: str, node: str, row_key: str, prompt: str, answer: str) -> None:
    """Put a call that was paid for into the journal."""
    values = {
        "call_id": call_id, "node": node, "row_key": row_key, "status": "ok", "cost_usd": 0.5,
        "raw_answer": answer, "input_messages": json.dumps([{"role": "user", "content": prompt}]),
    }  # fmt: skip
    attempt = {"attempt_id": f"a-{call_id}", "call_id": call_id, "node": node, "cost_usd": 0.5,
               "state": "answered", "raw_response": answer}  # fmt: skip
    with closing(connect(lake().journal_db)) as connection, connection:
        for table, row in (("llm_calls", values), ("llm_attempts", attempt)):
            names = ", ".join(row)
            connection.execute(
                f"insert into {table} ({names}) values ({', '.join('?' * len(row))})",
                list(row.values()),
            )


@pytest.fixture
def small(corpus: Corpus) -> Corpus:  # noqa: F811
    """A lake with two landed pages, two releases, calls, a log: all of which tell the secret."""
    corpus.declare("notes", "folder")
    corpus.deliver("2025-03-01", {"Secret.md": f"{SECRET}\n\n{SHARED}", "Other.md": SHARED})
    corpus.land()
    ids = _ids(corpus)
    first = {"text_hash": f"hash of {SECRET[:12]}"}
    _ask("c1", "llm_knowledge__extracted", json.dumps(first), SECRET, f'{{"names": ["{BOSS}"]}}')
    _ask("c2", "llm_knowledge__extracted", json.dumps({"text_hash": "x"}), SHARED, "nothing")
    _ask("c3", "ask", "{}", f"1. {SECRET}\n2. {OTHER}", f"It is: {SECRET}")
    _ask("c4", "llm_knowledge__embedded", '["x"]', f"{SECRET}\n{OTHER}", "")
    fold_journal()
    _ask("c5", "ask", "{}", f"1. {SECRET}", f"Not yet folded: {SECRET}")
    for version in ("v1", "v2"):
        _build(ids, version)
    with journal.journal() as connection:
        connection.execute(
            "insert into gate_results values ('i', 'g', 't', 'e', 'warn', 1, 0, ?, '', 0, '', ?)",
            (f"seen: {SECRET}", journal.now()),
        )
    for place in ("logs/dbt.log", "spill/left.tmp", "settled/step.arrow", "docs/gates/index.html"):
        path = lake().root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<p>{SECRET}</p>")
    return corpus


def _places(words: str) -> list[str]:
    """Return the files of the lake in which some text has these words."""
    return [
        str(path.relative_to(lake().root))
        for path in lake_texts.files()
        if any(words in text for text in lake_texts.texts_of(path))
    ]


def _released(release_id: int, query: str) -> list[tuple[object, ...]]:
    path = release_file.newest_file(release_id)
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _prove(small: Corpus, forgotten: str = SECRET) -> None:
    """Hold every file of the lake against what had to go and what had to stay."""
    assert _places(forgotten) == _places(BOSS) == _places("ninety thousand") == []
    assert _places("golden cup") == []
    kinds = {Path(one).suffix or Path(one).name for one in _places(SHARED)}
    assert {".parquet"} <= kinds  # what another document says too is still there
    for release_id, version in ((1, "v1"), (2, "v2")):
        documents = _released(release_id, "select version, text from knowledge.documents")
        assert documents == [(version, f"{SHARED}\n\n{OTHER} {version}")]
        assert _released(release_id, "select name from knowledge.entities") == [("cup",)]
        assert _released(release_id, "from knowledge.nodes") == [
            ("g", "cup", "cup", '{"washed by": "everybody"}', "open")
        ]
        assert _released(release_id, "select edge_id from knowledge.edges") == [("e2",)]
        [row] = _released(release_id, "from knowledge.forgotten")
        assert SECRET not in str(row)
        calls = _released(release_id, "select call_id, input_messages is null from llm.calls")
        assert sorted(calls) == [("c2", False), ("c4", True)]
        spent = _released(release_id, "select sum(cost_usd), count(raw_response) from llm.attempts")
        assert spent == [(2.5, 2)]  # what was paid is on record, what came is not
    assert not lake_files.look(lake_files.kept_tables(), is_deep=True)  # rows have their hashes
    assert still_there() == []
    assert unfinished() is None


def _prove_that_looking_changes_nothing(small: Corpus) -> None:
    """A dry run, a name nobody has, and a lock that a build holds."""

    def stamps() -> dict[Path, int]:
        return {one: one.stat().st_mtime_ns for one in lake_texts.files() if ".db" not in one.name}

    before = stamps()
    report = looked_at(_ids(small)["Secret"][:10])
    assert report.counts == {"object": 1, "version": 2, "text": 1, "fact": 1, "edge": 1,
                             "call": 2, "blob": 1, "shared_blob": 0}  # fmt: skip
    rows = {one.table: one.rows for one in report.tables if one.rows}
    assert rows["knowledge.documents"] == 2
    assert rows["raw_knowledge.sightings"] == 1
    with _build_going_on(), pytest.raises(lock.LakeLocked, match="a build"):
        forget("Secret")
    assert unfinished() is None
    changed = {path.name for path, stamp in stamps().items() if before.get(path) != stamp}
    assert {name for name in changed if not name.endswith("lock")} == set()
    with pytest.raises(NothingSo, match="Nothing in the lake is called 'Nobody'"):
        forget("Nobody")
    with pytest.raises(NothingSo, match="No forgetting was begun"):
        forget(None)
    assert unfinished() is None


def test_an_object_goes_out_of_every_file_and_every_release(small: Corpus) -> None:
    where = {one.split("/")[0] for one in _places(SECRET)}
    assert where >= {"warehouse", "objects", "build.duckdb", "journal.db", "logs", "docs", "spill",
                     "settled"}  # fmt: skip
    assert [_released(one, "select count(*) from knowledge.documents") for one in (1, 2)] == [
        [(2,)],
        [(2,)],
    ]
    _prove_that_looking_changes_nothing(small)
    report = forget("Secret")
    assert report.left == []
    assert report.counts["call"] == 3  # the one that was not folded yet too
    _prove(small)
    assert release_file.current_release_id() == 2
    with closing(sqlite3.connect(lake().journal_db)) as connection:
        kept = connection.execute("select call_id from llm_calls order by 1").fetchall()
    assert kept == [("c2",), ("c4",)]
    rollback.move_to(1)
    assert _released(1, "select title from knowledge.documents") == [("other",)]
    rollback.move_to(2)
    name = object_store().put(f"{SECRET}\n".encode())  # it comes back, and is found
    assert [one.partition(":")[0] for one in still_there()] == [f"objects/{name[:2]}/{name[2:]}"]
    _build(_ids(small) | {"Secret": "secret"}, "v2")  # written anew, not taken for what is there
    assert _released(3, "select count(*) from knowledge.documents") == [(2,)]


@contextmanager
def _build_going_on() -> Iterator[None]:
    code = (
        "import sys; from ingestion.lakehouse import lock\n"
        "with lock.build_lock('a build'): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout and process.stdout.readline() == "held\n"
        yield
        process.communicate()


def _killed(point: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "python_models.knowledge.forget", "--object", "Secret"],
        cwd=PROJECT_ROOT, env=os.environ | {"FAULT": point}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 137, done.stderr


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, marks=[] if point == "rewrite.placed:5" else [pytest.mark.long])
        for point in KILLED_AT
    ],
)
def test_one_that_was_killed_goes_on_to_the_same_end(small: Corpus, point: str) -> None:
    _killed(point)
    assert unfinished() is not None
    with duckdb.connect(str(lake().latest.resolve()), read_only=True) as connection:
        connection.execute("from knowledge.documents").fetchall()  # readers go on meanwhile
    forget(None)  # whatever is named, it is what was begun
    _prove(small)


def test_a_message_goes_and_its_day_stays_for_the_others(corpus: Corpus) -> None:  # noqa: F811
    corpus.declare("talk", "slack")
    day = [message("1740900000.000100", SECRET), message("1740900060.000200", OTHER)]
    corpus.deliver("2025-03-02.zip", slack({"general/2025-03-02": day}, users=[]))
    corpus.land()
    found = corpus.rows("select native_id from sightings where kind = 'message' order by 1")
    native_id = str(found[0][0])
    assert looked_at(native_id).counts["shared_blob"] == 1
    report = forget(native_id)
    assert len(report.left) == 0
    left = corpus.rows("select native_id from sightings where kind = 'message' and state = 'seen'")
    assert left == found[1:]
    # a sync goes on saying how many it saw, and a gate counts them
    [[seen, there]] = corpus.rows(
        "select (select seen from syncs), (select count(distinct object_id) from sightings)"
    )
    assert seen == there
    assert set(landed_state("talk")) == {row[0] for row in corpus.rows(SEEN)}
    assert any(OTHER in text for path in lake_texts.files() for text in lake_texts.texts_of(path))
