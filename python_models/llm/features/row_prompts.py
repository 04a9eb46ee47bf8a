"""Steps whose prompts come as data: each row says what is asked, of which model and endpoint.

Rows that share all but their messages are one part with its own identity and price; all parts are
asked at the same time, each endpoint at its own pace, under one budget.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import pyarrow as pa

from ingestion.lakehouse.output import is_quiet
from ingestion.lakehouse.question_extras import usable_headers
from python_models.llm.asking.asking import (
    LOGGED_SAMPLE,
    Work,
    asked_of,
    asker_of,
    may_ask,
)
from python_models.llm.asking.asking_context import Asked
from python_models.llm.asking.budget import Budget, Ceiling
from python_models.llm.asking.estimating import SAMPLE, Estimate, estimate
from python_models.llm.asking.progress import Progress
from python_models.llm.asking.rows import Place, SingleRows, StepError
from python_models.llm.endpoints.endpoint import (
    OFFLINE,
    Endpoint,
    endpoint_named,
    identity_name,
    plain_name,
)
from python_models.llm.endpoints.prices import Price
from python_models.llm.ledger.journal import reading
from python_models.llm.ledger.recording import RECORDER, OnlyEstimated
from python_models.llm.prompting.calls import Call
from python_models.llm.prompting.prompts import data_prompt
from python_models.llm.step import RowPrompts

Coming = Callable[[], pa.Table]
UNPRICED = Price(0.0, 0.0, 0.0)  # of what is not asked


class PromptRows(SingleRows):
    """Rows that bring their prompts; a question another part asks already is not asked twice."""

    elsewhere: frozenset[str] = frozenset()

    def to_ask(self) -> list[Call]:
        """Return the calls this part has to make."""
        return [call for call in super().to_ask() if call.call_id not in self.elsewhere]


class Part(NamedTuple):
    """Rows of one template, endpoint, model and set of parameters (and headers)."""

    places: list[int]  # in the step's table
    work: Work
    endpoint: str  # its own name
    source: PromptRows
    headers: dict[str, str]


def parts_of(work: Work, table: pa.Table) -> list[Part]:
    """Cut a step's rows into parts and prepare their questions.

    Raises:
        StepError: a column is missing, or a row's parameters are not usable.
    """
    given = _prompts_of(work)
    if missing := [name for name in given.columns if name not in table.column_names]:
        raise StepError(
            f"step {work.step.name}: the input has no column {', '.join(missing)}, "
            f"which says what to ask; it has {', '.join(table.column_names)}"
        )
    columns = [table[n].to_pylist() if n else [None] * table.num_rows for n in given.shared]
    groups: dict[tuple[Any, ...], list[int]] = {}
    for at, key in enumerate(zip(*columns, strict=True)):
        groups.setdefault(key, []).append(at)
    parts = []
    asked_before: dict[tuple[Any, ...], dict[str, Call]] = {}
    for key, places in groups.items():
        part = _part(work, table, key, places)
        _share(part, asked_before.setdefault(_place_key(part), {}))
        parts.append(part)
    return parts


def _prompts_of(work: Work) -> RowPrompts:
    assert work.step.prompts is not None
    return work.step.prompts


def _part(work: Work, table: pa.Table, key: tuple[Any, ...], places: list[int]) -> Part:
    *shared, headers = (value or "" for value in key)
    endpoint, model, parameters, template, template_hash, asked_for = shared
    given = _prompts_of(work)
    step = given.asking(work.step, asked_for)
    try:
        prompt = data_prompt(given.messages, template, template_hash, parameters)
        sent = usable_headers(headers)
    except ValueError as error:
        raise StepError(f"step {step.name}: {error}") from None
    name, place = plain_name(endpoint or "default"), identity_name(endpoint or "default")
    rows = table if len(places) == table.num_rows else table.take(pa.array(places))
    source = PromptRows(step, prompt, rows, Place(place, model, prompt.header.parameters.sent()))
    source.prepare()
    if given.is_asked:
        flags = rows.column(given.is_asked).to_pylist()
        source.want({at for at, flag in enumerate(flags) if flag})
    return Part(places, work._replace(step=step, prompt=prompt), name, source, sent)


def _place_key(part: Part) -> tuple[Any, ...]:
    place = part.source.place
    return place.endpoint, place.model, repr(sorted(place.parameters.items()))


def _share(part: Part, known: dict[str, Call]) -> None:
    """Let a question that an earlier part asks be that part's call."""
    shared = part.source.calls.keys() & known.keys()
    part.source.elsewhere = frozenset(shared)
    known.update({key: call for key, call in part.source.calls.items() if key not in shared})


def take_cached(work: Work, parts: list[Part]) -> None:
    """Take the answers the journal has, each question's once."""
    with reading(work.shared.journal.path) as connection:
        for part in parts:
            part.source.take_cached(connection)


def asked_parts(parts: list[Part]) -> list[Asked]:
    """Gather what the calls of each part have in common; one step's ceilings hold for all.

    Raises:
        SettingsError: rows have to be asked of an endpoint nobody knows, or at no known price.
    """
    found = []
    ceiling: Ceiling | None = None
    for part in parts:
        is_asking = bool(part.source.to_ask())
        endpoint = (
            endpoint_named(part.endpoint)
            if is_asking
            else Endpoint(part.endpoint, "", part.endpoint == OFFLINE)
        )
        asked = asked_of(part.work, part.source, endpoint, None if is_asking else UNPRICED)
        ceiling = ceiling or asked.budget.ceilings[-1]
        ceilings = [*asked.budget.ceilings[:-1], ceiling]
        asked.budget = Budget(ceilings, part.work.shared.budget_changed)
        asked.headers = part.headers
        found.append(asked)
    return found


def answer_parts(work: Work, table: pa.Table, coming: Coming | None) -> list[tuple[Part, Asked]]:
    """Ask what is not answered yet; where only an estimate is wanted, give it.

    Raises:
        OnlyEstimated: `make estimate` runs the model.
    """
    parts = parts_of(work, table)
    take_cached(work, parts)
    paired = list(zip(parts, asked_parts(parts), strict=True))
    recorder = RECORDER.get()
    if recorder is not None:
        now = estimate_parts(work, paired, table.num_rows, SAMPLE)
        recorder.append(with_coming(work, now, coming() if coming else None))
        raise OnlyEstimated(work.step.name)
    if any(part.source.to_ask() for part in parts):
        before = estimate_parts(work, paired, table.num_rows, LOGGED_SAMPLE)
        if not is_quiet():
            sys.stderr.write(f"{before.line()}\n")
    ask_parts(work, paired)
    for part in parts:
        adopt_shared(part, parts)
    return paired


def ask_parts(work: Work, paired: list[tuple[Part, Asked]]) -> None:
    """Ask all parts at once; each endpoint's pacer says how fast."""
    waiting = [(part, asked, part.source.to_ask()) for part, asked in paired]
    total = sum(len(part.source.calls) for part, _ in paired)
    missing = sum(len(calls) for _, _, calls in waiting)
    with Progress(work.step.name, total, total - missing) as progress:
        askers = []
        for part, asked, calls in waiting:
            asked.on_done = progress.done
            if calls and may_ask(asked):
                askers.append(asker_of(work.shared, asked, part.source).ask(calls))
        if askers:
            work.shared.run(_all(askers))
    if not any(asked.is_broken for _, asked in paired):
        work.shared.journal.flush()


async def _all(askers: list[Any]) -> None:
    await asyncio.gather(*askers)


def adopt_shared(part: Part, parts: list[Part]) -> None:
    """Give a part the answers to its questions that another part asked."""
    for call_id in part.source.elsewhere:
        for other in parts:
            found = other.source.calls.get(call_id)
            if found is not None and other is not part and call_id not in other.source.elsewhere:
                part.source.calls[call_id] = found
                break


def estimate_parts(
    work: Work, paired: list[tuple[Part, Asked]], rows: int, sample: int
) -> Estimate:
    """Return what the parts would ask together."""
    with reading(work.shared.journal.path) as connection:
        each = [
            estimate(work.shared, asked, part.source, connection, sample)
            for part, asked in paired
            if part.source.to_ask()
        ]
    every = {call_id for part, _ in paired for call_id in part.source.calls}
    waiting = sum(len(part.source.to_ask()) for part, _ in paired)
    models = sorted({one.model for one in each}) or sorted({asked.model for _, asked in paired})
    places = sorted({one.endpoint for one in each}) or sorted({part.endpoint for part, _ in paired})
    basis = sorted({one.basis for one in each}) or ["nothing to ask"]
    return Estimate(
        work.step.name, work.node, ", ".join(models), ", ".join(places), rows, waiting,
        len(every) - waiting, sum(one.prompt_tokens for one in each),
        sum(one.completion_tokens for one in each), sum(one.usd for one in each),
        "; ".join(basis),
    )  # fmt: skip


def with_coming(work: Work, now: Estimate, coming: pa.Table | None) -> Estimate:
    """Add to an estimate what rows that wait for other answers would ask, as its upper end."""
    if coming is None or not coming.num_rows:
        return replace(now, most_calls=now.calls, most_usd=now.usd)
    parts = parts_of(work, coming)
    paired = list(zip(parts, asked_parts(parts), strict=True))
    later = estimate_parts(work, paired, coming.num_rows, SAMPLE)
    # their prompts are not known, and so not whether two of them are the same
    calls = coming.num_rows
    each = later.usd / later.calls if later.calls else 0.0
    basis = "; ".join(
        sorted({*now.basis.split("; "), *later.basis.split("; ")} - {"nothing to ask"})
    )
    return replace(
        now, model=now.model or later.model, endpoint=now.endpoint or later.endpoint,
        most_calls=now.calls + calls, most_usd=now.usd + each * calls, basis=basis,
    )  # fmt: skip
