"""What the offline endpoint says for experiments: templated drafts, essays and scores, no model.

Everything is a rule over the prompt's own data: sentences are quoted from the concepts, scores
are counted from the text. A digest of prompt, model and replicate chooses among phrasings, so
that models, templates and repetitions differ and the same question always has the same answer.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from python_models.llm.offline.request import OfflineRequest, offline_rule
from python_models.llm.offline.rules import SENTENCE_END

ASKED_TAG = re.compile(r"between <([A-Za-z][\w-]*)>")
SCALE = re.compile(r"from (-?\d+(?:\.\d+)?)(?: \([^)]*\))? to (-?\d+(?:\.\d+)?)")
WORD = re.compile(r"[^\W\d_]+")
LINKS = (
    "Both keep what carries something and let the rest go.",
    "In both, the whole is steered by what each part feels next to it.",
    "Each is a record of how it was handled, read by those who come later.",
    "What looks like freedom in one is the fixed rhythm of the other.",
    "Neither plans; both only answer, and the answers add up to a form.",
)
OPENINGS = (
    "Seen side by side, {names} stop being strangers.",
    "Nobody would look for {names} on the same shelf.",
    "Take {names} and ask what would be lost without the other.",
)
HEDGES = re.compile(r"\b(perhaps|maybe|somehow|a kind of|in a way)\b ?", re.IGNORECASE)


def pick(request: OfflineRequest, salt: str, count: int) -> int:
    """Return a number below `count` that only the question, model and replicate decide."""
    known = request.parameters
    temperature = str(known.get("temperature", ""))
    key = "\n".join(
        [request.text, str(known.get("model")), temperature, str(known.get("replicate")), salt]
    )
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") % count


@offline_rule("experiments_draft")
def draft(request: OfflineRequest) -> str:
    """Link the concepts by sentences of their own and one phrase that fits any two."""
    texts = {label: sentences(value) for label, value in request.data.items()}
    names = " and ".join(name.lower() for name in texts) or "these ideas"
    lines = [OPENINGS[pick(request, "opening", len(OPENINGS))].format(names=names)]
    for label, said in texts.items():
        if said:
            lines.append(said[pick(request, label, len(said))])
    lines.append(LINKS[pick(request, "link", len(LINKS))])
    text = "\n".join(lines)
    found = ASKED_TAG.search(request.text)
    if not found:
        return text
    thought = f"Thinking aloud: what do {names} have in common?"
    return f"{thought}\n\n<{found[1]}>\n{text}\n</{found[1]}>"


@offline_rule("experiments_essay")
def essay(request: OfflineRequest) -> str:
    """Keep the draft's sentences, lose its hedges, and close with what opened it."""
    text = str(next(iter(request.data.values()), request.text))
    said = sentences(HEDGES.sub("", text))
    if not said:
        return "There is nothing to build on."
    middle = " ".join(said[1:-1]) or said[0]
    links = [link for link in LINKS if link not in said]
    return f"{said[0]}\n\n{middle}\n\n{said[-1]} {links[pick(request, 'close', len(links))]}"


@offline_rule("experiments_evaluation")
def evaluation(request: OfflineRequest) -> str | dict[str, Any]:
    """Score by counting: variety of words, length of sentences, words that link; then say so."""
    text = " ".join(str(value) for value in request.data.values())
    low, high = bounds(request.schema) or scale(request.text)
    parts = measured(text)
    share = 0.2 + 0.5 * parts["variety"] + 0.3 * parts["brevity"]
    if "new" in request.text.lower():
        share = 0.15 + 0.6 * parts["links"] + 0.35 * parts["variety"]
    harshness = (pick(request, "", 1000) / 1000 - 0.5) * 0.1
    if "small" in str(request.parameters.get("model")):
        harshness += 0.08
    score = low + (high - low) * min(1.0, max(0.0, share - harshness))
    reasons = (
        f"{parts['words']:.0f} words, {parts['variety']:.0%} of them different; "
        f"sentences of {parts['per_sentence']:.0f} words. Counted by offline rules, not judged."
    )
    if request.schema is not None:
        return {"reason": reasons, "score": round(score, 1)}
    if "SCORE:" in request.text:
        return f"{reasons}\nSCORE: {score:.1f}"
    return f"{reasons}\n\n**Score: {score:.1f}/{high:g}**"


@offline_rule("experiments_comparison")
def comparison(request: OfflineRequest) -> dict[str, Any]:
    """Choose by counting the same as for a score; a small model leans to what it saw first."""
    shown = [one for value in request.data.values() for one in _listed(value)][-2:]
    if len(shown) < 2:
        return {"reason": "Fewer than two texts were shown.", "winner": "tie"}
    first, second = (_worth(str(text)) for text in shown)
    if "small" in str(request.parameters.get("model")):
        first += 0.02
    winner = "tie" if abs(first - second) < 0.005 else "A" if first > second else "B"
    said = f"{first:.3f} for A and {second:.3f} for B. Counted by offline rules, not judged."
    return {"reason": said, "winner": winner}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _worth(text: str) -> float:
    parts = measured(text)
    return 0.4 * parts["variety"] + 0.3 * parts["brevity"] + 0.3 * parts["links"]


def sentences(text: Any) -> list[str]:
    """Return the sentences of a text."""
    said = " ".join(str(text).split())
    return [one for one in SENTENCE_END.split(said) if one]


def bounds(schema: dict[str, Any] | None) -> tuple[float, float] | None:
    """Return the scale of a typed verdict; none where free text is asked for."""
    score = (schema or {}).get("properties", {}).get("score", {})
    return (score["minimum"], score["maximum"]) if "minimum" in score else None


def scale(text: str) -> tuple[float, float]:
    """Return the scale a prompt asks for; 0 to 10 where it says none."""
    found = SCALE.search(text)
    return (float(found[1]), float(found[2])) if found else (0.0, 10.0)


def measured(text: str) -> dict[str, float]:
    """Return what can be counted of a text, shares as 0 to 1."""
    words = [word.lower() for word in WORD.findall(text)]
    count = max(1, len(words))
    said = max(1, len(sentences(text)))
    links = sum(word in ("both", "each", "neither", "other", "without", "same") for word in words)
    return {
        "words": float(len(words)),
        "variety": len(set(words)) / count,
        "per_sentence": count / said,
        "brevity": min(1.0, 12 * said / count),
        "links": min(1.0, links / 6),
    }
