"""Texts that tell a model what to do: they are data; they are marked, and never obeyed."""

from __future__ import annotations

import re

_TOLD = re.compile(
    r"\b(?:ignore|disregard|forget)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|all)\b"
    r"[^.\n]{0,30}\b(?:instruction|prompt|rule|message|context)s?\b"
    r"|\byou are (?:now )?(?:a|an|the) (?:\w+ )?(?:ai|assistant|language model|chatbot)\b"
    r"|\b(?:system|developer) prompt\b"
    r"|<\|?(?:im_start|system|endoftext)\|?>|\[/?INST\]"
    r"|\bdo not (?:tell|mention|reveal)\b[^.\n]{0,40}\b(?:user|human|anyone)\b"
    r"|\b(?:respond|reply|answer) only with\b",
    re.IGNORECASE,
)


def tells_the_model(text: str) -> bool:
    """Say whether a text holds words meant for a model that reads it."""
    return bool(_TOLD.search(text))
