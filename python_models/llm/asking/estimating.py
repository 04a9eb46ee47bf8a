"""What a step would ask and cost: calls exactly, tokens as well as they can be known before."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from python_models.llm.asking.asking_context import Asked, Expected
from python_models.llm.asking.estimate_errors import errors_so_far, said_of_errors
from python_models.llm.asking.rows import Rows
from python_models.llm.asking.runtime import Runtime
from python_models.llm.endpoints.endpoint import OFFLINE_PROVIDER
from python_models.llm.endpoints.prices import Price
from python_models.llm.prompting.calls import Call
from python_models.llm.prompting.tokens import count_messages, count_schema, expected_tokens
from python_models.llm.step import FINISHED

SAMPLE = 200
LEAST_KNOWN = 5  # answers whose length says more than a guess
# tokens of all requests of a call: an answer asked for again was paid twice
HISTORY = (
    "select avg(completion_tokens), count(*) from llm_calls where attempts > 0 "
    f"and status in ({','.join('?' * len(FINISHED))}) and "
)


@dataclass(frozen=True)
class Estimate:
    """What one step would ask now."""

    step: str
    node: str
    model: str
    endpoint: str
    rows: int
    calls: int
    cached_calls: int
    prompt_tokens: int
    completion_tokens: int
    usd: float
    basis: str  # where the length of the answers is known from
    most_calls: int | None = None  # with what answers still to come may add, where it is known
    most_usd: float | None = None

    def line(self) -> str:
        """Return the estimate as one sentence."""
        return (
            f"{self.step}: {self.rows:,} rows, {self.calls:,} calls to make "
            f"({self.cached_calls:,} answered before), about {self.prompt_tokens:,} tokens in and "
            f"{self.completion_tokens:,} out, ${self.usd:.4f} ({self.basis})"
        )


def estimate(
    shared: Runtime,
    asked: Asked,
    source: Rows,
    connection: sqlite3.Connection,
    sample_size: int = SAMPLE,
) -> Estimate:
    """Estimate what a prepared step would ask: its calls are known, their answers are not."""
    to_ask = source.to_ask()
    sample = spread(to_ask, sample_size)
    prompt_tokens, completion_tokens, basis = 0, 0, "nothing to ask"
    if sample:
        factor = len(to_ask) / len(sample)
        bodies = [body_of(shared, asked, source, call) for call in sample]
        counted = sum(count_body(body) for body in bodies)
        prompt_tokens = round(counted * factor * calibration(shared, asked, source))
        each, basis = answer_length(asked, source, connection, bodies)
        basis += said_of_errors(errors_so_far(connection, asked))
        completion_tokens = round(each * len(to_ask))
    price: Price = asked.price
    usd = price.cost(prompt_tokens, completion_tokens)
    asked.estimated = Expected(len(to_ask), completion_tokens, usd)
    return Estimate(
        asked.step,
        asked.node,
        asked.model,
        asked.endpoint.name,
        source.table.num_rows,
        len(to_ask),
        len(source.calls) - len(to_ask),
        prompt_tokens,
        completion_tokens,
        usd,
        basis,
    )


def spread(calls: Sequence[Call], most: int) -> list[Call]:
    """Return up to `most` calls, evenly spread over all of them."""
    stride = max(1, len(calls) // most)
    return list(calls[::stride][:most]) if calls else []


def body_of(shared: Runtime, asked: Asked, source: Rows, call: Call) -> dict:
    """Return the request a call would make."""
    return shared.ladder.body(
        asked.served,
        source.messages(call),
        asked.parameters,
        asked.schema,
        asked.step,
    )[0]


def count_body(body: dict) -> int:
    """Return about how many prompt tokens a request is."""
    schema = ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")
    return count_messages(body["messages"]) + count_schema(schema)


def calibration(shared: Runtime, asked: Asked, source: Rows) -> float:
    """Return what the endpoint counted for earlier prompts of this step against our count."""
    known = [
        call
        for call in source.calls.values()
        if call.is_cached
        and call.place >= 0
        and call.spent.attempts == 1
        and not call.spent.is_usage_estimated
    ]
    sample = spread(known, 50)
    if not sample:
        return 1.0
    counted = sum(count_body(body_of(shared, asked, source, call)) for call in sample)
    return sum(call.spent.prompt_tokens for call in sample) / max(counted, 1)


def answer_length(
    asked: Asked, source: Rows, connection: sqlite3.Connection, bodies: list[dict]
) -> tuple[float, str]:
    """Return (completion tokens a call, where that is known from)."""
    header, rows = source.prompt.header, rows_in_a_call(source)
    if known := length_so_far(asked, source, connection):
        return known
    if asked.endpoint.is_offline:
        from python_models.llm.offline.chat import answer_chat
        from python_models.llm.offline.faults import Faults

        said = [answer_chat(body, asked.step, None, Faults()) for body in bodies]
        return fmean(answer.completion_tokens for answer in said), "the offline rules were tried"
    most = asked.parameters["max_tokens"]
    if header.expected_tokens:
        return float(header.expected_tokens), "length as the prompt's header expects"
    if asked.schema is not None:
        expected = min(expected_tokens(asked.schema, rows), most)
        return expected, "no answers yet: length as the answer type's bounds allow"
    return most / 2, "no answers yet: half of max_tokens"


def length_so_far(
    asked: Asked, source: Rows, connection: sqlite3.Connection
) -> tuple[float, str] | None:
    """Return the mean of earlier answers: to this prompt first, of this model first."""
    prompt = source.prompt
    own, real = "model = ? and endpoint = ?", "provider <> ?"
    model, other = [asked.model, asked.endpoint.name], [OFFLINE_PROVIDER]
    for where, values, said in (
        (f"{own} and prompt_hash = ?", [*model, prompt.text_hash], "answers to this prompt so far"),
        (f"{own} and prompt_template = ?", [*model, prompt.name],
         "answers to earlier versions of this prompt"),
        (f"{real} and prompt_hash = ?", [*other, prompt.text_hash],
         "answers of other models to this prompt"),
        (f"{real} and prompt_template = ?", [*other, prompt.name],
         "answers of other models to versions of this prompt"),
    ):  # fmt: skip
        row = connection.execute(f"{HISTORY} {where}", [*FINISHED, *values])
        mean, count = row.fetchone()
        if count >= LEAST_KNOWN:
            return mean, f"length as in {count:,} {said}"
    return None


def rows_in_a_call(source: Rows) -> float:
    """Return how many rows one call asks about, on average."""
    return max(1.0, source.table.num_rows / max(len(source.calls), 1))
