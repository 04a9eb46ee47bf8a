"""The one score a judge's text gives, out of all its numbers, or why it gives none."""

from __future__ import annotations

import re

from python_models.experiments.scores.answer import Parsed, Scale, ScoreError
from python_models.experiments.scores.lists import pattern
from python_models.experiments.scores.numbers import Quantity
from python_models.experiments.scores.ratings import (
    MOST,
    Rating,
    is_known,
    is_one_of_two,
    ratings_of,
)
from python_models.experiments.scores.scaling import to_scale
from python_models.experiments.scores.sentences import Sentence, sentences_of
from python_models.experiments.scores.withdrawals import withdrawn
from python_models.experiments.scores.words import LABELS, NUMBER_WORDS, WHOLES

_CONTRAST, _SCALES = pattern("withdrawals", "contrast"), pattern("withdrawals", "scales")
_ASKED = pattern("shapes", "asked")
_LETTER_GRADE = pattern("shapes", "letter_grade")
_LEFT_OUT = re.compile(
    rf"\W*(?:(?:final|overall|total) )?(?:{LABELS}|{WHOLES}|note|nota)\s*(?::=|[:=|"
    rf"])\s*(?:null|none|nan|n/?a|-+|_+|\?+)\s*(?:$|[;|]|/)",
    re.I,
)
_POINT_SCALE = re.compile(rf"({'|'.join(NUMBER_WORDS)})(?:-point|-punkt|stufig)|([2-9])\s?段階")
_LETTER_BESIDE = re.compile(r"[:=]\s*[a-f][+-]?\s*[(\[/,]\s*$")
_QUALITY = re.compile(r"(?:novelty|clarity)(?: (?:score|rating))?", re.I)
_ODD_SIGN = re.compile(r"^(score|rating|grade)\s*[;·]\s*(?=\d)", re.I)
# a line that goes on with the one above is no heading
_GOES_ON = re.compile(r"(?:of|and|or|von|und|de|di|et|y|e)\s")
_TAKEN_OFF = re.compile(r"\b(?:tiro|ziehe|quito|enlève|tolgo|deduct|take off)\b|減点|감점|扣")
# the last part of a text, where others have scores as well
_ENDS = re.compile(r"conclu(?:sions?|sión|sione|são)|fazit|schluss|结论|結論|결론", re.I)
_NO = pattern("shapes", "says_no")
_REVISED = pattern("shapes", "revised")


def read_complex(lines: list[str], scale: Scale) -> Parsed | ScoreError:
    """Return the score of a text; three bare digits that end it are an average."""
    if len(lines) and (found := _average(lines[-1], scale)):
        return found
    return _read(lines, scale)


def read_last_line(lines: list[str], scale: Scale) -> Parsed | ScoreError:
    """Return the score of a text, which its last line has to give."""
    return _read(lines, scale, is_last=True)


def _read(lines: list[str], scale: Scale, is_last: bool = False) -> Parsed | ScoreError:
    sentences = sentences_of(_joined(lines))
    if left := next(filter(None, map(_LEFT_OUT.match, lines)), None):
        return ScoreError("none", f"the judge leaves the score out: {left.group()!r}")
    found = [one for each in sentences for one in ratings_of(each)]
    if all(one.kind in ("stray", "count") for one in found):
        is_range = any(is_one_of_two(one.place) for one in found)
        return ScoreError("several" if is_range else "none", "no number is clearly the score")
    chosen = _chosen(found)
    if isinstance(chosen, ScoreError):
        return chosen
    if is_last and chosen[-1].place.sentence.line != sentences[-1].line:
        return ScoreError("none", "no score where the parser looks for it")
    parsed: list[Parsed] = []
    for one in chosen[-MOST:]:
        score = _parsed(one, sentences, scale)
        if isinstance(score, ScoreError):
            return score
        parsed.append(score)
    if len({round(one.score, 9) for one in parsed}) > 1:
        return _several([one.found for one in parsed])
    if _is_a_sum(chosen[-1], found):
        return ScoreError("ambiguous", f"{chosen[-1].quantity.text!r} is the sum of parts")
    letter = next(filter(None, (_LETTER_GRADE.search(one.text) for one in sentences)), None)
    if letter and _contradicts(letter, parsed[-1].score / scale.high):
        return ScoreError("ambiguous", f"{letter.group()!r} is another grade")
    return (
        _rivalled(sentences, chosen, found, scale) or withdrawn(sentences, chosen[-1]) or parsed[-1]
    )


def _is_a_sum(one: Rating, found: list[Rating]) -> bool:
    """Say whether a total without its best is the sum of the numbers before it."""
    earlier = [each.quantity.value for each in found[: found.index(one)] if each.label]
    is_total = re.search(r"total|sum|合計|总计|합계", one.label) is not None
    return (
        is_total
        and one.quantity.outer is None
        and not one.place.sentence.bare.scales()
        and len(earlier) > 1
        and abs(sum(earlier) - one.quantity.value) < 1e-9
    )


def _tells_another(sentence: Sentence, scale: Scale) -> bool:
    """Say whether a sentence without a score tells of a scale that ends elsewhere."""
    text = sentence.bare.text
    if not _SCALES.search(text) or sentence.bare.scales():
        return False
    known = {0.0, 1.0, scale.low, scale.high}
    told = {
        one.value for one in sentence.bare.quantities.values() if one.kind in ("number", "words")
    }
    return bool((told | _scale_words(text)) - known)


def _scale_words(text: str) -> set[float]:
    """Return the ends of scales told as `seven-point` or `sechsstufig`."""
    found = _POINT_SCALE.findall(text)
    return {float(NUMBER_WORDS.get(word) or step) for word, step in found}


def _is_odd_anchor(quantity: Quantity) -> bool:
    """Say whether a number names an end of a scale that is not the usual one: `6 = worst`."""
    if quantity.kind != "anchor":
        return False
    is_best = re.search(r"best|excell|high|perfect|good|max", quantity.text)
    return not re.match(r"10\b" if is_best else r"[01]\b", quantity.text)


def _rivalled(
    sentences: list[Sentence], chosen: list[Rating], found: list[Rating], scale: Scale
) -> ScoreError | None:
    """Return another number that may be the score as well."""
    last = chosen[-1]
    own = last.place.sentence
    at = next(number for number, one in enumerate(sentences) if one is own)
    later = sentences[at + 1 :]
    for one in found:
        is_same = one.quantity.value in (last.quantity.value, last.quantity.value * 10)
        is_entry = one.kind == "open" and ":=" in one.place.before
        if not is_same and (is_entry or _LETTER_BESIDE.search(one.place.before)):
            return ScoreError("several", f"another number is there: {one.quantity.text}")
        if one in chosen or (is_same and one.kind != "open"):
            continue
        is_beyond = one.quantity.value > max(10, scale.high) or one.quantity.kind == "percent"
        if one.kind == "stray" and is_beyond and one.place.sentence is not own:
            continue
        is_before = one.place.sentence is own and one.place.at < last.place.at
        if is_before and one.kind in ("open", "stray") and _CONTRAST.search(last.told):
            continue
        if one.kind == "part" and one.place.sentence is own and last.kind != "whole":
            return ScoreError("several", f"a part has {one.quantity.text}")
        told = one.place.before
        is_told = (
            not one.label or len(told.split()) > 4 or _NO.match(told) or _TAKEN_OFF.search(told)
        )
        if one.kind in ("part", "count") and is_told and one.place.sentence in later:
            return ScoreError("several", f"another number follows: {one.quantity.text}")
        if one.kind in ("open", "stray") and (
            one.place.sentence is own or one.place.sentence in later
        ):
            return ScoreError("several", f"another number is there: {one.quantity.text}")
    return None


def _contradicts(letter: re.Match[str], share: float) -> bool:
    return share < 0.6 if letter["good"] or letter["great"] else share >= 0.7


def _joined(lines: list[str]) -> list[str]:
    """Return the lines, a heading without a number before the number under it."""
    found: list[str] = []
    for line in lines:
        line = _ODD_SIGN.sub(r"\1: ", line)
        told = re.fullmatch(r"[\s\"'(\[]*[\d.,]+[^\W\d_]?.{0,24}", line)
        if (
            told
            and found
            and not _GOES_ON.match(found[-1])
            and re.fullmatch(
                r"[^.!?。\d]{1,60}[:：]?(?:\(.*\))?[:：]?|.{1,30}\([\d–-]+\)", found[-1]
            )
        ):
            found[-1] = f"{found[-1].rstrip(' :：')}: {line}"
        else:
            found.append(line)
    return found


def _chosen(found: list[Rating]) -> list[Rating] | ScoreError:
    """Return the ratings of the whole that count."""
    given = [one for one in found if one.kind in ("whole", "rating")]
    if not given:
        return _of_parts(found)
    if any(one.kind == "part" and one.label for one in found):
        parts = sum(one.kind == "part" for one in found)
        given = [one for one in given if parts < 2 or not _ENDS.fullmatch(one.label.strip(" -*"))]
        known = [number for number, one in enumerate(given) if is_known(one)]
        if not known:
            return ScoreError("several", "scores of single criteria, none of the whole")
        given = [one for at, one in enumerate(given) if at in known or at > known[-1]]
    is_one = len({(one.quantity.value, one.quantity.outer) for one in given}) == 1
    if is_one or any(":=" in one.place.before for one in given):
        return given
    last, before = given[-1], given[-2]
    wholes = [one for one in given if one.kind == "whole"]
    if last in wholes and last.strength == 3 and len({one.quantity.value for one in wholes}) == 1:
        return wholes
    is_below = last.place.sentence.line > before.place.sentence.line
    is_revised = before.label != last.label and _REVISED.search(last.label)
    return [last] if is_below and is_revised else given


def _of_parts(found: list[Rating]) -> list[Rating] | ScoreError:
    """Return the one quality that was asked for, or why nothing is said of the whole."""
    parts = [one for one in found if one.kind == "part"]
    is_open = any(one.kind == "open" for one in found)
    if len(parts) == 1 and len(parts[0].label.split()) < 5 and not is_open:
        label = parts[0].label
        if _ASKED.search(label or parts[0].place.clause) or _QUALITY.fullmatch(label):
            return parts
    if parts:
        detail = "scores of single criteria, none of the whole"
        return ScoreError("several" if len(parts) > 1 else "none", detail)
    why = next((one for one in found if one.kind == "open"), found[0])
    told = [one for one in found if one.kind != "count" and one.quantity.kind != "words"]
    detail = f"{why.why!r} leaves {why.quantity.text!r} open"
    return ScoreError("several" if len(told) > 1 else "none", detail)


def _parsed(one: Rating, sentences: list[Sentence], scale: Scale) -> Parsed | ScoreError:
    quantity = one.quantity
    is_signed = scale.low < 0 and re.fullmatch(r"\+\d+", quantity.text)
    if quantity.kind == "odd" and not (one.label and is_signed):
        return ScoreError("ambiguous", f"{quantity.text!r} can be read in more than one way")
    others = [each for each in sentences if each is not one.place.sentence]
    if quantity.outer is None and (
        any(_tells_another(each, scale) for each in others)
        or _scale_words(one.place.sentence.text.lower()) - {10.0}
    ):
        return ScoreError("other_scale", "the text tells of another scale")
    own = one.place.sentence.bare.scales()
    stated = [] if own else [found for each in sentences for found in each.bare.scales()]
    if quantity.outer is None and any(found.outer != scale.high for found in stated):
        return ScoreError("other_scale", "the text names another scale")
    is_small = any((found.outer or 0) > scale.high >= quantity.value for found in own)
    if quantity.kind == "number" and is_small and scale.low == 0:
        return ScoreError("ambiguous", f"{quantity.text!r} is small for its scale")
    if any(map(_is_odd_anchor, one.place.sentence.bare.quantities.values())):
        return ScoreError("other_scale", "the sentence names another scale")
    score = to_scale(quantity, scale, own)
    if isinstance(score, ScoreError):
        return score
    return Parsed(score, quantity.value, quantity.reading, quantity.text)


def _average(line: str, scale: Scale) -> Parsed | ScoreError | None:
    """Read three bare digits as three scores; refuse what could be one number as well."""
    found = re.fullmatch(r"(?:scores?\W*)?([0-9]{3})", line.strip(), re.I)
    if not found or scale.high > 10:
        return None
    digits = [int(digit) for digit in found[1]]
    if int(found[1]) <= 100:
        return ScoreError("ambiguous", f"{found[1]!r} may be one number or three digits")
    if not all(scale.low <= digit <= scale.high for digit in digits):
        return ScoreError("out_of_range", f"a digit of {found[1]!r} is not on the scale")
    return Parsed(sum(digits) / 3, float(found[1]), "average_of_digits", found[1])


def _several(found: list[str]) -> ScoreError:
    return ScoreError("several", f"several numbers that disagree: {', '.join(found[:6])}")
