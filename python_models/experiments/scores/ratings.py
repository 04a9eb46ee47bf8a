"""Which numbers of a text rate it, and which are something else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from python_models.experiments.scores.doubts import doubt_in, doubt_of_label
from python_models.experiments.scores.lists import data, pattern, words
from python_models.experiments.scores.numbers import Quantity
from python_models.experiments.scores.sentences import APART, CJK, Place, Sentence
from python_models.experiments.scores.subjects import (
    LABEL,
    NOUN,
    Kind,
    kind_in,
    kind_of_label,
    without_attributes,
)

_GIVES = pattern("rating", "gives")
_FOLLOWS = words("rating", "follows")
_FOLLOWS_CJK = tuple(sorted(data("rating")["follows"]["cjk"].split(), key=len, reverse=True))
_COUNTS = pattern("dangers", "counts")
_ARTICLE = pattern("shapes", "article")
_LABEL = re.compile(
    r"(?:\s?:=|[:=→|]|->|=>|>>|\s[-–—]|—|–|\.\.\.|…)\s*(?:(?:an?|eine?n?|un[oae]?|uma?|the|about|ca\.|~|≈|☆|⭐)\s+(?:[^\W\d]+\s+)??)?[\s\"'(\[{<«~≈]*$"
)
_UNIT = pattern("shapes", "unit")
_WORD_AFTER = re.compile(rf"[\s\"')\]}}>»]*(?:-)?([^\W\d_{CJK}\ue000-\uf8ff]+)")
_CJK_AFTER = re.compile(rf"\s*([{CJK}]+)")
_OF = pattern("shapes", "of")
_NAMED = pattern("shapes", "named")
_RANGE_AFTER = pattern("shapes", "range_after")
_TEXT_NAMED = pattern("shapes", "text_named")
_OF_THE = pattern("shapes", "of_the")
_OF_THEM = pattern("shapes", "of_them")
_LETTER = pattern("shapes", "letter")
_MINUTES = re.compile("[^\u3040-\u30ff]*[\u3040-\u30ff]|.*評価")
_OCLOCK = pattern("shapes", "oclock")
_A_SCALE = pattern("shapes", "a_scale")
_MORE = pattern("shapes", "more")
_PIECE_NAMED = pattern("shapes", "piece_named")
_RANGE_BEFORE = pattern("shapes", "range_before")
_BOUND = pattern("shapes", "bound")
_LABEL_BEGINS = pattern("shapes", "label_begins")
_FINAL = pattern("shapes", "final")
_PIECES = words("rating", "pieces")
_IN_WORDS = pattern("shapes", "in_words")
_UNFINISHED = re.compile(
    r"\s*/\s*$|\s*(?:half )?(?:stars?|sterne?n?|estrellas|étoiles|stelle|estrelas)\W*$"
)
_ONE_OF = re.compile(r"\s(?:of|de[lrs]?|des|degli|delle|dei|das|dos|unter|von)\s")
MOST = 24  # numbers of a sentence that is read at all


@dataclass(frozen=True)
class Rating:
    """A number that may rate something.

    `open` is one whose subject or truth is in doubt, `stray` one that nothing makes a
    rating, `count` one of something else.
    """

    place: Place
    kind: Kind
    label: str = ""
    strength: int = 0
    told: str = ""
    why: str = ""

    @property
    def quantity(self) -> Quantity:
        """The number."""
        return self.place.quantity


def ratings_of(sentence: Sentence) -> list[Rating]:
    """Return the numbers of a sentence that may rate something."""
    if len(sentence.places) > MOST:
        return [Rating(place, "open", why="many numbers") for place in sentence.places]
    places = [place for place in sentence.places if not _is_counted(place)]
    if len(places) > 1 and _A_SCALE.search(sentence.bare.text):
        last = places[-1]
        places = [one for one in places if one is last or one.quantity.value not in (0, 1, 10, 100)]
    found: list[Rating] = []
    for number, place in enumerate(places):
        text = sentence.bare.text
        before = places[number - 1].at + 1 if number else 0
        after = places[number + 1].at if number + 1 < len(places) else len(text)
        begin = _first_apart(text, before, place.at) if number else 0
        end = max((one.start() for one in APART.finditer(text, place.at + 1, after)), default=after)
        is_near = after - place.at < 25
        end = after if is_near or after == len(text) else end
        found.append(_rating(place, begin, max(end, place.at + 1)))
    return found


def _first_apart(text: str, begin: int, end: int) -> int:
    found = APART.search(text, begin, end)
    return found.end() if found else begin


def _rating(place: Place, begin: int, end: int) -> Rating:
    text = place.sentence.bare.text
    before, after = text[begin : place.at], text[place.at + 1 : end]
    label = _label_of(before)
    strength = _strength(place, label)
    name = re.sub(r"\([^()]*\)", " ", label or "")
    if (
        (len(name.split()) < 4 and _COUNTS.search(name) or _COUNTS.match(name))
        and not _FINAL.search(name)
        and not _IN_WORDS.search(name)
        and not NOUN.search(name)
    ):
        return Rating(place, "count", label or "")
    if not strength:
        return Rating(place, "stray")
    if name := _named_beside(place):
        return Rating(place, "open", label or "", strength, text, name)
    told = f"{before}\ue000{after}"
    if label is None:
        why, kind = doubt_in(place, before, after), kind_in(place, before)
    else:
        why, kind = (
            doubt_of_label(place, before, label, after),
            _kind_of_label(before, label, after),
        )
    found = (
        _RANGE_AFTER.match(place.after)
        or _BOUND.search(place.before)
        or _RANGE_BEFORE.search(place.before)
        or _LETTER.search(before)
    )
    found = found or _UNFINISHED.match(place.after) or _step_of_a_scale(place, before)
    is_below = re.search(r"(?::\s*|=\s+)[<>]\s*$", place.before) and ">" not in place.after[:4]
    found = found or (re.search(r"[<>]", place.before) if is_below else None)
    found = found or (_MINUTES.match(text) if place.after.lstrip()[:1] == "分" else None)
    why = found.group() if found else why
    return Rating(place, "open" if why else kind, label or "", strength, told, why)


def _kind_of_label(before: str, label: str, after: str) -> Kind:
    lead = before[: before.rfind(label)] if label else ""
    if lead.strip():  # `a pleasure, with credible characters: 9/10`
        label = without_attributes(f"it {label}").removeprefix("it ")
    return kind_of_label(label, after)


def _step_of_a_scale(place: Place, before: str) -> re.Match[str] | None:
    """Find what makes a number a step that a scale explains: `Score 7: good, small flaws`."""
    is_name = len(before.split()) == 1 and NOUN.search(before)
    return re.match(r"\s*[:：]", place.after) if is_name and before[-1:].isspace() else None


def _named_beside(place: Place) -> str:
    """Return a draft, a chapter or another text that is named by a number beside this one."""
    for at, one in place.sentence.bare.quantities.items():
        between = place.sentence.bare.text[min(at, place.at) + 1 : max(at, place.at)]
        is_near = (
            len(between) < 12
            and not re.search(r"\(see $", place.sentence.bare.text[:at])
            and not re.search(r"[,;、，。]", between)
        )
        if one.kind == "named" and is_near and _PIECE_NAMED.match(one.text):
            return one.text
    return ""


def _is_counted(place: Place) -> bool:
    """Say whether a number counts, names or dates something, and rates nothing."""
    quantity, before, after = place.quantity, place.before, place.after
    found = _WORD_AFTER.match(after)
    if quantity.kind == "words" and quantity.value == 1 and quantity.outer is None:
        if _ONE_OF.match(after):
            return True
        return re.search(r"[^\W_]", before + after) is not None and _LABEL.search(before) is None
    is_confidence = quantity.kind == "percent" and re.search(r"\bconfidence\W*$", before)
    if (
        is_confidence
        or _MORE.match(after)
        or (before.endswith("(") and re.match(r" in total\b", after))
    ):
        return True
    if _OF_THEM.match(after) and (quantity.outer is None or quantity.kind == "percent"):
        return True
    if (
        re.match(r"\.?[ºª°]", after)
        or re.match(r"\s*[点分][钟之]", after)
        or _OCLOCK.match(after)
        or before.endswith("außer ")
    ):
        return True
    if quantity.outer is not None:
        return bool(found and found[1] not in _FOLLOWS and found[1] not in _PIECES) or bool(
            _NAMED.search(before)
        )
    if _UNIT.match(after):
        return False
    if quantity.kind == "words" and quantity.outer is None and _OF_THE.search(before):
        return True
    if quantity.kind in ("words", "number") and (
        _NAMED.search(before) or (_TEXT_NAMED.search(before) and re.match(r"\s*[:)]", after))
    ):
        return True
    if found and found[1] not in _FOLLOWS:
        return True
    cjk = _CJK_AFTER.match(after)
    return bool(cjk and not cjk[1].startswith(_FOLLOWS_CJK))


def _label_of(before: str) -> str | None:
    """Return the name before a colon or a dash, whose number it is."""
    found = _LABEL.search(before)
    if not found:
        return None
    inner = before[: found.start()]
    if re.match(r"\s*[-–—]", found.group()) and re.search(r"[,;]", inner):
        return None
    begins = [one.end() for one in _LABEL_BEGINS.finditer(inner)]
    return inner[begins[-1] if begins else 0 :].strip(" \"'*_")


def _strength(place: Place, label: str | None) -> int:
    quantity, clause = place.quantity, place.clause
    around = place.before.replace("\uf800", "") + _UNIT.sub("", place.clause_after)
    if not re.search(r"[^\W_]", around):
        return 3
    if label is not None and (quantity.kind != "percent" or LABEL.search(label)):
        return 3
    if quantity.outer is not None and quantity.kind != "percent":
        return 0 if _OF.search(place.before) and not _GIVES.search(clause) else 3
    if _GIVES.search(clause) or LABEL.search(place.clause_before):
        return 2 if quantity.kind != "percent" or LABEL.search(place.clause_before) else 0
    if (
        quantity.kind != "percent"
        and not place.clause_before.strip()
        and _GIVES.search(place.before)
    ):
        return 2
    if quantity.kind != "percent" and _ARTICLE.search(place.before):
        return 2
    if _ends_with_points(place):
        return 2
    return 2 if re.match(r"\s*[点分점]|\s*it is\b", place.after) else 0


def _ends_with_points(place: Place) -> bool:
    """Say whether points are all that the last clause of a sentence has: `.., 2 points.`"""
    unit = _UNIT.match(place.after)
    return (
        unit is not None
        and place.quantity.kind != "percent"
        and not place.clause_before.strip()
        and not re.search(r"[^\W_]", place.after[unit.end() :])
    )


def is_one_of_two(place: Place) -> bool:
    """Say whether another number follows at once, as an end of a range or a choice."""
    return _RANGE_AFTER.match(place.after) is not None


def is_known(one: Rating) -> bool:
    """Say whether a rating is said of the whole, or has a label that no part has."""
    return not one.label or bool(LABEL.search(one.label) or _GIVES.search(one.label))
