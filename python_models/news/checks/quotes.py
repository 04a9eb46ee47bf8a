"""Quotations: verbatim in the evidence, with the one who said it named beside."""

from __future__ import annotations

import re
from collections.abc import Sequence

from python_models.news.checks.evidence import Fault, Sentence, folded, split_sentences
from python_models.news.checks.names import Known, Name, names_of, squeezed

QUOTE = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]")
LEAST_WORDS = 4  # shorter ones are words in use, which need no speaker
_MARKS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-"})
_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:\.\.\.|…)\s*\]|\.\.\.|…)\s*")
_VERB = (
    r"(?:said|says|saying|told|tells|wrote|writes|added|adds|explained|explains|noted|notes|argued"
    r"|argues|warned|warns|stated|states|announced|posted|commented|called|calls|described"
    r"|describes|claimed|claims|sagte|sagt|erklärte|schrieb|teilte|according to|laut)"
)
_BEFORE = re.compile(rf"(?P<who>[^.!?;\"“”]{{1,90}}?)\s*\b{_VERB}\b", re.IGNORECASE)
_AFTER = re.compile(rf"\b{_VERB}\b\s*(?P<who>[^.!?;\"“”]{{1,90}})", re.IGNORECASE)


def plain(text: str) -> str:
    """Return a text with one style of quotation marks and dashes, in lower case."""
    return folded(text).translate(_MARKS).casefold()


def parts_of(quote: str) -> list[str]:
    """Return the parts of a quotation between its omissions, without marks at their ends."""
    return [part.strip(" .,;:!?-'\"") for part in _ELLIPSIS.split(plain(quote)) if part.strip()]


def quote_faults(
    sentences: Sequence[Sentence], evidence: Sequence[str], titles: Sequence[str], known: Known
) -> list[Fault]:
    """Return what is wrong with the quotations of an analysis.

    Args:
        sentences: the analysis.
        evidence: for each sentence, all that its cited articles say.
        titles: of the cited articles; to quote one needs no speaker.
        known: names and their aliases.
    """
    faults = []
    squeezed_titles = [plain(title) for title in titles]
    for at, sentence in enumerate(sentences):
        for match in QUOTE.finditer(sentence.text):
            quote, number = match[1], at + 1
            said = plain(evidence[at])
            parts = parts_of(quote)
            if not parts or not all(_stands_in(part, said) for part in parts):
                faults.append(
                    Fault("quote", f"not verbatim in the cited articles: “{quote}”", number)
                )
            elif len(quote.split()) >= LEAST_WORDS and not any(
                parts[0] in title for title in squeezed_titles
            ):
                problem = _speaker_problem(sentences, at, match, evidence[at], known)
                if problem:
                    faults.append(Fault("quote", problem, number))
        if len(re.findall(r"[\"“”„«»]", sentence.text)) % 2:
            faults.append(Fault("quote", "a quotation mark has no other", at + 1))
    return faults


def _stands_in(part: str, said: str) -> bool:
    """Say whether a part stands in a text, whole words of it."""
    return bool(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", said))


def _speaker_problem(
    sentences: Sequence[Sentence], at: int, match: re.Match[str], evidence: str, known: Known
) -> str | None:
    """Return why nobody, or somebody else, is said to have said a quotation."""
    around = [sentences[i].text for i in (at, at - 1, at + 1) if 0 <= i < len(sentences)]
    named = _speakers(sentences[at].text, match.start(), match.end(), known)
    if not named:
        named = [name for text in around for name in names_of(text, known)]
    if not named:
        return f"nobody is named who said “{match[1]}”"
    there = _sayers(evidence, parts_of(match[1])[0], known)
    if not there or any(_is_same(name, other, known) for name in named for other in there):
        return None
    who = " / ".join(name.text for name in named[:3])
    return f"“{match[1]}” was not said by {who} in the cited articles"


def _speakers(text: str, start: int, end: int, known: Known) -> list[Name]:
    """Return the names that a verb of saying ties to the quotation at [start, end)."""
    before, after = text[:start], text[end:]
    said = [match["who"] for match in _BEFORE.finditer(before)][-1:]
    said += [match["who"] for match in _AFTER.finditer(before)][-1:]
    said += [match["who"] for match in list(_AFTER.finditer(after))[:1]]
    said += [match["who"] for match in list(_BEFORE.finditer(after))[:1]]
    return [name for part in said for name in names_of(f"x {part}", known)]


def _sayers(evidence: str, part: str, known: Known) -> list[Name]:
    """Return who may have said a part of the evidence: by a verb beside it, else named near it."""
    parts = split_sentences(evidence)
    places = [i for i, one in enumerate(parts) if _head(part) in plain(one)]
    found: list[Name] = []
    for place in places:
        sentence = parts[place]
        spot = plain(sentence).find(_head(part))
        named = _speakers(sentence, spot, spot + len(part), known)
        if not named:
            near = [parts[i] for i in range(place - 2, place + 3) if 0 <= i < len(parts)]
            named = [name for one in near for name in names_of(one, known)]
        found += named
    return found


def _head(part: str) -> str:
    return " ".join(part.split()[:6])


def _is_same(one: Name, other: Name, known: Known) -> bool:
    """Say whether two names may be of one speaker: one holds the other, or an alias of it."""
    left, right = squeezed(one.text), squeezed(other.text)
    last_left, last_right = squeezed(one.words[-1]), squeezed(other.words[-1])
    if left == right or last_left == last_right or left in known.others(right):
        return True
    words = {squeezed(word) for word in one.words} & {squeezed(word) for word in other.words}
    return any(len(word) > 2 for word in words)
