"""After a crash: what had arrived is read, what was under way is marked lost, claims are freed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ingestion.lakehouse.settings import SettingsError
from python_models.llm.endpoints.boundary import amount, count
from python_models.llm.endpoints.endpoint import OFFLINE, Endpoint
from python_models.llm.endpoints.prices import Price, price_of
from python_models.llm.ledger.claims import living_owners
from python_models.llm.ledger.journal import select_in
from python_models.llm.ledger.parse_response import (
    ended_values,
    read_again,
    read_body,
    read_embeddings,
)
from python_models.llm.ledger.records import ENDED, ENDED_COLUMNS, REPLAYED
from python_models.llm.prompting.calls import Call

OPEN = (
    "select attempt_id, owner, state, raw_response, endpoint, provider, model, seconds, "
    "request_id, answered_at, operation_name, reserved_usd from llm_attempts "
    "where state in ('sent', 'arrived')"
)
LOST = (
    "update llm_attempts set state = 'lost', error_type = 'lost', error = ?, "
    "prompt_tokens = 0, completion_tokens = 0, is_usage_estimated = 1, "
    "cost_usd = coalesce(reserved_usd, 0) "
    "where attempt_id = ? and state = 'sent'"
)
LOST_REASON = (
    "the process ended while this request was under way: it may have been billed, and is booked "
    "at the most it can have cost"
)


def recover(connection: sqlite3.Connection) -> int:
    """Bring the attempts of dead processes to their final state; return how many there were."""
    rows = connection.execute(OPEN).fetchall()
    living = living_owners(connection, {row[1] for row in rows if row[1]})
    dead = [row for row in rows if row[1] not in living]
    if not dead:
        return 0
    with connection:
        for attempt_id, _, state, text, endpoint, provider, model, *times in dead:
            if state == "sent":
                connection.execute(LOST, (LOST_REASON, attempt_id))
                continue
            seconds, request_id, answered_at, operation, reserved_usd = times
            read = read_embeddings if operation == "embeddings" else read_body
            price = known_price(endpoint, model)
            completion = read(text, price, None, amount(reserved_usd))
            more = {"seconds": seconds, "request_id": request_id, "answered_at": answered_at}
            ended = ended_values(completion, provider, more)
            values = [ended.get(name) for name in ENDED_COLUMNS]
            connection.execute(ENDED, [*values, attempt_id])
    return len(dead)


def known_price(endpoint: str, model: str) -> Price:
    """Return a model's price, 0 where nobody knows it any more (tokens are kept)."""
    try:
        return price_of(Endpoint(endpoint, "", is_offline=endpoint == OFFLINE), model)
    except SettingsError:
        return Price(0.0, 0.0, 0.0)


def replay(connection: sqlite3.Connection, calls: dict[str, Call], call_ids: Sequence[str]) -> None:
    """Give calls that have not ended the answers and costs of their earlier attempts."""
    query = f"{REPLAYED} order by call_id, attempt"
    for row in select_in(connection, query, call_ids):
        call_id, kind, state, text, prompt_tokens, completion_tokens, cached, cost, *rest = row
        seconds, asked_at, provider, response_model, operation = rest
        call = calls[call_id]
        spent = call.spent
        spent.attempts += 1
        spent.prompt_tokens += count(prompt_tokens) or 0
        spent.completion_tokens += count(completion_tokens) or 0
        spent.cached_tokens += count(cached) or 0
        spent.cost_usd += amount(cost)
        spent.seconds += amount(seconds)
        call.asked_at = call.asked_at or asked_at
        answer = None
        if state == "answered" and text:
            answer = read_again(text, operation == "embeddings")
        if answer is not None:
            call.provider, call.response_model = provider or "", response_model or ""
            call.answers.append(answer._replace(kind="ask" if kind == "retry" else kind))
