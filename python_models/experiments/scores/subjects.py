"""Whether a number of a sentence is the score of the whole text or of a part of it."""

from __future__ import annotations

import re
from typing import Literal

from python_models.experiments.scores.lists import pattern
from python_models.experiments.scores.sentences import APART, CJK, Place
from python_models.experiments.scores.words import LABELS, WEAK_LABELS, WHOLES

Kind = Literal["whole", "rating", "part", "open", "stray", "count"]

_WHOLES = pattern("rating", "wholes")
LABEL = re.compile(
    rf"(?<![^\W_])(?:{LABELS}|{WHOLES}|{WEAK_LABELS}|fazit|bilan|mention)(?![^\W_])|(?:评价|评分|得分|分数|総合|評価|点数|スコア|점수|평가|평점|판정)",
    re.I,
)
NOUN = re.compile(
    rf"(?<![^\W_])(?:{LABELS})(?![^\W_])|(?:评价|评分|得分|分数|評価|点数|スコア|점수|평가|평점)",
    re.I,
)
_PARTS = pattern("aspects", "parts")
_SUMS_UP = pattern("withdrawals", "sums_up")
_FOR = pattern("shapes", "for")
_BEGINS = pattern("shapes", "begins")
_THEREFORE = pattern("shapes", "therefore")
_REASONS = pattern("shapes", "reasons")
_NAMES_A_PART = re.compile(
    rf"\W*(?:the|der|die|das|el|la|le|il|lo|o|a|l['’])?\s?(?:{_PARTS.pattern})\s*,", re.I
)
_PIECE = pattern("rating", "pieces_of")
_OF_PIECE = re.compile(
    rf"(?:{_PIECE.pattern})(?:['’]s|的|の|의)\s?(?:\w+\s)?(?:{_PARTS.pattern})|(?:{_PARTS.pattern})\s(?:of|des|der|del|de|du|dell['’]|della|do|da|vom|von)\s?(?:\w+\s)?(?:{_PIECE.pattern})",
    re.I,
)
_TARGET = re.compile(
    rf"(?:\b(?:for|für|por|pour|per|para|in|on|en|em|beim?|à|al)\s(?:the\s|den\s|die\s|das\s|el\s|la\s|le\s|il\s|o\s|a\s|l['’])?|^\W*(?:the\s|der\s|die\s|das\s|el\s|la\s|le\s|il\s|lo\s|o\s|a\s|l['’])?)(?:{_PARTS.pattern})",
    re.I,
)
# what a text has or lacks is said of the whole: `with credible characters`
_HAS_OR_LACKS = re.compile(
    rf"\b(?:with|without|mit|ohne|con|sin|avec|sans|senza|com|sem)\s(?:[^\W\d_]+\s){{0,2}}"
    rf"(?:{_PARTS.pattern})|(?:没有|缺乏|缺少|毫无)(?:{_PARTS.pattern})|"
    rf"(?:{_PARTS.pattern})(?:が|も|이|가|도)\s?(?:な[いくし]|없)",
    re.I,
)
_WHOLE_NEAR = pattern("shapes", "whole_near")
_NO_PARTS = pattern("shapes", "no_parts")
_OF_A_PART = re.compile(
    rf"\b(?:for|of|del|du|des|do|für) (?:the |the (?:first|last) )?(?!creativ|kreativ|"
    rf"créativ|criativ|writing)"
    rf"(?:{_PARTS.pattern})\W*$|(?:grade|note|nota|bewertung|evaluación|avaliação|"
    rf"valutazione) (?:for|des|del) \w+$",
    re.I,
)
_MINE = pattern("shapes", "mine")
_RELATES = pattern("shapes", "relates")
_BECAUSE = pattern("shapes", "because")
_JUDGES = pattern("rating", "judges")
_FINAL = pattern("shapes", "final")
_SMALL = pattern("shapes", "small")


def kind_in(place: Place, before: str) -> Kind:
    """Return whether a number that its sentence gives is the whole's or a part's."""
    near = _WHOLE_NEAR.search(place.clause_before)
    if near and not _PARTS.search(near.group()):
        return "rating"
    clause = _REASONS.sub(" ", _NO_PARTS.sub(" ", _SUMS_UP.sub(" ", place.clause)))
    parts, piece = _PARTS.search(clause), _PIECE.search(clause) or _WHOLES.search(clause)
    if parts and (not piece or _OF_PIECE.search(clause) or _TARGET.search(clause)):
        return "part"
    if piece:
        return "whole" if _FINAL.search(clause) else "rating"
    lead = before[: len(before) - len(place.clause_before)]
    if _MINE.search(clause) or _THEREFORE.match(clause):
        return "rating"
    return "part" if _is_of_a_part(lead) else "rating"


def _is_of_a_part(lead: str) -> bool:
    """Say whether the clauses before a verdict without a subject name one part of the text."""
    lead = without_attributes(_NO_PARTS.sub(" ", _SUMS_UP.sub(" ", lead)))
    if not lead.strip() or _BECAUSE.search(lead) or _BEGINS.match(lead):
        return False
    if _NAMES_A_PART.match(lead) or _RELATES.search(lead):
        return True
    parts = [
        one for one in APART.split(lead) if len(one.split()) > 1 or re.search(f"[{CJK}]{{3}}", one)
    ]
    return len(parts) == 1 and bool(_PARTS.search(parts[0])) and not _PIECE.search(parts[0])


def without_attributes(text: str) -> str:
    """Return a text without what it says something has or lacks; a text begins with no such."""
    begin = re.match(r"\W*[^\W\d_]+", text)
    return text[: begin.end()] + _HAS_OR_LACKS.sub(" ", text[begin.end() :]) if begin else text


def names_a_part(text: str) -> bool:
    """Say whether a text is no sentence, but the name of a part."""
    left = _SMALL.sub(" ", _PIECE.sub(" ", _PARTS.sub(" ", text)))
    return _PARTS.search(text) is not None and not re.search("[^\\W_]|[\ue000-\uf8ff]", left)


def kind_of_label(label: str, after: str) -> Kind:
    is_whole = _WHOLES.search(label) and NOUN.search(label)
    if NOUN.search(label) and not LABEL.fullmatch(label) and _OF_A_PART.search(label):
        return "part"
    if _PARTS.search(NOUN.sub(" ", label)) and not is_whole and not LABEL.fullmatch(label):
        return "part" if len(label.split()) < 6 else "rating"
    is_tiny = len(after.split()) < 4 and len(after) < 25
    is_named = is_tiny and re.match(r"\W*[(]", after) and names_a_part(after)
    if is_named or (_PARTS.search(after) and _FOR.match(after)):
        return "part" if not _JUDGES.search(after) else "rating"
    return "whole" if _FINAL.search(label) else "rating"
