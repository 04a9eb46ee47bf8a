"""The encoding of bytes that nobody declared, or that are not what was declared.

Detectors misread texts as short as feeds' titles; what tells most encodings apart is plain: which
bytes come in pairs, and what language the unmarked letters are.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

import py3langid
from charset_normalizer import from_bytes

# what writers mean by a name: the encoding that has all its characters, and more
MEANT = {
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949",
    "big5": "big5hkscs", "iso8859-9": "cp1254", "tis-620": "cp874", "iso8859-11": "cp874",
}  # fmt: skip
_SAMPLE = 200_000  # bytes
_COHERENT = 0.2  # below it a guess of charset-normalizer is one of many
_WESTERN = 0.35  # in Latin scripts fewer letters than this carry marks; in others nearly all do
_PAIRED = 0.7  # share of characters beyond ASCII that must be common ones of an encoding
_LEAST = 3  # such characters
_ASIDE = re.compile(rb"<!--.*?(?:-->|\Z)|<[^>]*+>?|https?://[^\s<]+", re.DOTALL)
_CENTRAL = {"pl", "cs", "sk", "hu", "hr", "sl", "ro", "bs"}
_PAIRS: tuple[tuple[str, Callable[[int, int], bool], Callable[[str], bool]], ...] = (
    ("euc_jp", lambda a, b: a in (0xA4, 0xA5), lambda one: "\u3041" <= one <= "\u30ff"),
    ("cp932", lambda a, b: a in (0x82, 0x83), lambda one: "\u3041" <= one <= "\u30ff"),
    ("cp949", lambda a, b: 0xB0 <= a <= 0xC8 and b >= 0xA1, lambda one: "가" <= one <= "힣"),
)
# of every alphabet the letters that are two thirds of any text in it
_CYRILLIC, _GREEK, _HEBREW = "оеаинтсрвл", "αοιετσνηρυςάίό", "יוהלארתמבש"
_COMMON = {
    "cp1251": _CYRILLIC, "koi8-r": _CYRILLIC, "iso8859-5": _CYRILLIC, "cp866": _CYRILLIC,
    "iso8859-7": _GREEK, "cp1253": _GREEK, "cp1255": _HEBREW,
}  # fmt: skip
_COMMONEST = 0.55
_LETTERS = 8
_ODD_CAPITALS = re.compile(r"(?<=[\u03ac-\u03ce\u0430-\u0451])[\u0391-\u03a9\u0401-\u042f]")
_KANA = 0.15  # share of a Japanese text's characters


def guess(content: bytes) -> tuple[str, float]:
    """Return the encoding bytes are most likely in, and how sure that is (0..1)."""
    sample = _ASIDE.sub(b" ", content[:_SAMPLE])
    if name := _of_pairs(sample):
        return name, 0.8
    western = sample.decode("cp1252", "replace")
    letters = [one for one in western if one.isalpha()]
    marked = sum(not one.isascii() for one in letters)
    if marked <= _WESTERN * max(1, len(letters)):
        return _of_language(sample, western), 0.6
    if found := _of_script(sample):
        return found
    best = from_bytes(content[:_SAMPLE]).best()
    if best is not None and best.coherence > _COHERENT:
        name = codecs.lookup(best.encoding).name
        sure = round(max(0.0, 1 - best.chaos) * best.coherence, 3)
        return ("cp1252" if name in ("iso8859-1", "ascii") else name), sure
    arabic = [one for one in sample.decode("cp1256", "replace") if not one.isascii()]
    if sum("\u0600" <= one <= "\u06ff" for one in arabic) > 0.9 * max(1, len(arabic)):
        return "cp1256", 0.5
    return "cp1252", 0.3


def _of_script(sample: bytes) -> tuple[str, float] | None:
    """Return the one-byte encoding in which most letters are the commonest of their script."""
    shares = {}
    for name, common in _COMMON.items():
        text = sample.decode(name, "replace")
        letters = [one for one in text if not one.isascii() and (one.isalpha() or one == "\ufffd")]
        if len(letters) < _LETTERS:
            continue
        # a capital within a word: the halves of the alphabet are where another encoding has them
        odd = len(_ODD_CAPITALS.findall(text))
        shares[name] = (sum(one.lower() in common for one in letters) - odd) / len(letters)
    best = max(shares, key=lambda name: shares[name], default=None)
    return (best, round(min(0.9, shares[best]), 3)) if best and shares[best] >= _COMMONEST else None


def _of_pairs(sample: bytes) -> str | None:
    """Return the encoding of two bytes a character that a text is in; None: none."""
    shares = {}
    for name, is_lead, is_own in _PAIRS:
        text = _beyond_ascii(sample, name)
        if text is None or not any(is_lead(a, b) for a, b in zip(sample, sample[1:], strict=False)):
            continue
        share = sum(map(is_own, text)) / len(text)
        if share >= (_PAIRED if name == "cp949" else _KANA):
            shares[name] = share
    if shares:
        return max(shares, key=lambda name: shares[name])
    for name, lead, trail in (("gb18030", (0xB0, 0xD7), 0xA1), ("big5", (0xA4, 0xC6), 0x40)):
        text = _beyond_ascii(sample, name)
        if text is not None:
            pairs = [one.encode(name) for one in text]
            common = [p for p in pairs if lead[0] <= p[0] <= lead[1] and p[-1] >= trail]
            shares[name] = len(common) / len(pairs) * (len(pairs) > _western_marks(sample, name))
    best = max(shares, key=lambda name: shares[name], default=None)
    return best if best and shares[best] >= _PAIRED else None


def _western_marks(sample: bytes, name: str) -> float:
    """Return how many pairs a text of Latin letters may have by chance."""
    if name == "gb18030":  # two marked letters in a row are rare there
        return 0.0
    return 0.1 * len(re.findall(rb"[A-Za-z]", sample))


def _beyond_ascii(sample: bytes, name: str) -> str | None:
    """Return a text's characters beyond ASCII, punctuation aside; None: it is not in it."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError as error:
        if error.start < len(sample) - 3:
            return None
        text = sample[: error.start].decode(name)
    found = "".join(one for one in text if not one.isascii() and one.isalpha())
    return found if len(found) >= _LEAST else None


def _of_language(sample: bytes, western: str) -> str:
    """Return the encoding of a text of Latin letters by the language they are of."""
    if "\ufffd" in western or len(western) < 40:
        return "cp1252"
    language = py3langid.classify(re.sub(r"[^\x00-\x7f]", " ", western)[:4_000])[0]
    if language == "tr":
        return "cp1254"
    if language not in _CENTRAL:
        return "cp1252"
    if any(0x80 <= one <= 0x9F for one in sample):
        return "cp1250"
    marks = (0xB1, 0xB6, 0xBC) if language == "pl" else (0xB9, 0xBE, 0xBB)
    return "iso8859-2" if any(one in marks for one in sample) else "cp1250"
