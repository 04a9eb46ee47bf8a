"""What records of chat data are, as it is told: format, confidence, turns, or why they are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from ingestion.conversations.formats import Message, Standardised, Unstandard, standardise
from python_models.conversations.preview import Previewed


class Turn(BaseModel):
    """One turn of a conversation."""

    role: str
    content: str


class Understood(BaseModel):
    """What a record is, or why it is no conversation."""

    record_number: int
    format: str | None
    confidence: float | None
    conversation_id: str | None
    turns: list[Turn]
    metadata: dict[str, Any]
    reason: str | None  # what is wrong, in one word of the rejects
    error: str | None


def understood(record: Any, format_name: str) -> Standardised | Unstandard:
    """Return what a record is; reads it as landing does."""
    try:
        return standardise(record, None if format_name == "auto" else format_name)
    except Unstandard as error:
        return error
    except RecursionError:
        return Unstandard("too_deep", "the record is nested too deeply")
    except Exception as error:  # noqa: BLE001  as in landing: one record must not end the others
        told = f"the record could not be understood: {type(error).__name__}: {error}"
        return Unstandard("not_understood", told)


def told(number: int, record: Any, format_name: str) -> dict[str, Any]:
    """Return what is told of one record."""
    found = understood(record, format_name)
    if isinstance(found, Unstandard):
        return _document(number, None, None, None, (), {}, found.reason, str(found))
    return _document(
        number, found.format, found.confidence, found.conversation_id, found.messages,
        found.metadata,
    )  # fmt: skip


def document(one: Previewed, metadata: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of a record that was looked at."""
    return _document(
        one.record_number, one.format, one.confidence, one.conversation_id, one.messages,
        metadata, one.reason, one.error,
    )  # fmt: skip


def _document(
    number: int,
    format_name: str | None,
    confidence: float | None,
    conversation_id: str | None,
    messages: Sequence[Message],
    metadata: dict[str, Any],
    reason: str | None = None,
    error: str | None = None,
) -> dict[str, Any]:
    return {
        "record_number": number,
        "format": format_name,
        "confidence": confidence,
        "conversation_id": conversation_id,
        "turns": [{"role": role, "content": content} for role, content in messages],
        "metadata": metadata,
        "reason": reason,
        "error": error,
    }
