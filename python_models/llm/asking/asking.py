"""From rows to answers: prepared, looked up, estimated, asked. Steps and cascades use it alike."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import NamedTuple

import pyarrow as pa

from ingestion.lakehouse.output import is_quiet
from ingestion.lakehouse.settings import settings
from python_models.llm.asking.asking_context import Asked, Stop
from python_models.llm.asking.budget import Budget, Ceiling
from python_models.llm.asking.dispatcher import Asker
from python_models.llm.asking.estimating import estimate
from python_models.llm.asking.progress import Progress
from python_models.llm.asking.rows import Place, Rows, SingleRows
from python_models.llm.asking.runtime import REMEMBER, Runtime
from python_models.llm.endpoints.endpoint import Endpoint, extras_of
from python_models.llm.endpoints.prices import Price, price_of
from python_models.llm.features.batch_mode import BatchAsker
from python_models.llm.features.many_rows import ManyRows
from python_models.llm.ledger.journal import reading
from python_models.llm.ledger.recording import RECORDER, OnlyEstimated, invocation
from python_models.llm.prompting.calls import Call, Source
from python_models.llm.prompting.identity import text_hash
from python_models.llm.prompting.prompts import Prompt
from python_models.llm.step import Step

LOGGED_SAMPLE = 24


class Work(NamedTuple):
    """What all parts of a run of a step need."""

    shared: Runtime
    step: Step
    prompt: Prompt
    node: str


class Answered(NamedTuple):
    """Rows with the answers they got, and what the calls had in common."""

    source: Rows
    asked: Asked


def answer_rows(
    work: Work, table: pa.Table, model: str, wanted: set[int] | None = None
) -> Answered:
    """Ask one model about every row (or every wanted one) that is not answered yet."""
    shared, step = work.shared, work.step
    source = source_of(step, work.prompt, table, shared.endpoint.identity, model)
    source.prepare()
    source.want(wanted)
    asked = asked_of(work, source)
    recorder = RECORDER.get()
    with reading(shared.journal.path) as connection:
        source.take_cached(connection)
        if recorder is not None:
            recorder.append(estimate(shared, asked, source, connection))
            raise OnlyEstimated(step.name)
        if source.to_ask():
            before = estimate(shared, asked, source, connection, LOGGED_SAMPLE)
            if not is_quiet():
                sys.stderr.write(f"{before.line()}\n")
    ask_missing(shared, asked, source)
    return Answered(source, asked)


def ask_wanted(work: Work, answered: Answered, places: set[int]) -> None:
    """Ask about some more of the rows, as far as they are not answered yet."""
    answered.source.want(places)
    if answered.source.to_ask():
        ask_missing(work.shared, answered.asked, answered.source)


def source_of(step: Step, prompt: Prompt, table: pa.Table, endpoint: str, model: str) -> Rows:
    """Return the step's rows, as single questions or many in a call."""
    place = Place(endpoint, model, prompt.header.parameters.sent())
    kind = ManyRows if step.batch_size > 1 else SingleRows
    return kind(step, prompt, table, place)


def asked_of(
    work: Work, source: Rows, endpoint: Endpoint | None = None, price: Price | None = None
) -> Asked:
    """Gather what all calls of the step have in common."""
    shared, step, prompt = work.shared, work.step, work.prompt
    invocation_id = invocation()
    ceilings = [
        shared.ceiling(invocation_id),
        Ceiling(f"step's ({step.name})", step.max_usd, step.max_tokens, step.max_calls),
    ]
    endpoint, parameters = endpoint or shared.endpoint, source.place.parameters
    constants = {
        "operation_name": "chat",
        "step": step.name,
        "node": work.node,
        "invocation_id": invocation_id,
        "prompt_template": prompt.name,
        "prompt_version": prompt.header.version,
        "prompt_hash": prompt.text_hash,
        "endpoint": endpoint.name,
        "server_address": endpoint.address,
        "request_parameters": extras_of(endpoint.name).noted(parameters),
        "output_schema": text_hash(json.dumps(source.schema)) if source.schema else None,
    }
    return Asked(
        step=step.name,
        node=work.node,
        invocation_id=invocation_id,
        endpoint=endpoint,
        model=source.place.model,
        parameters=parameters,
        schema=source.schema,
        price=price_now(price or price_of(endpoint, source.place.model)),
        budget=Budget(ceilings, shared.budget_changed),
        constants=constants,
        deadline=settings().llm_deadline_seconds,
    )


def price_now(price: Price) -> Price:
    """Return what a model costs the way it is asked now."""
    return price.in_batch() if settings().llm_mode == "batch" else price


def ask_missing(shared: Runtime, asked: Asked, source: Rows) -> None:
    """Ask what the journal does not have, and what that makes necessary."""
    total, missing = len(source.calls), source.to_ask()
    say_wanted(shared, asked, total, total - len(missing))
    with Progress(asked.step, total, total - len(missing)) as progress:
        asked.on_done = progress.done
        ask_calls(shared, asked, source, missing)
        more = [call.call_id for call in source.follow_up()]
        if more:
            progress.add(len(more))
            say_wanted(shared, asked, total + len(more), total - len(missing))
            with reading(shared.journal.path) as connection:
                source.take_more(connection, more)
            ask_calls(shared, asked, source, [source.calls[call_id] for call_id in more])
    if not asked.is_broken:
        shared.journal.flush()


def say_wanted(shared: Runtime, asked: Asked, calls: int, cached: int) -> None:
    """Note how many answers a step wants, for whoever follows the run while it asks."""
    wanted = json.dumps({"calls": calls, "cached": cached})
    shared.journal.put([(REMEMBER, (asked.noted_as, wanted))])


def ask_calls(shared: Runtime, asked: Asked, source: Source, calls: Sequence[Call]) -> None:
    """Ask, unless the budget says that nothing is to be asked."""
    calls = [call for call in calls if not call.is_cached]
    if calls and may_ask(asked):
        shared.run(asker_of(shared, asked, source).ask(calls))


def may_ask(asked: Asked) -> bool:
    """Say whether anything may be asked; where the budget forbids it, the step is stopped."""
    known = settings()
    if asked.stopped:
        return False
    if known.llm_budget_usd == 0:
        asked.stopped = Stop("LLM_BUDGET_USD=0: no request is made, cached answers only", False)
    elif not asked.price.is_free and not asked.budget.is_limited:
        asked.stopped = Stop(
            f"{asked.endpoint.name} costs money and no budget is set, so nothing was asked: "
            "set LLM_BUDGET_USD (see `make estimate`)",
            is_failure=False,
        )
    return asked.stopped is None


def asker_of(shared: Runtime, asked: Asked, source: Source) -> Asker | BatchAsker:
    """Return what asks a step's calls in the mode that is set."""
    kind = BatchAsker if settings().llm_mode == "batch" else Asker
    return kind(shared, asked, source)
