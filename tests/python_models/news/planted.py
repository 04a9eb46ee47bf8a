"""Faults planted into faithful texts, and harmless changes that must not be taken for faults."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from python_models.news.checks.evidence import Evidence, Sentence
from python_models.news.checks.names import Known, names_of
from python_models.news.checks.numbers import numbers_of, unsaid_numbers

Text = list[Sentence]
SCALES = (("billion", "million"), ("million", "billion"), ("bn", "mn"), ("00,000", "0,000"))
Change = Callable[[random.Random, Text, Evidence, Known], Text | None]
STRANGERS = (
    "Marlow Dynamics", "Ines Caldwell", "Brockhaus", "Veridian Labs", "Tokyo", "Hendrik Stroom",
    "Quantara", "Bluefin", "Aurelia", "Stellan Institute", "Peru", "GPT-7", "Corvex",
    "Naledi Mbeki",
)  # fmt: skip
_QUOTE = re.compile(r"“([^”]+)”")


def number_fault(rng: random.Random, text: Text, evidence: Evidence, known: Known) -> Text | None:
    """Change a figure's digits, scale or unit into what no article says."""
    at = rng.randrange(len(text))
    sentence = text[at]
    numbers = numbers_of(sentence.text)
    if not numbers:
        return None
    one = rng.choice(numbers)
    said = sentence.text[one.start : one.end]
    new = rng.choice((_other_digits, _other_scale, _other_unit, _word))(rng, said)
    if new is None or new == said:
        return None
    changed = sentence.text[: one.start] + new + sentence.text[one.end :]
    return _with(text, at, changed)


def _other_digits(rng: random.Random, said: str) -> str | None:
    digits = [match.start() for match in re.finditer(r"\d", said)]
    if not digits:
        return None
    place = digits[0]
    others = [digit for digit in "123456789" if digit != said[place]]
    return said[:place] + rng.choice(others) + said[place + 1 :]


def _other_scale(rng: random.Random, said: str) -> str | None:
    del rng
    for old, new in (
        ("billion", "million"),
        ("million", "billion"),
        ("bn", "mn"),
        ("00,000", "0,000"),
    ):
        if old in said:
            return said.replace(old, new)
    return None


def _other_unit(rng: random.Random, said: str) -> str | None:
    del rng
    for old, new in (("$", "€"), ("€", "$"), ("dollars", "euros"), ("euros", "dollars")):
        if old in said:
            return said.replace(old, new)
    return None


def _word(rng: random.Random, said: str) -> str | None:
    words = ["fourteen", "seventeen", "eight", "forty"]
    spelt = re.fullmatch(r"\s?[a-z]+\s?", said)
    return re.sub(r"[a-z]+", rng.choice(words), said) if spelt else None


def name_fault(rng: random.Random, text: Text, evidence: Evidence, known: Known) -> Text | None:
    """Put a stranger's name, or half of it, where the article's name stood."""
    at = rng.randrange(len(text))
    names = names_of(text[at].text, known)
    if not names:
        return None
    name = rng.choice(names)
    new = rng.choice(STRANGERS)
    if len(name.words) > 1 and rng.random() < 0.3:
        new = " ".join([*name.words[:-1], rng.choice(("Brandt", "Osei", "Kline", "Works"))])
    changed = text[at].text.replace(name.text, new, 1)
    return _with(text, at, changed) if changed != text[at].text else None


def quote_fault(rng: random.Random, text: Text, evidence: Evidence, known: Known) -> Text | None:
    """Change a word of a quotation, or who said it, or leave out who did."""
    places = [at for at, one in enumerate(text) if _QUOTE.search(one.text)]
    at = rng.choice(places)
    sentence = text[at].text
    match = _QUOTE.search(sentence)
    assert match
    words = match[1].split()
    kind = rng.random()
    if kind < 0.6:
        place = rng.randrange(len(words))
        words[place] = rng.choice(("perhaps", "always", "clearly", "rarely", "gladly"))
        return _with(text, at, sentence.replace(match[1], " ".join(words)))
    if kind < 0.8:
        del words[rng.randrange(1, len(words) - 1)]
        return _with(text, at, sentence.replace(match[1], " ".join(words)))
    outside = _QUOTE.sub("", sentence)
    names = names_of(outside, known)
    people = [one for one in names if any(part in evidence.text for part in one.words)]
    if not people:
        return None
    return _with(text, at, sentence.replace(people[0].text, rng.choice(STRANGERS[:2]), 1))


def copied_fault(rng: random.Random, text: Text, evidence: Evidence, known: Known) -> Text | None:
    """Copy twelve words or more from a passage, without quotation marks."""
    name, passage = rng.choice(sorted(evidence.passages.items()))
    plain = re.sub(r"[“”\"]", "", passage).split()
    size = rng.randrange(12, 18)
    if len(plain) <= size:
        return None
    start = rng.randrange(len(plain) - size)
    run = " ".join(plain[start : start + size]).rstrip(".,;:")
    return [*text, Sentence(f"In short, {run}.", (name,))]


def _with(text: Sequence[Sentence], at: int, changed: str) -> Text:
    return [*text[:at], replace(text[at], text=changed), *text[at + 1 :]]


def is_unsaid_number(text: Text, evidence: Evidence) -> bool:
    """Say whether a planted figure really is none of the articles' (a change may hit another)."""
    return any(unsaid_numbers(one.text, evidence.text) for one in text)


def faithful(rng: random.Random, text: Text) -> Text:
    """Return a text said otherwise: figures in other forms, sentences in other order."""
    changed = [replace(one, text=_reformed(rng, one.text)) for one in text]
    if rng.random() < 0.3:
        at = rng.randrange(len(changed))
        quotes = any(_QUOTE.search(one.text) for one in changed[max(0, at - 1) : at + 2])
        if not quotes and len(changed) > 3:
            del changed[at]
    return changed


FORMS = (
    (r"(\d+(?:\.\d+)?)%", r"\1 percent"), (r"(\d+(?:\.\d+)?) per ?cent\b", r"\1 %"),
    (r"\$(\d[\d.,]*\d|\d)( ?(?:million|billion|bn|m))", r"\1\2 dollars"),
    (r" billion\b", " bn"), (r" million\b", " mn"),
    (r"\bseven\b", "7"), (r"\b22\b", "twenty-two"), (r"\b6 weeks", "six weeks"),
    (r"\b11\b", "eleven"),
    (r"\babout\b", "around"), (r"’s\b", "'s"), (r"\b1,200 million", "1.2 billion"),
    (r"\b41 million", "41,000,000"), (r"\b64 GPUs", "sixty-four GPUs"),
    (r"\b78\b", "seventy-eight"),
)  # fmt: skip


def _reformed(rng: random.Random, text: str) -> str:
    parts = re.split(r"(“[^”]*”)", text)
    for pattern, new in rng.sample(FORMS, rng.randrange(1, 6)):
        parts = [part if part.startswith("“") else re.sub(pattern, new, part) for part in parts]
    return "".join(parts)
