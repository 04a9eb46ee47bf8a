"""The offline endpoint's answer to a question of the corpus: sentences that share its words."""

from __future__ import annotations

import json
import re
from typing import Any

from python_models.knowledge.chunking.units import Span, sentences_of
from python_models.knowledge.search.hits import WORD, folded
from python_models.llm.offline.request import FENCE, OfflineRequest, offline_rule

IDLE = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by did do does for from had has have how i in is it its of on or "
        "our that the their there they this to us was we were what when where which who whom "
        "whose why will with you your",
    )
)
ENOUGH = 0.6  # share of the question's words, each by how rare it is here, that a sentence has
SENTENCES = 3


@offline_rule("knowledge_answer")
def answer(request: OfflineRequest) -> dict[str, Any]:
    """Quote the sentences that have most of the question's words, if any has enough."""
    fences = {name: body for name, _, body in FENCE.findall(request.text)}
    wanted = _words(fences.get("question", ""))
    scored = [
        (_share(wanted, text), -passage, text)
        for passage, text in _sentences(json.loads(fences.get("passages", "[]")))
    ]
    best = sorted((one for one in scored if one[0] >= ENOUGH), reverse=True)[:SENTENCES]
    return {
        "sentences": [
            {"text": text, "quotes": [{"passage": -passage, "words": text}]}
            for _, passage, text in best
        ]
    }


def _sentences(passages: list[dict[str, Any]]) -> list[tuple[int, str]]:
    found = []
    for one in passages:
        for span in sentences_of(one["text"], *Span(0, len(one["text"]))):
            found.append((one["n"], one["text"][span.start : span.end][:600]))
    return found


def _words(text: str) -> set[str]:
    return {folded(found[0])[:6] for found in WORD.finditer(text)} - IDLE


def _share(wanted: set[str], text: str) -> float:
    return len(wanted & _words(text)) / len(wanted) if wanted else 0.0
