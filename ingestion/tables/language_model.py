"""The model that tells languages, loaded once for all products of a process."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def language_model() -> Any:
    """Return py3langid's identifier of all its languages, with probabilities of 0..1.

    It takes half a second of CPU to load. It is shared: its languages are not to be restricted.
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
