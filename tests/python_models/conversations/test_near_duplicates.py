"""Near-duplicates against brute force, and kept signatures against a rebuild."""

from __future__ import annotations

import random

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from python_models.conversations import candidates
from python_models.conversations.candidates import sign
from python_models.conversations.near_duplicates import Clusters, as_sets, find_clusters
from python_models.conversations.shingles import shingle
from python_models.conversations.signing import find_near_duplicates, sign_texts, spoken
from python_models.conversations.survivors import choose_set_survivors, choose_survivors
from tests.python_models.conversations.texts import (
    brute_force,
    connected,
    jaccard,
    plain_shingles,
    texts_with_copies,
)


def clusters(texts: list[str], threshold: float = 0.8) -> Clusters:
    column = pa.array(texts, pa.string())
    return find_clusters(sign(column), lambda rows: shingle(column.take(pa.array(rows))), threshold)


def first_of_each(found: Clusters, count: int) -> list[int]:
    first = np.arange(count)
    first[found.members] = found.first
    return first.tolist()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nearly_every_pair_is_found_and_no_wrong_one(seed: int) -> None:
    texts = texts_with_copies(seed, 3000, (5, 20, 60, 200))
    true = brute_force(texts, 0.8)
    first = first_of_each(clusters(texts), len(texts))
    hit = sum(first[a] == first[b] for a, b in true)
    assert len(true) > 300
    assert hit >= 0.98 * len(true)
    # exact comparison decides: what is joined is connected by pairs brute force knows too
    expected = connected(true, len(texts))
    assert all(expected[at] == expected[first[at]] for at in range(len(texts)))


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.95])
def test_similarity_is_the_exact_jaccard_with_the_first_of_the_cluster(threshold: float) -> None:
    texts = texts_with_copies(7, 600, (4, 120))
    found = clusters(texts, threshold)
    assert len(found.members) > 10
    for member, first, similarity in zip(found.members, found.first, found.similarity, strict=True):
        exact = jaccard(plain_shingles(texts[member]), plain_shingles(texts[first]))
        assert similarity == pytest.approx(exact, abs=1e-12)


def test_clusters_do_not_depend_on_the_order_of_texts() -> None:
    texts = texts_with_copies(4, 800, (10, 40))
    order = list(range(len(texts)))
    random.Random(1).shuffle(order)
    shuffled = clusters([texts[at] for at in order])
    groups: dict[int, set[int]] = {}
    for member, first in zip(shuffled.members, shuffled.first, strict=True):
        groups.setdefault(int(first), set()).add(order[member])
    straight = clusters(texts)
    expected: dict[int, set[int]] = {}
    for member, first in zip(straight.members, straight.first, strict=True):
        expected.setdefault(int(first), set()).add(int(member))
    assert sorted(map(sorted, groups.values())) == sorted(map(sorted, expected.values()))


def test_many_texts_of_one_mould_are_one_cluster_without_comparing_all_pairs() -> None:
    body = " ".join(f"word{at}" for at in range(200))
    texts = [f"{body} number{at}" for at in range(3000)]
    found = clusters(texts)
    assert set(found.first) == {0} and len(found.members) == 3000
    assert found.candidates < 200_000  # of four and a half million pairs


def test_texts_that_share_less_than_the_threshold_stay_apart() -> None:
    body = " ".join(f"word{at}" for at in range(100))
    texts = [f"{body} {' '.join(f'own{at}x{n}' for n in range(60))}" for at in range(300)]
    assert not len(clusters(texts).members)


def test_over_full_buckets_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST_PAIRS_OF_A_BUCKET", 100)
    body = " ".join(f"word{at}" for at in range(100))
    texts = [f"{body} {' '.join(f'own{at}x{n}' for n in range(40))}" for at in range(60)]
    assert clusters(texts, 0.8).unseen > 0


def test_texts_without_words_are_like_nothing() -> None:
    texts = ["", "  ", "...", "!?", "hello there", "hello there"]
    found = clusters(texts)
    assert found.members.tolist() == [4, 5] and found.similarity.tolist() == [1.0, 1.0]
    assert not len(clusters([]).members) and not len(clusters(["one"]).members)


def test_shingles_are_three_words_without_case_and_signs() -> None:
    def hashes(text: str) -> list[int]:
        return shingle(pa.array([text])).hashes.tolist()

    assert hashes("Hello, World: again!") == hashes("hello world again")
    assert hashes("“hello” world—again") == hashes("hello world again")
    assert hashes("ÄRGER ÜBER ÖL") == hashes("ärger über öl")
    assert hashes("hello world again") != hashes("again world hello")
    assert len(hashes("one two")) == 1 and len(hashes("a b c d")) == 2
    assert len(hashes("日本語のテキスト")) == 6  # a character is a word where no spaces are
    assert hashes("日本語です")[0] == hashes("日本語でした")[0]


def test_shingles_of_a_text_do_not_depend_on_its_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [*texts_with_copies(2, 40, (1, 2, 3, 30)), "", None, "日本", "é" * 50]
    alone = [shingle(pa.array([text], pa.string())).hashes.tolist() for text in texts]
    monkeypatch.setattr("python_models.conversations.shingles.CHUNK_BYTES", 100)
    together = shingle(pa.array(texts, pa.string()))
    bounds = together.offsets.tolist()
    found = [together.hashes[a:b].tolist() for a, b in zip(bounds, bounds[1:], strict=False)]
    assert found == alone


def test_sets_count_a_repeated_shingle_once() -> None:
    matrix = as_sets(shingle(pa.array(["a b c a b c a b c", "a b c"])))
    assert np.diff(matrix.indptr).tolist() == [3, 1]


def test_new_conversations_join_kept_signatures_as_in_a_rebuild() -> None:
    texts = texts_with_copies(9, 900, (6, 100))
    session = duckdb.connect()
    rows = pa.table({"conversation_id": [f"{at:05d}" for at in range(900)], "text": texts})
    some = rows.take(pa.array(random.Random(2).sample(range(900), 500)))
    session.register("before", sign_texts(session, session.from_arrow(some), None))
    session.execute("create table kept as select * from before")
    # one text of a known id has changed since, and one conversation is gone
    texts[int(some["conversation_id"][0].as_py())] = "an altogether different text it is now"
    rows = pa.table({"conversation_id": rows["conversation_id"], "text": texts}).slice(1)
    grown = sign_texts(session, session.from_arrow(rows), "kept")
    rebuilt = sign_texts(session, session.from_arrow(rows), None)
    assert grown.sort_by("conversation_id").equals(rebuilt.sort_by("conversation_id"))
    found = [
        find_near_duplicates(session, session.from_arrow(signed), session.from_arrow(rows), 0.8)
        for signed in (grown, rebuilt)
    ]
    assert found[0].num_rows > 100 and found[0].equals(found[1])


def test_signatures_of_another_recipe_are_made_anew() -> None:
    session = duckdb.connect()
    rows = session.sql("select 'a' as conversation_id, 'one two three four' as text")
    right = sign_texts(session, rows, None)
    session.register("right_ones", right)
    session.execute(
        "create table kept as select * replace ('older' as recipe, 'x'::blob as signature)"
        " from right_ones"
    )
    assert sign_texts(session, rows, "kept").equals(right)


def survivors_of(texts: list[str], groups: list[str], threshold: float) -> dict[int, int]:
    """Return which text survives each, the first of a group the best."""
    session = duckdb.connect()
    ids = [f"{at:05d}" for at in range(len(texts))]
    rows = session.from_arrow(pa.table({"conversation_id": ids, "text": texts}))
    ranked = session.from_arrow(
        pa.table({"group_id": groups, "conversation_id": ids, "place": list(range(len(texts)))})
    )
    found = choose_survivors(session, ranked, rows, threshold).to_pylist()
    for row in found:
        one, other = (texts[int(row[key])] for key in ("conversation_id",
                                                       "survivor_conversation_id"))  # fmt: skip
        exact = jaccard(plain_shingles(one), plain_shingles(other))
        assert row["similarity"] == pytest.approx(exact, abs=1e-12)
    return {int(row["conversation_id"]): int(row["survivor_conversation_id"]) for row in found}


def chain(length: int) -> list[str]:
    """Return texts of a hundred words, each with ten others than the one before."""
    words = [f"word{at}" for at in range(100 + 10 * length)]
    return [" ".join(words[10 * at : 10 * at + 100]) for at in range(length)]


def test_a_chain_of_likenesses_is_no_cluster() -> None:
    texts = chain(12)
    near, far = (jaccard(plain_shingles(texts[0]), plain_shingles(texts[at])) for at in (1, 2))
    assert far < 0.8 < near
    found = survivors_of(texts, ["one"] * len(texts), 0.8)
    assert found == {at: at - at % 2 for at in range(len(texts))}


@pytest.mark.parametrize("threshold", [0.6, 0.8])
def test_every_copy_is_one_of_its_survivor_and_no_two_survivors_are_copies(
    threshold: float,
) -> None:
    texts = [*texts_with_copies(5, 700, (6, 30, 90)), *chain(60)]
    pairs = brute_force(texts, threshold)
    component = connected(pairs, len(texts))
    order = sorted(range(len(texts)), key=lambda at: component[at])
    found = survivors_of([texts[at] for at in order], [str(component[at]) for at in order],
                         threshold)  # fmt: skip
    survivor = {order[at]: order[other] for at, other in found.items()}
    similar = {pair for one, other in pairs for pair in ((one, other), (other, one))}
    gone = {one for one, other in survivor.items() if one != other}
    assert len(gone) > 100
    assert all((one, survivor[one]) in similar for one in gone)
    assert all(survivor[survivor[one]] == survivor[one] for one in gone)
    assert not [pair for pair in pairs if not gone.intersection(pair)]


def test_groups_are_told_apart_and_one_alone_is_no_row() -> None:
    texts = ["one two three four", "one two three four", "one two three four"]
    assert survivors_of(texts, ["a", "a", "b"], 0.8) == {0: 0, 1: 0}


def test_a_set_takes_the_best_of_what_is_fit_for_it() -> None:
    session = duckdb.connect()
    first, second, third = chain(3)
    texts = session.from_arrow(
        pa.table({"conversation_id": ["a", "b", "c"], "text": [first, second, third]})
    )
    candidates = session.sql(
        "select * from (values ('s', 'first', 'a', 'a', null, 2),"
        " ('s', 'first', 'a', 'b', null, 1),"
        " ('s', 'first', 'a', 'c', null, 3), ('t', 'first', 'a', 'a', null, 1),"
        " ('t', 'first', 'a', 'b', 'language de', 1), ('t', 'first', 'a', 'c', null, 2),"
        " ('u', 'keep_all', 'a', 'a', null, 1), ('u', 'keep_all', 'a', 'b', null, 2))"
        " as rows (set_name, policy, group_id, conversation_id, unfit_reason, place)"
    )
    found = choose_set_survivors(session, candidates, texts, 0.8).to_pylist()
    assert {(row["set_name"], row["conversation_id"], row["survivor_conversation_id"])
            for row in found} == {
        ("s", "a", "b"), ("s", "b", "b"), ("s", "c", "b"), ("t", "a", "a"), ("t", "c", "c"),
    }  # fmt: skip
    nothing = choose_set_survivors(session, candidates.filter("set_name = 'u'"), texts, 0.8)
    assert nothing.num_rows == 0


def test_what_is_said_decides_and_not_the_prompt_before_it() -> None:
    session = duckdb.connect()
    prompt = " ".join(f"rule{at}" for at in range(300))
    said = ["user: is the can here", "user: my rake broke", "user: do you sell bulbs"]
    prompted = [f"system: {prompt}\n{one}" for one in said]
    rows = pa.table({"conversation_id": list("abcd"), "text": [*prompted, said[0]]})
    without = pa.table({"conversation_id": list("abc"), "text": said})
    texts = spoken(session.from_arrow(rows), session.from_arrow(without))
    signed = session.from_arrow(sign_texts(session, texts, None))
    found = find_near_duplicates(session, signed, texts, 0.8).to_pylist()
    assert {row["conversation_id"] for row in found} == {"a", "d"}
