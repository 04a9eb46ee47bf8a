"""Deterministic answers of the offline endpoint for news: word lists and templates, no model."""

from __future__ import annotations

import re
from typing import Any

from python_models.llm.offline.request import OfflineRequest, offline_rule, read_lines
from python_models.news.checks.words import words
from python_models.news.composing import compose, line_about
from python_models.news.oracle import known_score

WORD = re.compile(r"[^\W\d_]{3,}")
PROMOTION = re.compile(
    r"\b(sponsored|buy now|limited offer|discount|sign up|promo code|save \d+|% off|free trial"
    r"|book a demo|partner content|advertorial)\b",
    re.IGNORECASE,
)
HEDGED = re.compile(
    r"\b(rumou?rs?|rumou?red|unconfirmed|alleged(?:ly)?|reportedly|leaked|speculation|anonymous"
    r"|people familiar)\b",
    re.IGNORECASE,
)
SOURCED = re.compile(
    r"\b(paper|study|court|filing|report|data|benchmark|measured|published|according to"
    r"|commission|regulator|evaluat\w+|tests?)\b",
    re.IGNORECASE,
)
IMPACT = re.compile(
    r"\b(billion|million|law|ban|court|acqui\w+|outage|vulnerab\w+|breach|open-?source\w*|price"
    r"|prices|layoffs|fine|fined|ruling|record|largest|first|all users|industry)\b",
    re.IGNORECASE,
)
NEW = re.compile(
    r"\b(new|first|launch\w*|releas\w+|announc\w+|unveil\w*|introduc\w+|publish\w*|discover\w*"
    r"|today|reveal\w*)\b",
    re.IGNORECASE,
)
URGENT = re.compile(
    r"\b(today|now|immediately|deadline|outage|exploit\w*|patch|vulnerab\w+|breaking|effective"
    r"|this week|yesterday)\b",
    re.IGNORECASE,
)
IDLE = words("and the for with that this are our what they new have from them")


def _words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)} - IDLE


def _stems(text: str) -> set[str]:
    """Return beginnings of words: what speaks of fines speaks of a fine."""
    return {word[:6].removesuffix("s") for word in _words(text)}


@offline_rule("news_relevance")
def relevance(request: OfflineRequest) -> dict[str, Any]:
    """Score a story by the words it shares with the company's and the categories'."""
    story = request.data.get("story") or {}
    text = f"{story.get('headline', '')} {story.get('headline', '')} {story.get('opening', '')}"
    words = _words(text)
    ours = _words(str(request.data.get("company") or ""))
    best, hits = "", -1
    for one in read_lines(request.data.get("categories")):
        found = len(_stems(text) & _stems(f"{one['category']} {one['about']}"))
        if found > hits:
            best, hits = one["category"], found
    shared = len(words & ours)
    promotional = min(1.0, 0.4 * len(PROMOTION.findall(text)))
    score = min(10.0, 5.0 + 0.8 * shared + 0.6 * max(hits, 0) - 4 * promotional)
    known = known_score(request, text)
    score = score if known is None else known
    return {
        "relevance": round(max(0.0, score), 1),
        "category": best,
        "promotional": promotional,
        "confidence": 0.6,
    }


@offline_rule("news_assessment")
def assess(request: OfflineRequest) -> dict[str, Any]:
    """Score a story by counted words; each reason says which, and cites where they stand."""
    passages = read_lines(request.data.get("passages"))
    story = request.data.get("story") or {}
    text = " ".join(one["text"] for one in passages)
    ours = _words(str(request.data.get("company") or ""))
    hosts = int(story.get("told_by_hosts") or 1)
    hedged = bool(HEDGED.search(text))
    shared = len(_words(text) & ours)
    scores = {
        "impact": (
            3 + len({w.lower() for w in IMPACT.findall(text)}),
            IMPACT,
            "words of consequence",
        ),
        "novelty": (3 + len({w.lower() for w in NEW.findall(text)}), NEW, "words of novelty"),
        "credibility": (
            4 if hedged else 4 + min(3, len(SOURCED.findall(text))) + min(3, hosts - 1),
            HEDGED if hedged else SOURCED,
            "words of caution" if hedged else "named sources or figures",
        ),
        "relevance": (2 + shared // 2, None, "words the company uses of itself"),
        "timeliness": (
            4 + len({w.lower() for w in URGENT.findall(text)}),
            URGENT,
            "words of urgency",
        ),
    }
    known = known_score(request, f"{story.get('headline', '')} {text}")
    return {
        name: {
            "score": max(1, min(10, score if known is None else round(known))),
            "reason": f"By rule: the passages hold {what}, or lack them.",
            "passages": _where(passages, pattern),
        }
        for name, (score, pattern, what) in scores.items()
    }


def _where(passages: list[dict[str, Any]], pattern: re.Pattern[str] | None) -> list[str]:
    found = [one["id"] for one in passages if pattern and pattern.search(one["text"])]
    return (found or [passages[0]["id"]])[:3]


@offline_rule("news_analysis")
def write(request: OfflineRequest) -> dict[str, Any]:
    """Compose an item of the report from what the passages say."""
    story = request.data.get("story") or {}
    return {"sentences": compose(story, read_lines(request.data.get("passages")), 0)}


@offline_rule("news_analysis_again")
def write_again(request: OfflineRequest) -> dict[str, Any]:
    """Compose it from other parts of the passages, as what was written broke a rule."""
    story = request.data.get("story") or {}
    return {"sentences": compose(story, read_lines(request.data.get("passages")), 1)}


@offline_rule("news_entity_types")
def entity_type(request: OfflineRequest) -> dict[str, Any]:
    """Tell a name by its ending and by the words around it."""
    row = request.data.get("name") or {}
    name, sentence = str(row.get("name", "")), str(row.get("sentence", ""))
    rules = (
        ("organisation", r"\b(Inc|Corp|Ltd|GmbH|Labs?|University|Institute|Commission|Court|Agency"
         r"|Ministry|Bank|Group|Systems|Technologies|Dynamics|Research|AI|Robotics|Foundation)\b$"),
        ("law", r"\b(Act|Directive|Regulation|Bill)\b"),
        ("event", r"\b(Summit|Conference|Forum|Week)\b"),
        ("product", r"\d|[a-z][A-Z]"),
    )  # fmt: skip
    for kind, pattern in rules:
        if re.search(pattern, name):
            return {"type": kind}
    if re.search(rf"{re.escape(name)} (?:said|says|told|wrote|argued|warned)", sentence):
        return {"type": "person" if len(name.split()) == 2 else "organisation"}
    if re.search(rf"\b(?:in|near|from) {re.escape(name)}\b", sentence) and " " not in name:
        return {"type": "place"}
    return {"type": "other"}


@offline_rule("news_background")
def background(request: OfflineRequest) -> dict[str, Any]:
    """Say who or what an entity is with the words that stand beside its name in the evidence."""
    entity = request.data.get("entity") or {}
    line = line_about(str(entity.get("name", "")), read_lines(request.data.get("evidence")))
    return {"is_known": bool(line), "line": line}
