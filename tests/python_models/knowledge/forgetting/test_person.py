"""A person goes: what they wrote as a whole, elsewhere their names, in every file of the lake."""

from __future__ import annotations

import json

import duckdb
import pytest

from ingestion.knowledge.read_back import content_of
from ingestion.lakehouse.objects import object_store
from python_models.knowledge.forgetting import lake_texts
from python_models.knowledge.forgetting.check import still_there
from python_models.knowledge.forgetting.forget import forget, looked_at, unfinished
from python_models.knowledge.forgetting.person_plan import made_for_person
from python_models.knowledge.forgetting.plan import NothingSo
from python_models.llm.ledger.fold import fold_journal
from python_models.release import release_file
from python_models.release.publish import publish_marts
from tests.ingestion.knowledge.conftest import corpus  # noqa: F401  the fixture
from tests.ingestion.knowledge.corpus import Corpus, message, slack
from tests.python_models.knowledge.forgetting.test_forget import _ask, _mart
from tests.python_models.publishing import build_database

BOSS, MAIL, USER = "Ottilie Quarrington", "ottilie@firm.example", "U1OTTILIE"
OWN = "I leave the firm in June, do not tell anybody."
OTHER = "The kitchen closes at seven and opens again at eight."
FORMER = "I leave the firm in May, the treasurer is my aunt."
QUOTED = "Nobody counts the paper clips of the third floor."
SHORT = "so be it, then"
PAGE = f"Ask {BOSS} <{MAIL}> about the keys. Jo Berg has a second set."
SHAPES = {
    "documents": "object_id varchar, version varchar, title varchar, native_id varchar,"
    " uri varchar, text varchar, made_from varchar, authors varchar, tier varchar",
    "messages": "object_id varchar, version varchar, native_id varchar, source varchar,"
    " author varchar, span_start bigint, span_end bigint, tier varchar",
    "chunks": "object_id varchar, version varchar, chunk_id varchar, chunker_id varchar,"
    " text_hash varchar, span_start bigint, span_end bigint, tier varchar",
    "search_terms": "chunker_id varchar, term varchar, chunk_id varchar, tier varchar",
    "search_term_counts": "chunker_id varchar, term varchar, chunk_count bigint, tier varchar",
    "entities": "entity_id varchar, name varchar, type varchar, tier varchar",
    "entity_aliases": "entity_id varchar, kind varchar, alias varchar, tier varchar",
    "entity_mentions": "entity_id varchar, object_id varchar, version varchar, name varchar,"
    " anchor varchar, mention_count bigint, tier varchar",
}


def _rows(names: Corpus) -> dict[str, list[tuple[object, ...]]]:
    """Return what is made of a page and a talk."""
    ids = dict(names.rows("select native_id, object_id from sightings"))
    page = ids["Keys.md"]
    quoting = next(name for one, name in ids.items() if one.endswith(".000300"))
    said = {one: name for one, name in ids.items() if one.endswith((".000100", ".000200"))}
    talk = [
        ("talk", "v", f"{BOSS}: {OWN}\n\n{OTHER}", sorted(said.values()), "[]"),
        (quoting, "v", f"Jo: see\n{QUOTED}", [quoting], "[]"),
        (page, "v", PAGE, [page], json.dumps(["jo@firm.example"])),
    ]
    own = next(one for one in said if one.endswith(".000100"))
    other = next(one for one in said if one.endswith(".000200"))
    end = len(f"{BOSS}: {OWN}")
    return {
        "documents": [
            (object_id, version, "a document", object_id, "", text, json.dumps(made), by, "open")
            for object_id, version, text, made, by in talk
        ],
        "messages": [
            ("talk", "v", own, "talk", USER, 0, end, "open"),
            ("talk", "v", other, "talk", "U2", end + 2, end + 2 + len(OTHER), "open"),
        ],
        "chunks": [(page, "v", "c1", "whole", "h1", 0, len(PAGE), "open")],
        "search_terms": [
            ("whole", word, "c1", "open") for word in ("ask", "ottilie", "quarrington", "keys")
        ],
        "search_term_counts": [("whole", "ottilie", 1, "open"), ("whole", "keys", 1, "open")],
        "entities": [("boss", BOSS, "person", "open"), ("jo1", "Jo Berg", "person", "open"),
                     ("jo2", "Jo Berg", "person", "open")],
        "entity_aliases": [
            ("boss", "name", BOSS, "open"), ("boss", "email", MAIL, "open"),
            ("boss", "slack_user", USER, "open"), ("jo1", "name", "Jo Berg", "open"),
            ("jo2", "name", "Jo Berg", "open"),
        ],
        "entity_mentions": [
            ("boss", page, "v", BOSS, f"name:person:ottilie quarrington:{page}", 1, "open"),
            ("jo1", page, "v", "Jo Berg", f"name:person:jo berg:{page}", 1, "open"),
        ],
    }  # fmt: skip


def _told_again() -> list[dict[str, object]]:
    """Return messages that have words of theirs in them: as they were, shared, answered."""
    ts, own = "1740900000.000100", {"user": USER, "ts": "1740900000.000100"}
    edited = {"user": USER, "ts": "1740900500.000000"}
    former = {"type": "message", "text": FORMER, **own}
    now = {"type": "message", "text": OWN, "edited": edited, **own}
    shared = {"author_id": USER, "ts": ts, "text": f"{QUOTED}\n{SHORT}"}
    return [
        {"type": "message", "subtype": "message_changed", "ts": "1740900500.000000",
         "message": now, "previous_message": former},
        message("1740900700.000300", "see", user="U2", attachments=[shared]),
        message("1740900800.000400", "yes", user="U2", thread_ts=ts, root=former),
        message("1740900800.000400", f"{SHORT} {FORMER}", user=USER),  # refused: doubled
    ]  # fmt: skip


@pytest.fixture
def spoken(corpus: Corpus) -> Corpus:  # noqa: F811
    """A lake with a page and a talk, released; calls that were told of both."""
    corpus.declare("notes", "folder")
    corpus.deliver("2025-03-01", {"Keys.md": PAGE, "Other.md": OTHER})
    corpus.land()
    corpus.declare("talk", "slack")
    users = [{"id": USER, "name": "ottilie", "profile": {"real_name": BOSS, "email": MAIL}},
             {"id": "U2", "name": "jo", "profile": {"real_name": "Jo Berg"}}]  # fmt: skip
    day = [message("1740900000.000100", OWN, user=USER),
           message("1740900060.000200", f"<@{USER}> {OTHER}", user="U2"),
           *_told_again()]  # fmt: skip
    corpus.deliver("2025-03-02.zip", slack({"general/2025-03-02": day}, users=users))
    corpus.land()
    rows = _rows(corpus)
    with build_database() as build:
        build.execute("create schema if not exists knowledge")
        for name, columns in SHAPES.items():
            build.execute(f"create or replace table knowledge.{name} ({columns})")
            marks = ", ".join("?" * len(rows[name][0]))
            build.executemany(f"insert into knowledge.{name} values ({marks})", rows[name])
        marts = [_mart(name, SHAPES[name].split()[0]) for name in SHAPES]
        publish_marts(build, "knowledge", marts, "i", "run")
    _ask("c1", "llm_knowledge__extracted", '{"text_hash": "h1"}', PAGE, "")
    _ask("c2", "llm_knowledge__extracted", '{"text_hash": "h2"}', OTHER, f'{{"who": "{BOSS}"}}')
    _ask("c3", "llm_knowledge__embedded", "[]", f"{PAGE}\n{OTHER}", "")
    _ask("c4", "llm_knowledge__extracted", '{"text_hash": "h4"}', OTHER, "nothing")
    fold_journal()
    return corpus


def _told(words: tuple[str, ...]) -> set[str]:
    """Return which of some words stand in a file of the lake, whatever its kind."""
    found: set[str] = set()
    for path in lake_texts.files():
        for text in lake_texts.texts_of(path):
            found |= {one for one in words if one.casefold() in text.casefold()}
    return found


def _released(query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(release_file.newest_file(1)), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_person_goes_out_of_every_file_and_the_others_stay(spoken: Corpus) -> None:
    words = (BOSS, USER, MAIL, OWN, FORMER, QUOTED, SHORT)
    assert _told(words) == set(words)
    assert spoken.rows("select reason from rejects") == [("doubled_ts",)]
    with pytest.raises(NothingSo, match="Several people are called 'Jo Berg': jo1, jo2"):
        looked_at("Jo Berg", made_for_person)
    with pytest.raises(NothingSo, match="Nobody in the lake is called 'Nobody'"):
        forget("Nobody", made_for_person)
    report = looked_at(MAIL, made_for_person)
    assert (report.counts["object"], report.copies, report.counts["call"]) == (2, 3, 2)
    assert forget(BOSS.lower(), made_for_person).left == []
    assert _told(words) == set()
    assert unfinished() is None
    _prove_what_stays(spoken)
    # it comes back, and is found
    name = object_store().put(f"Was {BOSS} here?".encode())
    assert [one.partition(":")[0] for one in still_there()] == [f"objects/{name[:2]}/{name[2:]}"]


def _prove_what_stays(spoken: Corpus) -> None:
    masked = PAGE.replace(BOSS, "█" * len(BOSS)).replace(MAIL, "█" * len(MAIL))
    assert _released("select text from knowledge.documents order by 1 desc") == [
        (f"Jo: see\n{'█' * len(QUOTED)}",), (masked,),
    ]  # fmt: skip
    assert _released("select name from knowledge.entities order by 1") == [
        ("Jo Berg",), ("Jo Berg",), ("█" * len(BOSS),),
    ]  # fmt: skip
    assert _released("select term from knowledge.search_terms order by 1") == [("ask",), ("keys",)]
    assert _released("select term from knowledge.search_term_counts") == [("keys",)]
    calls = _released("select call_id, input_messages is null from llm.calls order by 1")
    assert calls == [("c3", True), ("c4", False)]
    # what was landed reads back from its place, without them
    seen = spoken.rows("select native_id, blob_hash, locator from sightings where state = 'seen'")
    read = {str(name): content_of(str(blob), str(place)).decode() for name, blob, place in seen}
    assert read["Keys.md"] == masked and read["Other.md"] == OTHER
    [left] = [text for name, text in read.items() if name.endswith(".000200")]
    assert json.loads(left)["text"] == f"<@{'█' * len(USER)}> {OTHER}"
    assert not any(name.endswith((".000100", USER)) for name in read)
