"""Knowledge over HTTP: search, a document, the graph round a thing, and answers that cite."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.lakehouse.lake import lake
from tests.dashboards.api.conftest import Ask


def test_search_shows_passages_of_the_keys_tiers_only(client: Ask) -> None:
    found = client().get("knowledge/search", params={"q": "Who owns billing?"}).json()
    assert {hit["object_id"] for hit in found["hits"]} == {"billing", "outage", "thread"}
    first = found["hits"][0]
    assert first["object_id"] == "billing"
    text = first["snippet"]["text"]
    marked = [text[a - first["snippet"]["start"] : b - first["snippet"]["start"]]
              for a, b in first["snippet"]["marks"]]  # fmt: skip
    assert {word.lower() for word in marked} == {"billing", "owns"}
    open_only = client(tiers=("open",)).get("knowledge/search", params={"q": "billing"}).json()
    assert [hit["object_id"] for hit in open_only["hits"]] == ["billing"]
    of_chat = client().get("knowledge/search", params={"q": "billing", "source": "chat"}).json()
    assert [hit["object_id"] for hit in of_chat["hits"]] == ["thread"]
    days = {"1990-01-01T00:00:00": [], "2099-01-01T00:00:00Z": ["billing"]}
    for day, expected in days.items():
        asked = {"q": "billing", "as_of": day}
        then = client(tiers=("open",)).get("knowledge/search", params=asked).json()
        assert [hit["object_id"] for hit in then["hits"]] == expected
    hostile = client().get("knowledge/search", params={"q": "'); drop table x; --"})
    assert (hostile.status_code, hostile.json()["hits"]) == (200, [])
    assert client().get("knowledge/search", params={"q": ""}).status_code == 422


def test_a_document_has_its_facts_and_is_hidden_from_other_tiers(client: Ask) -> None:
    found = client().get("knowledge/documents/outage").json()
    assert found["document"]["version"] == "1"
    (fact,) = found["facts"]
    words = found["document"]["text"][fact["evidence_start"] : fact["evidence_end"]]
    assert words == "Billing caused the outage."
    assert [one["known_to"] for one in found["versions"]] == [None]
    hidden = client(tiers=("open",)).get("knowledge/documents/outage")
    missing = client(tiers=("open",)).get("knowledge/documents/nothing")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.json()["detail"] == missing.json()["detail"].replace("nothing", "outage")


def test_the_graph_round_a_thing_is_walked_and_explained(client: Ask) -> None:
    one = client()
    near = one.get("knowledge/entities/billing/neighbours").json()["rows"]
    assert {(row["relation"], row["name"]) for row in near} == {
        ("owned_by", "Harbour"), ("caused_by", "Outage"), ("depends_on", "Ledger")
    }  # fmt: skip
    assert one.get("knowledge/entities/billing/timeline").json()["rows"]
    (why,) = one.get("knowledge/edges/e1/why").json()["rows"]
    assert why["words"] == "Team Harbour owns Billing."
    assert one.get("knowledge/edges/none/why").json()["rows"] == []
    deep = one.get("knowledge/entities/billing/neighbours", params={"depth": 9})
    assert deep.status_code == 422
    seen = client(tiers=("open",))
    near = seen.get("knowledge/entities/billing/neighbours").json()["rows"]
    assert [(row["relation"], row["name"]) for row in near] == [("owned_by", "Harbour")]
    dated = seen.get("knowledge/entities/billing/timeline").json()["rows"]
    assert {row["edge_id"] for row in dated} == {"e1"}
    assert [row["words"] for row in seen.get("knowledge/edges/e1/why").json()["rows"]] == [
        why["words"]
    ]
    assert seen.get("knowledge/edges/e2/why").json()["rows"] == []
    assert seen.get("knowledge/entities/incident/timeline").json()["rows"] == []


def test_an_answer_cites_words_that_are_there_and_is_paid_once(client: Ask) -> None:
    one = client("read,spend")
    sent = {"question": "Who owns Billing?"}
    found = one.post("knowledge/ask", json=sent)
    assert found.status_code == 200, found.text
    answer = found.json()
    assert answer["status"] == "ok"
    by_id = {hit["object_id"] for hit in answer["hits"]}
    for sentence in answer["sentences"]:
        assert sentence["cited"]
        assert all(cited["object_id"] in by_id for cited in sentence["cited"])
    again = one.post("knowledge/ask", json=sent).json()
    assert again["call_id"] == answer["call_id"]
    assert client("read").post("knowledge/ask", json=sent).status_code == 403
    unknown = one.post("knowledge/ask", json={"question": "zzz qqq"}).json()
    assert (unknown["sentences"], unknown["answer"]) == ([], "not found in the corpus")


def test_a_release_without_a_corpus_says_so(client: Ask, released: Path) -> None:
    lake().latest.unlink()
    bare = released.with_name("bare.duckdb")
    bare.write_bytes(released.read_bytes())
    with duckdb.connect(str(bare)) as connection:
        connection.execute("drop schema knowledge cascade")
    lake().latest.symlink_to(bare)
    one, words = client(), set()
    for path in ("search?q=a", "documents/a", "entities/a/timeline", "edges/a/why"):
        told = one.get(f"knowledge/{path}")
        assert told.status_code == 404, told.text
        words.add(told.json()["detail"])
    (said,) = words
    assert "DOMAIN=knowledge" in said and "tier" not in said
