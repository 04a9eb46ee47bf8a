"""A grade in a letter or in drawn stars beside the score in numbers, which alone is read."""

from __future__ import annotations

import re

from python_models.experiments.scores.lists import pattern
from python_models.experiments.scores.words import LABELS, WHOLES

_OUT_OF_CJK = re.compile(r"(?<=[0-9])\s*([点分점])\s*/\s*([0-9]+)\s*\1")  # `7点/10点`
_SHARE = (
    r"(?:\d+(?:[.,]\d+)?\s*(?:(?:/|out of|von|sur|de|su|em|sobre)\s*\d|[点分점](?=[\s)。.]|$)))"
)
# what gives letters: `Nivel B: 7/10`, `Grade: B, score: 7`
_GRADES = (
    rf"(?:(?:overall|final|letter|最終|総合|最终|综合|总体|整体|최종|종합|전체) ?)?"
    rf"(?:{LABELS}|{WHOLES}|note|nota|letter|level|band|"
    r"tier|nivel|niveau|stufe|buchstabennote|endergebnis|ergebnis|gesamtergebnis|fazit|endurteil|"
    r"result|résultat|resultado|risultato|notenstufe|"
    r"fascia|livello|nível|categoria|mention|lettre|letra|lettera|"
    r"等级|等級|级别|ランク|評定|등급)"
    r"(?: (?:finale?|globale?|grade))?\s*[:=|]?\s*[A-F][+-]?\s*"
)
_LETTER = re.compile(rf"^{_GRADES}[(\[:,/;|、–—-]\s*(?={_SHARE})", re.I)
_LETTER_FIRST = re.compile(
    rf"^{_GRADES}[.,;|、]\s*(?=(?:(?:numeric(?:al)?|final|overall) )?"
    rf"(?:{LABELS}|note|nota)\b|[\u3040-\ud7a3])",
    re.I,
)
_AFTER_WORDS = re.compile(rf"(?<=[^\W\d_])\s*\([A-Z]{{1,2}}[+-]?\)(?=\s*[,;:、–—-]\s*{_SHARE})")
_IN_NUMBERS = pattern("signs", "in_numbers").pattern
# a sentence of a letter that tells its number: `The grade is B, which corresponds to 7.5/10`
_LETTER_TOLD = re.compile(
    rf"^(?:(?:the|die|der|das|la|le|l'|il|el|a|o|my|meine?|ma|mi|la mia|minha|本文的?|我的)\s?)?"
    rf"(?:(?:overall|final|letter|総合|最終|综合|总体|整体|最终|전체|종합|최종)\s?)?"
    rf"(?:{LABELS}|{WHOLES}|note|nota|mention|lettre|letra|lettera|等级|ランク|グレード|評定|등급)"
    r"(?: (?:finale?|globale?|final|global|grade))?\s*"
    r"(?:is|ist|lautet|est|es|è|é|は|为|是|은|는|[:=])\s*[A-F][+-]?\s*"
    r"(?:(?:で|이며|이고|로서|,|、|;|，)\s*){0,2}"
    rf"(?:{_IN_NUMBERS})"
    r"(?=\d+(?:[.,]\d+)?\s*(?:/|out of|von|sur|de|su|em|sobre)\s*\d+"
    r"(?:입니다|이다|です|である)?\s*[.。]?$)",
    re.I,
)
_STAR = r"(?:stars?|sterne?n?|étoiles?|estrell?as?|estrelas?|stell[ae]|つ?星|个星|별|개)"
_OF_STARS = re.compile(
    rf"(?P<given>\d)\s*{_STAR}\s*(?:\((?:満点|满分|만점)?:?\s*|"
    rf"(?:out of|of|von|sur|de|su|em|sobre)\s+)"
    rf"(?P<best>5|10)(?:\s*{_STAR}(?:満点|만점|中)?)?(?:\)|(?=\s*[.。!]?$))",
    re.I,
)
_STARS_OF = re.compile(
    r"(?<!\d)(?P<best>5|10)\s*(?:개|つ|つ星|星|별)\s*(?:만점에|중에?|満点中|満点の?|中)[、,]?\s*"
    r"(?P<given>\d)\s*(?:개|つ|つ星|星|별)(?=\s*(?:[.。!]|입니다|です|이다)*$)"
)
_STARS = re.compile(
    r"(?P<drawn>(?=[★⭐🌟☆✩]{2})[★⭐🌟]+[☆✩]*)\s*[,(=:、–—-]*\s*"
    r"(?:(?:soit|also|das heißt|d\. ?h\.|that is|i\.e\.|cioè|ossia|es decir|o sea|ou seja|"
    r"isto é|c'est-à-dire|即|つまり|즉)\b[,:]?\s*)?(?P<share>(?P<given>\d+)\s*/\s*(?P<best>\d+))\b"
)


def without_letter(line: str) -> str:
    """Return a line without a letter or stars that repeat a score which follows in numbers."""
    line = _OUT_OF_CJK.sub(r"/\2", line)
    line = _STARS_OF.sub(r"\g<given>/\g<best>", _OF_STARS.sub(r"\g<given>/\g<best>", line))
    line = _LETTER_TOLD.sub("Score: ", _AFTER_WORDS.sub("", line))
    line = _LETTER_FIRST.sub("", _LETTER.sub(_unless_it_differs, line))
    return _STARS.sub(_repeated, line)


def _unless_it_differs(found: re.Match[str]) -> str:
    """Return a label without its letter; both as they were where a bad one has a good share."""
    share = re.match(r"(\d+(?:[.,]\d+)?)\s*/\s*(\d+)", found.string[found.end() :])
    is_bad = re.search(r"\b[DF][+-]?\s*[(\[:,/;|、–—-]\s*$", found.group()) is not None
    if share and is_bad and float(share[1].replace(",", ".")) >= 0.7 * float(share[2]):
        return found.group()
    return "Score: "


def _repeated(found: re.Match[str]) -> str:
    """Return the share that stars repeat; both as they were where they tell another."""
    full, given = len(found["drawn"].rstrip("☆✩")), int(found["given"])
    drawn = max(len(found["drawn"]), 5)
    is_same = full == given or full * int(found["best"]) == given * drawn
    return found["share"] if is_same else f"{full} {found.group()}"
