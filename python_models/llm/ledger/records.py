"""The journal's rows for requests and calls: what is written when, and what is read back."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from python_models.llm.endpoints.boundary import amount, clean, count
from python_models.llm.ledger.journal import CHANGED, Statement, select_in, upsert
from python_models.llm.ledger.journal_schema import CALL_COLUMNS, STEP_RUN_COLUMNS
from python_models.llm.prompting.calls import Answer, Call, Spent
from python_models.llm.step import FINISHED

CALL_UPSERT = upsert("llm_calls", CALL_COLUMNS)
STEP_RUN_UPSERT = upsert("llm_step_runs", STEP_RUN_COLUMNS)
SENT_COLUMNS = (
    "attempt_id", "call_id", "attempt", "kind", "state", "operation_name", "step", "node",
    "invocation_id", "owner", "endpoint", "provider", "model", "response_format",
    "is_usage_estimated", "reserved_usd", "reserved_tokens", "is_forgotten", "asked_at",
)  # fmt: skip
SENT = (
    f"insert into llm_attempts ({', '.join(SENT_COLUMNS)}) "
    f"values ({', '.join('?' * len(SENT_COLUMNS))})"
)
ARRIVED = (
    "update llm_attempts set state = 'arrived', http_status = ?, raw_response = ?, "
    "request_id = ?, seconds = ?, answered_at = ? where attempt_id = ?"
)
ENDED_COLUMNS = (
    "state", "provider", "response_model", "http_status", "finish_reason", "error", "error_type",
    "prompt_tokens", "completion_tokens", "cached_tokens", "is_usage_estimated", "cost_usd",
    "seconds", "request_id", "response_id", "answered_at",
)  # fmt: skip
ENDED = (
    f"update llm_attempts set {', '.join(f'{name} = ?' for name in ENDED_COLUMNS)}, "
    f"is_folded = {CHANGED}, fold_id = null where attempt_id = ?"
)
RELEASE = "delete from llm_claims where call_id = ? and owner = ?"

CACHED = (
    "select call_id, status, raw_answer, finish_reason, refusal, error, error_type, provider, "
    "model, response_model, attempts, prompt_tokens, completion_tokens, cached_tokens, "
    "is_usage_estimated, cost_usd, seconds, asked_at from llm_calls where call_id in ({})"
)
REPLAYED = (
    "select call_id, kind, state, raw_response, prompt_tokens, completion_tokens, cached_tokens, "
    "cost_usd, seconds, asked_at, provider, response_model, operation_name from llm_attempts "
    "where is_forgotten = 0 and call_id in ({})"
)
# states in which the same identity is not asked again; `failed` had no answer
FINAL = frozenset(FINISHED)
FINAL_ERRORS = frozenset({"context_too_long", "content_filter"})


def is_final(status: str, error_type: str | None) -> bool:
    """Say whether a call has had all the answer it will get."""
    return status in FINAL or (status == "failed" and error_type in FINAL_ERRORS)


def load_cached(connection: sqlite3.Connection, call_ids: Sequence[str]) -> dict[str, Call]:
    """Return the calls that need no further request, by call_id."""
    found: dict[str, Call] = {}
    for row in select_in(connection, CACHED, call_ids):
        if not is_final(row[1], row[6]):
            continue
        call = Call(row[0], -1, status=row[1], error=row[5], error_type=row[6], is_cached=True)
        call.provider, call.model, call.response_model = row[7] or "", row[8] or "", row[9] or ""
        if row[2] is not None or row[3] or row[4]:
            call.answers = [Answer("ask", row[2], row[3], row[4])]
        attempts, asked, said, cached = (count(value) or 0 for value in row[10:14])
        spent = (bool(row[14]), amount(row[15]), amount(row[16]))
        call.spent = Spent(attempts, asked, said, cached, *spent)
        call.asked_at = row[17]
        found[row[0]] = call
    return found


def owner_identity() -> tuple[str, int, str]:
    """Return (host, process id, when the process started): who claims a call."""
    return socket.gethostname(), os.getpid(), process_started(os.getpid())


def process_started(pid: int) -> str:
    """Return a mark that tells a process from a later one with the same id; empty when unknown."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def call_row(call: Call, values: dict[str, Any]) -> Statement:
    """Return the statement that writes a call's final state."""
    spent, answer = call.spent, call.answer
    is_chat = values.get("operation_name") == "chat"  # vectors are kept elsewhere, once
    known = values | {
        "call_id": call.call_id,
        "row_key": call.row_key,
        "replicate": call.replicate,
        "provider": call.provider,
        "model": call.model,
        "response_model": call.response_model,
        "raw_answer": answer.content if answer and is_chat else None,
        "finish_reason": answer.finish_reason if answer else None,
        "refusal": answer.refusal if answer else None,
        "status": call.status,
        "error": call.error,
        "error_type": call.error_type,
        "attempts": spent.attempts,
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
        "cached_tokens": spent.cached_tokens,
        "is_usage_estimated": int(spent.is_usage_estimated),
        "cost_usd": spent.cost_usd,
        "seconds": spent.seconds,
        "request_id": call.request_id,
        "response_id": call.response_id,
        "asked_at": call.asked_at,
    }
    return CALL_UPSERT, [known.get(name) for name in CALL_COLUMNS]


def key_json(keys: Any) -> str:
    """Return a row's key as JSON."""
    return clean(json.dumps(keys, ensure_ascii=False, default=str))
