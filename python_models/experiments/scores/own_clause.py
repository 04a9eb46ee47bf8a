"""A judge's own verdict as the last clause of a sentence: `The essay begs for a 10; I give it 3`.

What somebody demands, concedes or tells in the clause before it has no part in the verdict.
"""

from __future__ import annotations

import re

from python_models.experiments.scores.closed import AROUND, POINTING, WORD, pattern
from python_models.experiments.scores.descriptions import names_but_a_part
from python_models.experiments.scores.line import read_line
from python_models.experiments.scores.prose import introduces, sets_a_condition

_OPPOSES, _MINE = (pattern(AROUND[name]).pattern for name in ("opposes", "mine"))
_WEIGHING = pattern(AROUND["weighing"])
_BOUND = re.compile(
    rf"(?P<firm>(?:;\s+|,?\s*(?:지만|는데),?\s+|[がけ]れ?ど?、\s*)(?=(?:{_MINE}))|"
    rf", (?=我(?:只|仅|却|还是|依然|仍))|[;,]\s*(?:{_OPPOSES})\s*)|,\s+(?=(?:{_MINE}))|"
    r"(?:(?<=[がで])|(?<=ため)|(?<=から)|(?<=ものの))、\s*(?=\d)|(?<=ので)\s?(?=\d)|(?<=[るいた](?:から|ため))\s?(?=\d)|지만,?\s(?=\d)",
    re.I,
)
_SAYS = re.compile(
    r"\b(?:says?|said|writes?|wrote|thinks?|claims?|sagt|meint|schreibt|dice|dit|diz)\W*$|"
    r"(?:说|写|称|道|と|라고)\W*$",
    re.I,
)


def own_clause(line: str) -> str:
    """Return the clause of a line that is its judge's verdict; the whole line where none is."""
    for bound in reversed([*_BOUND.finditer(line)]):
        lead, verdict = line[: bound.start()], line[bound.end() :]
        if _is_verdict(verdict) and _may_precede(lead, bound["firm"] is not None):
            return verdict
    return line


def _is_verdict(text: str) -> bool:
    reading = read_line(text)
    tiers = [one.tier for one in reading.candidates]
    return len(tiers) == 1 and tiers[0] in ("said", "labelled", "whole") and not reading.unexplained


def _may_precede(lead: str, is_firm: bool) -> bool:
    """Say whether a clause gives no verdict, lends none and sets no condition or scale."""
    reading = read_line(lead)
    bare = reading.skeleton
    lends = POINTING.search(lead) or _SAYS.search(lead) or sets_a_condition(bare.text)
    if lends or lead.count('"') % 2 or reading.candidates or bare.scales():
        return False
    if is_firm:
        return not any(map(names_but_a_part, WORD.findall(bare.text)[:3]))
    return introduces(bare.text) or _WEIGHING.fullmatch(bare.text) is not None
