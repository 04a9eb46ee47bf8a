"""Deterministic answers of the offline endpoint for knowledge: the rule pack, no model."""

from __future__ import annotations

from python_models.knowledge import answering_offline as answering_offline
from python_models.knowledge.extracting import ExtractionAnswer, as_answer
from python_models.knowledge.rules import extract
from python_models.llm.offline.request import FENCE, OfflineRequest, offline_rule


@offline_rule("knowledge_extraction")
def extraction(request: OfflineRequest) -> ExtractionAnswer:
    """Say what the rule pack finds in the passage."""
    passage = _fenced(request, "passage")
    return as_answer(passage, extract(passage))


@offline_rule("knowledge_community")
def community(request: OfflineRequest) -> dict[str, str]:
    """Name the best tied things, and how many more there are."""
    things = [one.rpartition(" (")[0] for one in request.data.get("things", [])]
    more = f" and {len(things) - 3} more" if len(things) > 3 else ""
    names = ", ".join(things[:3]) or "Things"
    return {
        "title": names[:100],
        "summary": f"{names}{more} have much to do with each other."[:800],
    }


def _fenced(request: OfflineRequest, label: str) -> str:
    """Return the text of a fence as it stands, also where it could be read as JSON."""
    return next((body for name, _, body in FENCE.findall(request.text) if name == label), "")
