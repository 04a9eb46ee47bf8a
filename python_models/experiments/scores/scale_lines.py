"""Lines that only tell on which scale is judged: `0〜10の尺度で採点。`, `Scale: 0 to 10.`"""

from __future__ import annotations

from python_models.experiments.scores.closed import IS_CJK, WORD, WORDS, rest_of, set_of
from python_models.experiments.scores.numbers import skeleton

_ENDS = {0.0, 1.0}, {5.0, 10.0, 20.0, 100.0}
_KNOWN, _KNOWN_CJK = set_of(WORDS["tells_a_scale"]), set_of(WORDS["tells_a_scale_cjk"])


def states_a_scale(sentence: str) -> bool:
    """Say whether a sentence gives the two ends of a scale, or full marks, and says no more."""
    bare = skeleton(sentence)
    numbers = [bare.at(place) for place in bare.numbers()]
    ends = [{one.value} for one in numbers]
    is_told = len(ends) == 2 and all(end <= known for end, known in zip(ends, _ENDS, strict=True))
    if numbers and not is_told:
        return False
    if not numbers and (len(bare.scales()) != 1 or len(bare.quantities) != 1):
        return False
    return all(map(_is_known, WORD.findall(bare.text)))


def _is_known(word: str) -> bool:
    return not rest_of(word, _KNOWN_CJK) if IS_CJK.match(word) else word in _KNOWN
