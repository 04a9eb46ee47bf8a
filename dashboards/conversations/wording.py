"""Words for what checks, sets and copies say of a conversation, as a person would say it."""

from __future__ import annotations

import re

# check -> what is wrong where it was not passed
CHECKS = {
    "role_order": "the speakers do not take turns",
    "answered": "no answer to the last question",
    "empty_turns": "a turn says nothing",
    "length": "too short or too long",
    "encoding": "garbled characters",
    "truncation": "the last answer breaks off",
    "language": "not in the language it is said to be in",
    "repetition": "answers repeat themselves",
    "boilerplate": "stock phrases instead of an answer",
    "personal_data": "personal data",
    "toxicity": "abusive language",
    "turn_balance": "one side says nearly all of it",
    "lexical_diversity": "too few different words",
}
COPIES = {
    "exact_duplicate": "the same conversation is kept already",
    "near_duplicate": "nearly the same conversation is kept already",
}
DECISIONS = {"kept": "Kept", "left_out": "Left out", "member": "In the set"}
_FAILED = re.compile(r"^(?:failed validation: )?(?:structure|content|judged): (\w+)$")


def reason_words(reason: str | None) -> str | None:
    """Return why a record was left out; a reason that is not known stays as it is."""
    if not reason:
        return reason
    failed = _FAILED.match(reason)
    if failed and failed[1] in CHECKS:
        return CHECKS[failed[1]]
    return COPIES.get(reason, reason.replace("_", " "))


def decision_words(decision: str | None) -> str | None:
    """Return what became of a record."""
    return DECISIONS.get(decision or "", decision)
