"""Chat records of any format in one shape: `standardise(record) -> Standardised`.

Pure functions over decoded records. What fits no known format, or fits two that disagree, raises
`Unstandard` with its reason: there is never a guess.
"""

from __future__ import annotations

from ingestion.conversations.formats.detection import standardise
from ingestion.conversations.formats.shape import (
    Message,
    Standardised,
    Unstandard,
    Wishes,
    conversation_id,
    token_estimate,
)

__all__ = [
    "Message",
    "Standardised",
    "Unstandard",
    "Wishes",
    "conversation_id",
    "standardise",
    "token_estimate",
]
