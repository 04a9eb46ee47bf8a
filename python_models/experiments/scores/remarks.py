"""What may stand beside a score and after it.

The score's own clause holds known words only, as does a remark of one or two words. In other
clauses and lines any words may stand but for signals of danger (`prose.yml`): what takes the score
back, hedges it, quotes it or lends it to somebody else, and a number that may be another score.
"""

from __future__ import annotations

import re

from python_models.experiments.scores.closed import (
    AROUND,
    IS_CJK,
    PHRASES,
    WORD,
    WORDS,
    bare,
    pattern,
    set_of,
)
from python_models.experiments.scores.descriptions import (
    TEXTS,
    kind_of,
    names_a_part,
    told_by,
)
from python_models.experiments.scores.prose import (
    NUMBERED,
    is_about_the_text,
    is_prose,
    is_scope,
    is_wished,
    sets_a_condition,
    takes_back,
)
from python_models.experiments.scores.words import (
    COUNTED_BESIDE,
    UNITS,
)

_FOLLOW, _FOLLOW_CJK = set_of(WORDS["follow"]), set_of(WORDS["follow_cjk"])
_REASONS, _HARMLESS = set_of(WORDS["reasons"]), set_of(WORDS["harmless"])
_REASONS_CJK = ("因为", "由于", "왜냐하면", "なぜなら")
POLITE = pattern(*WORDS["polite"].values())


_ENDS = re.compile(r"^\W+|[\s.!。！、,]+$")
_SOMEWHAT = pattern(AROUND["somewhat"])
_AS_IT = re.compile(
    r"[\s,]*(?:as (?:it|the|this|both)|for its|por su|"
    r"(?:por (?:la )?falta d[eao]|per (?:la )?mancanza di|for (?:lack|want) of|aus mangel an)"
    r"(?!\s+(?:\w{1,4}\s+)?(?:better|any|other|best|meglio|altr|mejor|melhor|outr|otr|alternativ|bess|time|"
    r"zeit|temp|tiemp|option))|"
    r"pour s(?:on|a)|für (?:sein|ihr)e[nr]?|"
    r"per la sua|pela sua|sobre todo)\b"
)
_JOINS = pattern(WORDS["connects"]).pattern
# what a remark in the score's own sentence begins with
_APART = re.compile(rf"\s*(?:[:;()\]|,、，–—-]|(?:{_JOINS})\b)")
# what makes the number before it none of a score: another number, a time, a rank
_NO_SCORE = re.compile(
    r"\s*(?:[\ue000-\uf7ff]|[ap]\.?m\b|\.?(?:er)?[ºª°])|\.?(?:er)?\s+(?:puesto|lugar|platz)\b|\.\s+[^\W\d_]+(?:\s+[^\W\d_]+)?\s*$"
)
SENTENCE_END = re.compile(r"[.!?;|](?=\s|$)|[。；]")
DENYING_SIGN = re.compile(r"[❌🚫⛔✖❎❓❔⚠🤔🤷🙃➕➖➗🔼🔽⬆⬇⤴⤵📈📉👎🔄]")
_ODD_SIGN = re.compile(rf"[?=+<~^&@%$€→≈±×*\\]|->|{DENYING_SIGN.pattern}")
# a grade in letters that repeats the score, how much of the rubric is met, and what is scored
_DESCRIBES = pattern(
    r"[(\[–—-]\s*(?:letter grade\s+)?[a-f][+-]?\s*(?:[)\]]|$)",
    r"[\ue000-\uf7ff](?: of the [\ue000-\uf7ff])? criteria (?:are )?met|do(?: not|n't) matter",
    r"^\W*(?:(?:highly|not) )?recommended\W*$",
    AROUND["no_more"],
    AROUND["not_bad"],
    AROUND["off_topic"],
    r"^\s*(?:essay|piece|text|response|answer)\b(?=\W*$)",  # `a 6/10 essay`
    WORDS["piece"],
)
REASON_NAME = re.compile(rf"\W*(?:{pattern(WORDS['reason_names']).pattern})\W{{0,3}}[:=–-]", re.I)


def strange(text: str, beside: bool = False) -> str | None:
    """Return what leaves open what the score is in the words after it; null where nothing does.

    Args:
        text: the rest of a score's line, or a later line, its numbers told apart.
        beside: it is the rest of the score's own line.

    Known words only are fine in the score's own clause, any without danger in others; named reasons
    and names of what never is a score are fine whatever they hold.
    """
    if beside and (found := _NO_SCORE.match(text)):
        return found.group() or "another number"
    counted = re.match(r"\s+([a-z\u00df-\u024f]+)", text) if beside else None
    told = POLITE.match(text.strip()) or _DESCRIBES.match(text.strip())
    if counted and counted[1] not in _FOLLOW and not told:
        return counted[1]
    text = COUNTED_BESIDE.sub("", _DESCRIBES.sub(" fine ", text))
    if (sign := _ODD_SIGN.search(text)) and not REASON_NAME.match(text):
        return sign.group()
    if not beside and is_prose(text):
        return None
    for place, sentence in enumerate(SENTENCE_END.split(text)):
        if REASON_NAME.match(sentence):
            return None
        if POLITE.fullmatch(_ENDS.sub("", sentence)) or is_harmless(sentence):
            continue
        attached = beside and not place
        if not attached and is_scope(sentence):
            return sentence.strip()
        if _begins_a_reason(sentence, attached):
            return sentence.strip() if _is_open(sentence, attached) else None
        if left := _strange_in(sentence, attached, text):
            return left
    return None


def _begins_a_reason(sentence: str, attached: bool) -> bool:
    words = WORD.findall(bare(PHRASES.sub(" ", sentence.lower())))
    first = words[1:2] if words[:1] == ["fine"] else words[:1]  # behind what is scored
    is_reason = any(one in _REASONS or one.startswith(_REASONS_CJK) for one in first)
    return is_reason or (attached and _AS_IT.match(sentence) is not None)


def _strange_in(sentence: str, attached: bool, text: str) -> str | None:
    """Return what is a danger in a sentence, or unknown in one too short to be without."""
    if attached and is_wished(sentence):
        return sentence.strip()
    is_apart = not attached or _APART.match(sentence)
    is_tiny = attached and _is_tiny(sentence)
    if is_apart and not is_tiny and is_prose(sentence, attached, text):
        return None
    if takes_back(sentence):
        return sentence.strip()
    at_once = attached and not re.match(r"\s*\W", sentence)
    return _strange_word(WORD.findall(bare(PHRASES.sub(" ", sentence.lower()))), at_once)


def _is_tiny(remark: str) -> bool:
    """Say whether a remark in the score's own sentence is too short to be judged by its dangers."""
    signs = sum(map(len, filter(IS_CJK.match, WORD.findall(remark))))
    is_short = signs < 5 and len(WORD.findall(remark)) < 3 and not NUMBERED.search(remark)
    return is_short and not _SOMEWHAT.match(remark) and "judging" not in _kinds_in(remark)


def _is_open(reason: str, is_own: bool) -> bool:
    """Say whether a reason sets a condition, or in a sentence of its own takes the score back."""
    if is_own and (as_it := _AS_IT.match(reason)):
        return is_wished(reason) or not is_about_the_text(reason[as_it.end() :], attached=True)
    if is_own:
        return sets_a_condition(reason) or is_wished(reason)
    return not is_about_the_text(reason)


def _strange_word(words: list[str], at_once: bool) -> str | None:
    """Return the first word that describes no text, or the part that alone is described."""
    part, judged = None, False
    for place, word in enumerate(words):
        for at, (piece, kind) in enumerate(told_by(word)):
            at_number = at_once and not place and not at and IS_CJK.match(piece)
            if kind is None or (at_number and piece not in _FOLLOW_CJK):
                return piece
            part = part or (piece if kind == "parts" else None)
            judged = judged or kind == "judging"
    return None if judged else part


_QUALITY = re.compile(
    r"(?:eur|ité|ion|esse|[ae]nce|ezza|ità|ione|dad|[aeêâ]ncia|ción|dade|ção|ung|heit|keit|ness|ity|länge|extensión|extensão|さ)$"
)
_OPENS = pattern(AROUND["opens_a_score"])
_COUNTS = re.compile(
    rf":|sub-?total|zwischensumme|sous-total|小計|소계|小计|\b{UNITS}\b"
)  # `Total points lost: 3`
# clauses that each judge something: `the link works, but the end falls off`
_CLAUSES = re.compile(r"[,;、，]\s*|\b(?:but|yet|aber|doch|pero|mais|ma|mas)\b|지만\s")
_CLAUSE = re.compile(
    r"^\W*(?!(?:which|who|that|though|although|while|wobei|obwohl|que|qui|che|aunque|bien|anche|embora)\b)"
    r"(?:[^\W\d]+\W+){2}[^\W\d]|[\u3040-\ud7a3]{4}"
)
_WITHOUT = re.compile(r"\W*(?:without|lacking|ohne|sin|sans|senza|sem)\s+(?:[^\W\d]+\s*){1,3}\W*")
_LISTED = re.compile(
    r"[,;、，]|\b(?:and|but|yet|though|und|aber|doch|y|pero|et|mais|e|ma|mas|ni|né|nem|weder|noch)\b|[고며지]만?\s"
)


def describes_the_whole(text: str, is_named: bool) -> bool:
    """Say whether a text judges, and names no part but the text itself: `The essay is clear`.

    Args:
        text: what stands before a share.
        is_named: it is the name of what has the share, which may be another text.
    """
    text = _DESCRIBES.sub(" fine ", text)
    words = WORD.findall(bare(PHRASES.sub(" ", text)))
    told = [pair for word in words for pair in told_by(word)]
    if is_named and any(map(_QUALITY.search, words)):
        return False  # `Longueur`, which begins as `long`
    kinds = {kind for piece, kind in told if piece not in TEXTS}
    is_named = is_named and ("judging" not in kinds or told[-1][0] in TEXTS)
    if any(names_a_part(piece) for piece, _ in told if is_named or piece not in TEXTS):
        return False  # `Clarity` too, which begins as what judges does
    return "judging" in kinds and kinds <= {"judging", "between"} and is_about_the_text(text)


def judges_a_score(word: str) -> bool:
    """Say whether a word before a score judges, and does not make it one that is not given."""
    return kind_of(word) == "judging" and _OPENS.fullmatch(word) is None


def judges_the_whole(text: str) -> bool:
    """Say whether a text judges more than one thing, or in several words the text as a whole."""
    if _COUNTS.search(text):
        return False
    signs = sum(map(len, filter(IS_CJK.match, WORD.findall(text))))
    is_short = len(WORD.findall(text)) < 3 and signs < 4
    if not is_short and describes_the_whole(text, is_named=True):
        return True
    pieces = [one for one in _LISTED.split(PHRASES.sub(" ", text)) if WORD.search(one)]
    judges = ("judging" in _kinds_in(one) or _WITHOUT.fullmatch(one) for one in pieces)
    if len(pieces) > 1 and all(judges):
        return True
    clauses = _CLAUSES.split(PHRASES.sub(" ", text))
    return len(clauses) > 1 and all(map(_CLAUSE.search, clauses)) and is_prose(text)


def tells_of_a_part(text: str) -> bool:
    """Say whether a single clause in Chinese, Japanese or Korean is about one part of a text.

    There a verdict has no subject: `冒頭は面白く、9点とする` may give the score to the opening.
    """
    words = WORD.findall(PHRASES.sub(" ", text))
    if not words or not IS_CJK.match(words[0]):
        return False
    first = next((piece for piece, _ in told_by(words[0])), "")
    clauses = [one for one in _LISTED.split(text) if WORD.search(one)]
    return (
        len(clauses) < 2 and (names_a_part(first) or names_a_part(words[0])) and first not in TEXTS
    )


def _kinds_in(text: str) -> list[str | None]:
    words = WORD.findall(bare(PHRASES.sub(" ", _DESCRIBES.sub(" fine ", text))))
    return [kind for word in words for _, kind in told_by(word)]


def is_harmless(text: str) -> bool:
    """Say whether a text is a name and what it names that is told beside a score, but no score."""
    name = re.match(r"\W*((?:[^\W\d_][\w-]*\s*){1,4})[:=#(\uf800]", text.lower())
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", name[1]) if name else []
    return bool(words) and words[-1] in _HARMLESS
