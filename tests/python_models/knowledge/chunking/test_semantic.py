"""The semantic chunker: it cuts where the topic changes, and an edit stays where it was made."""

from __future__ import annotations

import random

import numpy as np
import pytest

from python_models.knowledge.chunking.chunkers import chunks_of
from python_models.knowledge.chunking.semantic import (
    Vectors,
    VectorsMissing,
    hashed_sentences,
)
from python_models.knowledge.chunking.units import Span, token_count
from python_models.llm.offline.embeddings import embed_words

TOPICS = {
    "billing": ["invoice", "customer", "amount", "currency", "refund", "ledger", "payment"],
    "hosts": ["kernel", "disk", "memory", "reboot", "cluster", "node", "firmware"],
    "people": ["holiday", "manager", "salary", "interview", "office", "desk", "training"],
}


def vectors_of(text: str) -> Vectors:
    return {
        name: np.array(embed_words(one), dtype=np.float32) for name, one in hashed_sentences(text)
    }


def texts_of(text: str, **parameters: int) -> list[str]:
    found = chunks_of(text, "semantic", parameters, vectors_of(text))
    return [text[one.start : one.end] for one in found]


def said_of(topic: str, count: int, seed: int) -> list[str]:
    chance = random.Random(f"{topic} {seed}")
    return [f"{' '.join(chance.choices(TOPICS[topic], k=8)).capitalize()}." for _ in range(count)]


@pytest.mark.parametrize("seed", range(4))
def test_a_text_is_cut_where_its_topic_changes(seed: int) -> None:
    parts = [" ".join(said_of(topic, 6, seed)) for topic in TOPICS]
    found = texts_of(" ".join(parts), tokens=max(token_count(one, Span(0, len(one)))
                                                 for one in parts))  # fmt: skip
    assert found == parts


def test_chunks_tile_the_text_and_none_is_too_long() -> None:
    text = "\n\n".join(" ".join(said_of(topic, 30, seed)) for seed in range(3) for topic in TOPICS)
    text += "\n\n```\n" + "x" * 3000 + "\n```\n"
    at = 0
    for chunk in chunks_of(text, "semantic", {"tokens": 100}, vectors_of(text)):
        assert not text[at : chunk.start].strip()
        assert token_count(text, Span(chunk.start, chunk.end)) <= 100
        at = chunk.end
    assert not text[at:].strip()


def test_a_sentence_that_is_edited_changes_few_chunks() -> None:
    sentences = [one for seed in range(12) for topic in TOPICS for one in said_of(topic, 8, seed)]
    known = set(texts_of(" ".join(sentences), tokens=100))
    assert len(known) >= 40
    changed = []
    for at in range(0, len(sentences), 11):
        edited = [*sentences[:at], sentences[at].replace(" ", " newly ", 1), *sentences[at + 1 :]]
        changed.append(len(set(texts_of(" ".join(edited), tokens=100)) - known))
    assert max(changed) <= 6 and sum(changed) / len(changed) <= 2


def test_a_sentence_without_a_vector_is_told() -> None:
    with pytest.raises(VectorsMissing, match="has no vector"):
        chunks_of("One. Two.", "semantic", {}, {})
