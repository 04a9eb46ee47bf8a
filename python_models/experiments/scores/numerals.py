"""Numbers written in words, with a half or in signs of Chinese, Japanese and Korean, as digits."""

from __future__ import annotations

import re

from python_models.experiments.scores.words import NUMBER_WORDS

HAN = "零一二三四五六七八九十"
SINO_KOREAN = "영일이삼사오육칠팔구십"
KOREAN = ("한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열")  # from 1; of points
_WORDS = "|".join(sorted((word for word in NUMBER_WORDS if " " not in word), key=len, reverse=True))
_UNIT = r"(?:points?|punkte?n?|puntos?|punti|pontos?|marks?|valores)"
_HALF = re.compile(
    rf"(?<![\w.,])(?P<word>{_WORDS}|\d{{1,2}})(?:\s+(?P<unit>{_UNIT}))?\s+"
    r"(?:and a half|y medi[oa]|et demie?|e mezz[oa]|e mei[oa])\b(?! dozen)",
    re.I,
)
_HALVES = re.compile(r"half|medi[oa]|demi|mezz[oa]|mei[oa]", re.I)
_OF_THE = re.compile(r"\bdos\b(?=\s+(?!de\b|sobre\b|puntos?\b|y\b|por\b)[^\W\d_])")  # Portuguese
# English and German words that are numbers in Italian, and `one of the few`
_NO_NUMBERS = re.compile(
    r"\b(?:due(?= (?:to|date|diligence|credit)\b)|one(?= of the (?:few|best|rare)\b)|(?<=es )sei|"
    r"sei(?= (?:noch|nur|hier|es|de[rmn]|die|das|eine?|dahingestellt|gesagt|"
    r"erwähnt|angemerkt|hervorgehoben|lobend|positiv|darauf)\b))",
    re.I,
)
_ONE_POINT = re.compile(
    r"\b(?:one|einen?|uno?|um) (?:single |einzigen |solo |único )?(point|punkt|punto|"
    r"ponto)(?= (?:out of|of|von|sur|sobre|de|su|em)\b)",
    re.I,
)
_GERMAN = ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_GERMAN_HALF = re.compile(rf"\b({'|'.join(_GERMAN)})(?:und)?einhalb(?=\b|e)", re.I)
_CHINESE = re.compile(
    rf"(?<![{HAN}百千几数第两半大过])(?P<sign>[{HAN}两])(?:点(?P<tenth>[{HAN}]))?\s?分(?P<half>半)?"
    r"(?![之钟析别明享配数布歧寸外为支散辨裂])"
)
_VERY = re.compile(r"十分(?=[^\W\d_])(?!制|满|中|下|里|的满)")
_JAPANESE = re.compile(
    rf"(?<![{HAN}百千何数第])(?P<sign>[{HAN}])\s?点(?P<half>半)?"
    r"(?=です|でし|である|だ|とす|とし|とな|を|に|が妥|が適|満点|中|か|は|と|の評|が私|[。、.,!?！？)(（）」』]|$)"
)
_NATIVE = re.compile(rf"(?<![가-힣])({'|'.join(KOREAN)})\s?점(\s?반)?(?!수|검|심|차|점|철|포)")
_SINO = re.compile(
    rf"(?<![가-힣])(?P<sign>[{SINO_KOREAN}])\s점(?P<half>\s?반)?(?=[이을으입만짜준드매정중도.,!)]|\s|$)"
)


def in_digits(line: str) -> str:
    """Return a line whose numbers of points are digits: `ocho y medio`, `七分半`, `여덟 점`."""
    line = _ONE_POINT.sub(r"1 \1", line)
    line = _NO_NUMBERS.sub("das", _OF_THE.sub("das", line))
    if _HALVES.search(line):
        line = _HALF.sub(_half, line)
    line = _GERMAN_HALF.sub(lambda found: f"{_GERMAN.index(found[1].lower()) + 1}.5", line)
    if line.isascii():
        return line
    if re.search(r"[\u3040-\u30ff]", line) or "点" in line:
        line = _JAPANESE.sub(lambda found: f"{_han(found)}点", line)
    line = _CHINESE.sub(lambda found: f"{_han(found)}分", _VERY.sub("很", line))
    line = _NATIVE.sub(lambda found: f"{_value(KOREAN.index(found[1]) + 1, found[2])}점", line)
    return _SINO.sub(_sino, line)


def _half(found: re.Match[str]) -> str:
    word = found["word"].lower()
    value = int(word) if word.isdecimal() else NUMBER_WORDS[word]
    return f"{value}.5 {found['unit'] or ''}".strip()


def _value(value: int, half: str | None) -> str:
    return f"{value}.5" if half else str(value)


def _han(found: re.Match[str]) -> str:
    value = 2 if found["sign"] == "两" else HAN.index(found["sign"])
    tenth = found.groupdict().get("tenth")
    return f"{value}.{HAN.index(tenth)}" if tenth else _value(value, found["half"])


def _sino(found: re.Match[str]) -> str:
    """Return digits, but for `이 점` and `일 점`, which are `this point` and a matter."""
    value = SINO_KOREAN.index(found["sign"])
    is_told = re.search(r"(?:만점에|점 중|점수는?|[:은는])\s*$", found.string[: found.start()])
    return found.group() if value in (1, 2) and not is_told else f"{_value(value, found['half'])}점"
