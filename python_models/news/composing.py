"""Texts composed from sentences of passages: what the offline endpoint writes.

Sentences stand as their article has them, or are opened in the middle for the words of who says
so, so that nothing is added and no run of words is as long as a copy. Which are taken goes by what
they say: figures, names, words of the headline; what was said already is not said again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from python_models.news.checks.analysis import LEAST, MOST
from python_models.news.checks.copies import LONGEST, copied_runs, words_of
from python_models.news.checks.evidence import split_sentences
from python_models.news.checks.words import words

SHORTEST = 4  # words of a sentence
_QUOTE = re.compile(r"[\"“„«][^\"“”„«»]*[\"”“»]")
_MARKS = re.compile(r"[\"“”„«»]")
_UNFIT = re.compile(
    r"[<>{}|\[\]]|https?:|\b(?:ignore|scores?|instructions?|click|subscribe|newsletter)\b"
    r"|\b(?:we|our|us|i|i'm|my|you|your)\b",
    re.IGNORECASE,
)
# a sentence that begins so needs the one before it
_LEANING = words(
    """
    it its they their them he his she her this that these those such and but or so yet nor still
    however also instead meanwhile moreover both neither there here then thus hence others one two
    another for because although while whereas if when since
    """
)
_SAID = re.compile(r"\b(?:said|says|told|added|adds|wrote|writes|explained|argued|warned)\b")
_FIGURE = re.compile(r"\d[\d.,]*")
_NAME = re.compile(r"(?<=\w )[A-Z][\w-]+")
_WORD = re.compile(r"[^\W\d_]{4,}")
# where a sentence may be opened, the best places first
_OPENINGS = (
    words("and but while which after because as when who where although since until"),
    words("with by from in on at for under between through against during over into"),
)
_CAUTION = re.compile(
    r"\b(rumou?rs?|rumou?red|unconfirmed|alleged(?:ly)?|reportedly|leaked|not (?:been )?confirmed"
    r"|could not be verified|anonymous sources|people familiar with the matter|speculation)\b",
    re.IGNORECASE,
)
_CAUTIONS = "{host} itself treats this as {word}, so it should be read with care."
_FIRST = ("{host} reports", "{host} writes", "according to {host}", "{host} says")
_AGAIN = ("it adds", "the article says", "it goes on", "as told there", "by that account")
_TOLD = "The same is told by {hosts}."
_CLOSINGS = (
    "More of the context stands in the article itself, which is cited here.",
    "The figures and names are those of the article.",
    "The article has more on this.",
)


@dataclass(frozen=True)
class Fact:
    """A sentence that may stand by itself, and what it is worth."""

    text: str  # with its full stop
    passage_id: str
    host: str
    place: int  # among all sentences, the lead's first
    is_lead: bool
    is_quote: bool
    weight: float
    figures: frozenset[str]
    content: frozenset[str]

    def repeats(self, other: Fact) -> bool:
        """Say whether another sentence says the same."""
        shared = len(self.content & other.content)
        is_like = shared >= 0.6 * max(1, min(len(self.content), len(other.content)))
        return is_like or bool(self.figures) and self.figures <= other.figures


def compose(
    story: Mapping[str, Any], passages: Sequence[Mapping[str, Any]], variant: int
) -> list[dict[str, Any]]:
    """Return sentences, each with the passages it rests on; joined they have 500-600 characters.

    Args:
        story: headline and source.
        passages: {id, host, text}, the lead's first.
        variant: how often a text did not do before: the best sentences come last then.
    """
    if not passages:
        return [{"text": "There is nothing to report.", "passages": ["none"]}]
    facts = facts_of(passages, str(story.get("headline") or ""))
    facts = facts[:1] + facts[1 + 2 * variant :] + facts[1 : 1 + 2 * variant]
    writing = Writing(passages)
    writing.caution()
    taken: list[Fact] = []
    for least_weight in (1.0, 0.0):  # what says nothing only where the rest is too little
        for fact in facts:
            if writing.size >= LEAST or any(fact.repeats(one) for one in taken):
                continue
            if fact.weight >= least_weight and writing.fits([*taken, fact]):
                taken.append(fact)
                writing.write(taken)
    writing.fill()
    return writing.sentences


class Writing:
    """A text while it grows."""

    def __init__(self, passages: Sequence[Mapping[str, Any]]) -> None:
        self._passages = passages
        self._evidence = "\n".join(one["text"] for one in passages)
        self._before: list[dict[str, Any]] = []
        self.sentences: list[dict[str, Any]] = []

    @property
    def size(self) -> int:
        return _size(self.sentences)

    def caution(self) -> None:
        """Say first what an article itself says with caution."""
        for one in self._passages:
            if match := _CAUTION.search(one["text"]):
                text = _CAUTIONS.format(host=_host(one), word=match[0].lower())
                self._before = [{"text": text[0].upper() + text[1:], "passages": [one["id"]]}]
                break
        self.sentences = list(self._before)

    def fits(self, facts: Sequence[Fact]) -> bool:
        """Say whether a text of these facts is short enough, and copies no run of words."""
        sentences = self._told(facts)
        text = " ".join(one["text"] for one in sentences)
        return _size(sentences) <= MOST and not copied_runs(text, self._evidence)

    def write(self, facts: Sequence[Fact]) -> None:
        """Take these facts for the text."""
        self.sentences = self._told(facts)

    def _told(self, facts: Sequence[Fact]) -> list[dict[str, Any]]:
        """Return the sentences of facts: the lead's as they come, its quotation, then others'."""
        first, *rest = facts
        rest.sort(key=lambda one: (not one.is_lead, one.is_quote and one.is_lead, one.place))
        found = list(self._before)
        host, again, names = "", iter(_AGAIN * 4), iter(_FIRST * 4)
        place = -2
        for fact in (first, *rest):
            who = next(names).format(host=fact.host) if fact.host != host else ""
            is_next = fact.place == place + 1  # together they would be a longer run
            found.append({"text": _said(fact, who, is_next, again), "passages": [fact.passage_id]})
            host, place = fact.host, fact.place
        return found

    def fill(self) -> None:
        """Add who else tells it and what is left to say, until the text is long enough."""
        told = {one["id"]: one for one in self._passages}
        lead = self._passages[0]
        named = {_host(told[name]) for one in self.sentences for name in one["passages"]}
        hosts: dict[str, str] = {}
        for name, one in told.items():
            if _host(one) not in named:
                hosts.setdefault(_host(one), name)
        if self.size < LEAST and hosts:
            chosen = list(hosts.items())[:4]
            names = [host for host, _ in chosen]
            said = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
            self._add(_TOLD.format(hosts=said), [name for _, name in chosen])
        for closing in _CLOSINGS:
            if self.size < LEAST:
                self._add(closing, [lead["id"]])

    def _add(self, text: str, passage_ids: list[str]) -> None:
        new = {"text": text, "passages": passage_ids}
        if _size([*self.sentences, new]) <= MOST:
            self.sentences.append(new)


def facts_of(passages: Sequence[Mapping[str, Any]], headline: str) -> list[Fact]:
    """Return the sentences that may stand by themselves: the one that opens, then by weight."""
    wanted = {word.lower() for word in _WORD.findall(headline)}
    lead = passages[0]["id"].split(":")[0]
    found, place = [], 0
    for passage in passages:
        for sentence in split_sentences(passage["text"]):
            place += 1
            fact = _fact(sentence, passage, place, passage["id"].split(":")[0] == lead, wanted)
            found += [fact] if fact else []
    found.sort(key=lambda one: (-one.weight, one.place))
    opening = max(
        (one for one in found if one.is_lead and not one.is_quote),
        key=lambda one: (one.weight + (3 if one.place <= 2 else 0), -one.place),
        default=None,
    )
    return [*([opening] if opening else []), *(one for one in found if one is not opening)]


def _fact(
    sentence: str, passage: Mapping[str, Any], place: int, is_lead: bool, wanted: set[str]
) -> Fact | None:
    plain = _QUOTE.sub(" ", sentence)
    is_quote = plain != sentence
    said = words_of(plain)
    if not sentence.endswith((".", "”", '"')) or _UNFIT.search(plain) or _MARKS.search(plain):
        return None
    if not said or said[0] in _LEANING or not sentence[0].isupper() and sentence[0] not in '"“„«':
        return None
    if is_quote and not (_SAID.search(plain) and _NAME.search(f"x {plain}")):
        return None
    if not is_quote and len(said) < SHORTEST or _CAUTION.search(sentence):
        return None
    if len(said) > LONGEST and (is_quote or _opened(sentence) is None):
        return None
    figures = frozenset(_FIGURE.findall(plain))
    content = frozenset(word.lower() for word in _WORD.findall(plain))
    weight = (
        1.5 * min(2, len(figures))
        + 0.7 * min(2, len(_NAME.findall(plain)))
        + 0.8 * min(3, len(content & wanted))
        + (1.0 if is_quote else 0.0)
        - (0.0 if is_lead else 0.8)
    )
    if not figures and not is_quote and not (place <= 2 and content & wanted):
        weight = min(weight, 0.9)
    return Fact(
        sentence, passage["id"], _host(passage), place, is_lead, is_quote, weight, figures, content
    )


def _said(fact: Fact, who: str, is_next: bool, again: Iterator[str]) -> str:
    """Return a fact as the text has it: with who says it where that is new or a run is too long."""
    if fact.is_quote:
        return fact.text
    is_long = len(words_of(fact.text)) > LONGEST
    if not (who or is_next or is_long):
        return fact.text
    who = who or next(again)
    opened = _opened(fact.text) if is_long else None
    if opened:
        left, right = opened
        return f"{left}, {who}, {right}"
    return f"{fact.text.rstrip('.')}, {who}."


def _opened(sentence: str) -> tuple[str, str] | None:
    """Return a long sentence in two, each no copy by itself; None: it has no place for it."""
    parts = sentence.split()
    starts_with_place = parts[0].lower() in _OPENINGS[1]
    for number, openings in enumerate((*_OPENINGS, frozenset[str]())):  # at last, at any comma
        for at in range(3 if starts_with_place else 5, len(parts) - 2):
            before, after = parts[at - 1], parts[at]
            is_comma = before.endswith(",") and (number == 2 or number == 0 and starts_with_place)
            left, right = " ".join(parts[:at]).rstrip(","), " ".join(parts[at:])
            is_name = after == "and" and before[:1].isupper()
            is_place = (after in openings and not is_name) or is_comma
            if is_place and max(len(words_of(left)), len(words_of(right))) <= LONGEST:
                return left, right
    return None


def _host(passage: Mapping[str, Any]) -> str:
    return str(passage.get("host") or "the source")


def _size(sentences: Sequence[Mapping[str, Any]]) -> int:
    return sum(len(one["text"]) for one in sentences) + max(0, len(sentences) - 1)


_BAD_ENDS = words(
    """
    a an the of to in on for with by at from and or but that which who whose as than its his
    her their this these is are was were be been has have had will would can could may might
    not very more most about over under into said says
    """
)  # fmt: skip


def line_about(name: str, evidence: Sequence[Mapping[str, Any]]) -> str:
    """Return one line on an entity from the words beside its name; empty: they do not say."""
    for one in evidence:
        text = str(one.get("text", ""))
        match = re.search(
            rf"{re.escape(name)}(?:,| is| was| are) ((?:a|an|the|its)\b"
            r"(?:[^,.;:()\"“”]|(?<=\d)[.,](?=\d)){3,90})",
            text,
        )
        if match:
            found = match[1].split()[:LONGEST]
            while found and found[-1].lower() in _BAD_ENDS:
                found.pop()
            # "of X, a court ruled" says nothing of X
            if len(found) >= 2 and not re.search(r"(?:ed|said|says|found)$", found[-1]):
                return f"{found[0].capitalize()} {' '.join(found[1:])}."
    return ""
