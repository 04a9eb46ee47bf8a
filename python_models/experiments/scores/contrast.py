"""A number of another text, of one that isn't, or a mean, before the judged text's own score.

`With a better ending it would be a 9; as it stands, it gets a 6`: the last clause, where it says
that it is about the text as it is, gives the score, and the one before is no rival of it.
"""

from __future__ import annotations

import re

from python_models.experiments.scores.closed import AROUND, POINTING, pattern, unknown
from python_models.experiments.scores.line import read_line
from python_models.experiments.scores.line_patterns import SAID_CJK, UNIT
from python_models.experiments.scores.numbers import skeleton

_KINDS = {name: pattern(text) for name, text in AROUND["gives_another"].items()}
_AS_IT_STANDS, _THIS_ONE, _IN_THE_END, _MINE, _OPPOSES = (
    pattern(AROUND[name]).pattern
    for name in ("as_it_stands", "this_one", "in_the_end", "mine", "opposes_it")
)
_LATIN_END = r"(?![^\W\d_\u3040-\ud7a3])"
_OWN = (
    rf"(?:(?P<now>{_AS_IT_STANDS}){_LATIN_END}|(?P<this>{_THIS_ONE}){_LATIN_END}|"
    rf"(?=(?P<end>{_IN_THE_END}))|(?P<mine>(?={_MINE})))\s*[,:]?\s*"
)
_BOUND = re.compile(rf"(?:(?:[,;.、。；]|\s[–—-])\s*|\s)(?P<but>(?:{_OPPOSES})\s*)?{_OWN}", re.I)
_BEGINS = re.compile(rf"(?P<but>(?:{_OPPOSES})\s*)?{_OWN}", re.I)
_PIECE = re.compile(r"[^.;。；]*(?:\.(?=\d)[^.;。；]*)*[.;。；]?")
_TELLS = re.compile(
    r"\b(?:says|said|claims?|thinks?|thought|believes?|argues?|insists?|hopes?|wants?|asks?|quotes?|"
    r"sagt|meint|schreibt|behauptet|glaubt|findet|fordert|dit|pense|affirme|prétend|veut|dice|cree|"
    r"afirma|pide|quiere|pensa|sostiene|afferma|chiede|diz|acha|pede|quer)\b|と(?:言|主張|述べ)|"
    r"라고|作者(?:说|认为|称)|[\"?]",
    re.I,
)
_I_WOULD = re.compile(r"\bi(?: would|['’]d)\b", re.I)
_END = re.compile(r"[\s.!。]*")


def score_of_its_own(line: str) -> str | None:
    """Return the last clause of a line whose other numbers aren't the text's; null if none is."""
    for bound in reversed([*_BOUND.finditer(line)]):
        kind = _kind_of(line[: bound.start()])
        if kind and _may_follow(kind, bound) and (own := _verdict(line[bound.end() :])):
            return own
    return None


def without_another_above(lines: list[str]) -> list[str]:
    """Return the lines without one that gives another's number right above the text's own."""
    begins = _BEGINS.match(lines[-1]) if len(lines) > 1 else None
    kind = _kind_of(lines[-2]) if begins else None
    if begins is None or kind is None or not _may_follow(kind, begins):
        return lines
    own = _verdict(lines[-1][begins.end() :])
    return [*lines[:-2], own] if own else lines


def _kind_of(lead: str) -> str | None:
    """Return whose numbers a lead gives; null where it gives none, or some may be the text's."""
    if POINTING.search(lead) or _TELLS.search(lead):
        return None
    found: set[str | None] = set()
    for piece in _PIECE.findall(lead):
        if skeleton(piece).numbers():
            kinds = (name for name, one in _KINDS.items() if one.search(piece))
            found.add(next(kinds, None))
    return found.pop() if len(found) == 1 else None


def _may_follow(kind: str, bound: re.Match[str]) -> bool:
    """Say whether a clause so begun is about the judged text: `it` may be the other one."""
    if bound["now"] or (kind == "another" and bound["this"]):
        return True
    is_own = bound["end"] is not None or (bound["mine"] is not None and bound["but"] is not None)
    return kind != "another" and is_own


def _verdict(clause: str) -> str | None:
    """Return a clause that gives one number, as one that is read; null if it gives more."""
    if _TELLS.search(clause) or _KINDS["unreal"].search(_I_WOULD.sub(" ", clause)):
        return None
    reading = read_line(clause)
    tiers = [one.tier for one in reading.candidates]
    if len(tiers) == 1 and not reading.unexplained and tiers[0] != "criterion":
        return clause
    bare = reading.skeleton
    if len(bare.quantities) != 1 or len(bare.numbers()) != 1:
        return None
    place = bare.numbers()[0]
    rest = bare.text[place + 1 :]
    said = SAID_CJK.match(rest) or UNIT.match(rest)
    is_all = _END.fullmatch(rest[said.end() :] if said else rest)
    is_known = unknown(bare.text[:place]) is None
    return f"Score: {bare.at(place).text}" if is_all and is_known else None
