"""Texts composed by templates around facts taken from passages: what the offline endpoint writes.

Each fact is a clause of at most eleven words, taken as it stands and set between words of the
template, so that nothing is added and no run of words is as long as a copy. A text is built to
the length that the report asks for by trying which facts fit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from python_models.news.checks.analysis import LEAST, MOST
from python_models.news.checks.copies import words_of
from python_models.news.checks.evidence import split_sentences
from python_models.news.checks.names import FUNCTION_WORDS
from python_models.news.checks.words import words

LONGEST = 11  # words of a clause
SHORTEST = 4
AIM = 555  # characters: amid what may be
_CLAUSE_END = re.compile(r"[,:](?!\d)|[;—–()\[\]]|\s-\s|[\"“”„«»]|\.(?=\s|$)|[!?]")
_BAD_ENDS = words(
    """
    a an the of to in on for with by at from and or but that which who whose as than its his
    her their this these is are was were be been has have had will would can could may might
    not very more most about over under into said says
    """
)  # fmt: skip
_BAD_STARTS = words(
    """
    which who whose that for and but or nor so while as than where when with to of by because
    if although though including such after before since until despite
    """
)
_CAUTION = re.compile(
    r"\b(rumou?rs?|rumou?red|unconfirmed|alleged(?:ly)?|reportedly|leaked|not (?:been )?confirmed"
    r"|could not be verified|anonymous sources|people familiar with the matter|speculation)\b",
    re.IGNORECASE,
)
# own words around a fact
_FRAMES = (
    "According to {host}, {fact}.",
    "The article says that {fact}.",
    "It adds that {fact}.",
    "Further on it says that {fact}.",
    "Another point it makes is that {fact}.",
    "It also has it that {fact}.",
    "One more detail given there is that {fact}.",
    "Towards its end it says that {fact}.",
)
_CLOSINGS = (
    "Nothing beyond what the article says was added here.",
    "The figures and names are those of the article.",
    "More of the context stands in the article itself.",
    "What follows from this for us is left to the reader.",
    "The article has more.",
)
_CAUTIONS = "The article itself treats this as {word}, so it should be read with care."


def compose(
    story: Mapping[str, Any], passages: Sequence[Mapping[str, Any]], variant: int
) -> list[dict[str, Any]]:
    """Return sentences, each with the passages it rests on; joined they have 500-600 characters.

    Args:
        story: headline and source.
        passages: {id, host, text}, the lead's first.
        variant: from which fact on to begin, when a first text did not do.
    """
    if not passages:
        return [{"text": "There is nothing to report.", "passages": ["none"]}]
    lead = passages[0]["id"].split(":")[0]
    facts = facts_of([one for one in passages if one["id"].split(":")[0] == lead])
    facts = facts[variant * 3 :] + facts[: variant * 3]
    first = passages[0]
    host = str(first.get("host") or "the source")
    sentences: list[dict[str, Any]] = []
    caution = next(
        ((m[0], one["id"]) for one in passages if (m := _CAUTION.search(one["text"]))), None
    )
    if caution:
        sentences.append(
            {"text": _CAUTIONS.format(word=caution[0].lower()), "passages": [caution[1]]}
        )
    frames = iter(_FRAMES)
    frame = next(frames, None)
    for fact, passage_id in facts:
        if _size(sentences) >= LEAST or frame is None:
            break
        new = {"text": frame.format(host=host, fact=fact), "passages": [passage_id]}
        if _size([*sentences, new]) <= MOST:
            sentences.append(new)
            frame = next(frames, None)
    return _filled(sentences, first["id"])


def _filled(sentences: list[dict[str, Any]], passage_id: str) -> list[dict[str, Any]]:
    """Add closing sentences until the text is long enough, those that end nearest the aim first."""
    closings = list(_CLOSINGS)
    while _size(sentences) < LEAST and closings:
        fitting = [one for one in closings if _size(sentences) + 1 + len(one) <= MOST]
        if not fitting:
            break
        best = min(fitting, key=lambda one: abs(AIM - _size(sentences) - 1 - len(one)))
        closings.remove(best)
        sentences.append({"text": best, "passages": [passage_id]})
    return sentences


def _size(sentences: Sequence[Mapping[str, Any]]) -> int:
    return sum(len(one["text"]) for one in sentences) + len(sentences) - 1


def facts_of(passages: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return (clause, passage id), one of each sentence: whole ones first, else as they come."""
    found: list[tuple[bool, str, str]] = []
    for passage in passages:
        for sentence in split_sentences(passage["text"]):
            clause = clause_of(sentence)
            if clause and all(clause.lower() != other.lower() for _, other, _ in found):
                is_whole = len(clause) >= len(sentence.rstrip(" .!?"))
                found.append((not is_whole, clause, passage["id"]))
    return [(clause, name) for _, clause, name in sorted(found, key=lambda one: one[0])]


def clause_of(sentence: str) -> str | None:
    """Return the longest clause of a sentence that may stand by itself; None: there is none."""
    if re.search(r"[\"“”„«»<>{}]|https?:|\b(?:ignore|score|instruction)", sentence, re.IGNORECASE):
        return None
    best: list[str] = []
    for part in _CLAUSE_END.split(sentence):
        words = part.split()
        is_cut = len(words_of(part)) > LONGEST
        while words and (_is_open(words[-1]) or len(words_of(" ".join(words))) > LONGEST):
            words.pop()
        if not words or words[0].lower() in _BAD_STARTS or _CAUTION.search(part):
            continue
        if len(words) >= SHORTEST and (len(words) > len(best)) and not is_cut:
            best = words
    if not best:
        return None
    first = best[0]
    is_plain = first[1:].islower() and first.lower() in FUNCTION_WORDS
    starts = first.lower() if is_plain else first
    return " ".join([starts, *best[1:]]).rstrip(" .")


def _is_open(word: str) -> bool:
    """Say whether a clause cannot end with a word: more would follow."""
    return word.lower().strip(".") in _BAD_ENDS or word[-1].isdigit() or word[0] in "$€£"


def line_about(name: str, evidence: Sequence[Mapping[str, Any]]) -> str:
    """Return one line on an entity from the words beside its name; empty: they do not say."""
    for one in evidence:
        text = str(one.get("text", ""))
        match = re.search(
            rf"{re.escape(name)}(?:,| is| was| are) ((?:a|an|the|its)\b[^,.;:()\"“”]{{3,90}})", text
        )
        if match:
            words = match[1].split()[:LONGEST]
            while words and words[-1].lower() in _BAD_ENDS:
                words.pop()
            # "of X, a court ruled" says nothing of X
            if len(words) >= 2 and not re.search(r"(?:ed|said|says|found)$", words[-1]):
                return f"{name}: {' '.join(words)}, by earlier coverage."
    return ""
