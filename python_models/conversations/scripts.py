"""The script a text is written in, and what that says of its language.

Some scripts are one language's own; others are shared by a few, told apart by the letters only one
of them has, or by a model that chooses among them alone.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# what letters of each script are, and how many Latin letters one of them is worth
_SCRIPTS: dict[str, tuple[re.Pattern[str], float]] = {
    "han": (re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"), 3.0),
    "kana": (re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]"), 3.0),
    "hangul": (re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), 2.5),
    "cyrillic": (re.compile("[\u0400-\u052f]"), 1.0),
    "arabic": (re.compile("[\u0620-\u064a\u0671-\u06d3\u06fa-\u06ff\u0750-\u077f]"), 1.0),
    "greek": (re.compile("[\u0370-\u03ff\u1f00-\u1fff]"), 1.0),
    "hebrew": (re.compile("[\u05d0-\u05f2]"), 1.0),
    "thai": (re.compile("[\u0e01-\u0e4f]"), 1.0),
    "devanagari": (re.compile("[\u0904-\u0963\u0971-\u097f]"), 1.0),
}
_ANY = re.compile("|".join(letters.pattern for letters, _ in _SCRIPTS.values()))
_LETTER = re.compile(r"[^\W\d_]")
_OWN = {"han": "zh", "kana": "ja", "hangul": "ko", "greek": "el", "hebrew": "he", "thai": "th"}
# languages of a script that several share, the commonest first
SHARED = {
    "cyrillic": ("ru", "uk", "bg", "sr", "be", "mk", "kk", "ky", "mn", "tg", "tt", "ba"),
    "arabic": ("ar", "fa", "ur", "ps", "ug", "sdh"),
    "devanagari": ("hi", "mr", "ne", "sa", "gom"),
}
# letters that only one of them has
_TELLING: dict[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "cyrillic": (
        ("be", re.compile("[ўЎ]")),
        ("kk", re.compile("[ұҰқҚ]")),
        ("tg", re.compile("[ҷҶҳҲӣӢӯӮ]")),
        ("tt", re.compile("[җҖ]")),
        ("ba", re.compile("[ҡҠҙҘҫҪ]")),
        ("uk", re.compile("[їЇєЄґҐ]")),
        ("mk", re.compile("[ѓЃќЌѕЅ]")),
        ("sr", re.compile("[ђЂћЋљЉњЊ]")),
    ),
    "arabic": (
        ("ur", re.compile("[\u0679\u0688\u0691\u06ba\u06d2]")),
        ("ps", re.compile("[\u067c\u0689\u0693\u0696\u069a\u06bc\u06d0]")),
        ("fa", re.compile("[\u067e\u0686\u0698\u06af]")),
    ),
    "devanagari": (("mr", re.compile("\u0933")),),
}
# letters of the commonest language of a script that neighbours have, too, beside ones of their own
_COMMON = {
    "cyrillic": (
        "ru",
        re.compile("[ыЫэЭёЁ]"),
        re.compile("[\u0400\u0402-\u040f\u0450\u0452-\u052f]"),
    )
}
FOREIGN = 0.1  # share of letters of a neighbour's own from which a text is not the commonest's
DECIDES = 0.5  # share of a text's letters from which its script says the language
JAPANESE = 0.1  # share of kana among Han and kana from which a text is Japanese


class Written(NamedTuple):
    """The script most of a text is in; `language` is null where several share it."""

    script: str
    language: str | None
    among: tuple[str, ...]


def written_in(text: str, least: float = DECIDES) -> Written | None:
    """Return the script of at least that share of a text's letters, None where there is none."""
    if text.isascii():
        return None
    counts = {name: weight * len(letters.findall(text))
              for name, (letters, weight) in _SCRIPTS.items()}  # fmt: skip
    scripted = sum(counts.values())
    if not scripted:
        return None
    bare = sum(counts[name] / _SCRIPTS[name][1] for name in counts)
    whole = scripted + max(0.0, len(_LETTER.findall(text)) - bare)
    east_asian = counts["han"] + counts["kana"]
    if counts["kana"] >= JAPANESE * east_asian > 0:
        counts["kana"], counts["han"] = east_asian, 0.0
    script = max(counts, key=lambda name: counts[name])
    if counts[script] < least * whole:
        return None
    return Written(script, _OWN.get(script) or _told(script, text), SHARED.get(script, ()))


def without_scripts(text: str) -> str:
    """Return a text that no script decides on without the letters of those scripts."""
    return text if text.isascii() else _ANY.sub(" ", text)


def _told(script: str, text: str) -> str | None:
    """Return the one language of a shared script whose letters a text has, None where none has."""
    told = [(len(letters.findall(text)), name) for name, letters in _TELLING[script]]
    count, name = max(told)
    if script in _COMMON:
        common, letters, foreign = _COMMON[script]
        known = len(letters.findall(text))
        if known > len(foreign.findall(text)) / FOREIGN:
            return common
    return name if count else None
