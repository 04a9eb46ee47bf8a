"""The language of a document, offline: what its prose says, not its code, links and names."""

from __future__ import annotations

import re

from ingestion.tables.language_model import language_model

SEEN = 1_000  # characters of prose that are looked at: more changes next to no answer
LEAST = 20  # letters; of fewer nobody can tell
LIKELY = 0.9  # probability from which a language is told
_NO_PROSE = re.compile(
    r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1|\Z)|`[^`\n]+`|!?\[[^\]\n]*\]\([^)\n]*\)|<?https?://\S+"
    r"|[\w.+-]{1,64}@\S+|\*\*[^*\n]+\*\* \(\d{4}-[^)\n]+\):|\b\w*[_/\\]\S*|[#|>*_\d]+",
    re.MULTILINE | re.DOTALL,
)
_LETTERS = re.compile(r"[^\W\d_]")


def language_of(text: str) -> str | None:
    """Return the language of a text (ISO 639-1); None where its prose does not tell."""
    prose = " ".join(_NO_PROSE.sub(" ", text[: 8 * SEEN]).split())[:SEEN]
    if len(_LETTERS.findall(prose)) < LEAST:
        return None
    name, probability = language_model().classify(prose)
    return str(name) if probability >= LIKELY else None
