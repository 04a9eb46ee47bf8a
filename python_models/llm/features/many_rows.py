"""Many rows in one call: answers are matched by id, and asked again singly where one is missing."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from python_models.llm.asking.rows import Outcome, Place, Rows, StepError
from python_models.llm.endpoints.boundary import fits
from python_models.llm.ledger.journal import Statement, select_in
from python_models.llm.ledger.records import is_final, key_json, load_cached
from python_models.llm.prompting.answers import Judgement, answer_schema, describe, read_json
from python_models.llm.prompting.calls import Answer, Call
from python_models.llm.prompting.prompts import Message, Prompt, with_data_rule
from python_models.llm.step import GOOD, Row, Step

ID_LENGTH = 10
ITEM = "insert or replace into llm_items values (?, ?, ?)"


@dataclass(slots=True)
class Item:
    """One row's own question inside calls that hold many."""

    item_id: str
    at: int
    replicate: int
    call: Call | None = None
    value: dict[str, Any] | None = None
    error: str | None = None
    places: list[int] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """Return the id the row carries in the prompt: the same wherever it stands."""
        return self.item_id[:ID_LENGTH]


class ManyRows(Rows):
    """Groups rows into calls; a row's identity is its own, whatever group it travels in."""

    def __init__(self, step: Step, prompt: Prompt, table: pa.Table, place: Place) -> None:
        super().__init__(step, prompt, table, place)
        if not prompt.has_row_block or step.answer is None:
            raise StepError(
                f"step {step.name}: batch_size {step.batch_size} needs an answer type and a "
                "block `row` in the prompt"
            )
        self.schema = group_schema(answer_schema(step.answer))
        self._identity = place.identity(self.schema)
        self.items: dict[str, Item] = {}
        self._item_of: dict[int, str] = {}
        self._groups: dict[str, list[Item]] = {}
        self._base: list[Message] = []
        self._answer = step.answer

    def _note(self, at: int, row: Row) -> None:
        if not self._base:
            # without a row's columns: what is said once must be the same for all rows
            self._base = self.prompt.messages(self.step.said_once)
        replicate = self.step.replicate_of(row)
        question = [self._base, self.prompt.row_text(row)]
        item_id = self._identity.of(question, replicate)
        self._item_of[at] = item_id
        item = self.items.setdefault(item_id, Item(item_id, at, replicate))
        item.places.append(at)

    def take_cached(self, connection: sqlite3.Connection) -> None:
        """Take rows answered in whatever call, then group what is left."""
        query = "select item_id, call_id from llm_items where item_id in ({})"
        found = dict(select_in(connection, query, list(self.items)))
        cached = load_cached(connection, sorted(set(found.values())))
        for item_id, call_id in found.items():
            if call_id in cached:
                self._read_item(self.items[item_id], cached[call_id])
        self.calls = {call.call_id: call for call in cached.values()}
        left = [item for item in self.items.values() if item.value is None]
        size = self.step.batch_size
        for start in range(0, len(left), size):
            self._group(left[start : start + size])
        self.take_more(connection, list(self._groups))

    def take_more(self, connection: sqlite3.Connection, call_ids: Sequence[str]) -> None:
        """Take what the journal has for calls that were grouped here."""
        super().take_more(connection, call_ids)
        for call_id in call_ids:
            if self.calls[call_id].is_cached:
                self._read_group(self.calls[call_id], self._groups[call_id])

    def _group(self, items: list[Item]) -> Call:
        messages = self._messages(items)
        call_id = self._identity.of(messages, items[0].replicate)
        rows = [self.row(item.at) for item in items]
        keys = key_json([self.step.key_of(row) for row in rows])
        priority = max(self.priority_of(row) for row in rows)
        call = Call(call_id, items[0].at, items[0].replicate, priority, keys)
        call.model = self.place.model
        self.calls.setdefault(call_id, call)
        self._groups[call_id] = items
        return self.calls[call_id]

    def _messages(self, items: list[Item]) -> list[Message]:
        said = [fence_row(item.mark, self.prompt.row_text(self.row(item.at))) for item in items]
        last = self._base[-1]
        content = "\n\n".join([last["content"], *said])
        return with_data_rule([*self._base[:-1], {"role": last["role"], "content": content}])

    def messages(self, call: Call) -> list[Message]:
        """Render a call's messages (again: they were not kept)."""
        return self._messages(self._groups[call.call_id])

    def judge(self, call: Call, answer: Answer) -> Judgement:
        """Judge a whole call: it does when any row can be told from it."""
        if answer.refusal or answer.finish_reason in ("length", "content_filter"):
            return self.judge_value(answer, {})
        values, is_exact, error = read_group(answer.content or "")
        if error:
            return Judgement("invalid", error=error, wants_reask=True)
        items = self._groups[call.call_id]
        good = sum(self._judge_item(item, values)[0] is not None for item in items)
        if good == 0:
            reason = "no row's answer could be used: " + self._judge_item(items[0], values)[1]
            return Judgement("invalid", error=reason, wants_reask=True)
        if good < len(items):
            note = f"{len(items) - good} of {len(items)} rows had no usable answer in this call"
            return Judgement("repaired", error=note)
        return Judgement("ok" if is_exact else "repaired")

    def _judge_item(self, item: Item, values: dict[str, Any]) -> tuple[Any, str]:
        """Return (typed answer, reason why there is none) of one row."""
        value = values.get(item.mark)
        if value is None:
            return None, f"no single answer carries the id {item.mark}"
        try:
            typed = self._answer.model_validate(value)
            if self.step.check is not None:
                self.step.check(typed, self.row(item.at))
        except ValidationError as problem:
            return None, describe(problem)
        except (ValueError, AssertionError) as problem:
            return None, str(problem)[:500]
        return (typed, "") if fits(typed) else (None, "a number in it is too large to be stored")

    def also_final(self, call: Call) -> list[Statement]:
        """Return the rows a call answered, so that each is found again by itself."""
        items = self._groups[call.call_id]
        self._read_group(call, items)
        return [
            (ITEM, (item.item_id, call.call_id, item.mark))
            for item in items
            if item.call is call and (item.value is not None or len(items) == 1)
        ]

    def _read_group(self, call: Call, items: list[Item]) -> None:
        for item in items:
            self._read_item(item, call)

    def _read_item(self, item: Item, call: Call) -> None:
        item.call = call
        if not call.answers or call.status not in GOOD:
            item.error = call.error
            return
        values, _, error = read_group(call.answers[-1].content or "")
        typed, reason = (None, error) if error else self._judge_item(item, values)
        item.value, item.error = typed, reason or None

    def follow_up(self) -> list[Call]:
        """Return single calls for rows whose group brought them no answer."""
        left = [
            item
            for item in self.items.values()
            if item.value is None and item.call is not None and self._was_grouped(item.call)
        ]
        return [self._group([item]) for item in left]

    def _was_grouped(self, call: Call) -> bool:
        items = self._groups.get(call.call_id, [])
        return len(items) > 1 and is_final_or_failed(call)

    def outcome(self, at: int, row: Row) -> Outcome:
        """Return what became of a row."""
        if at in self.unrendered:
            return Outcome(None, "failed", None, self.unrendered[at])
        item = self.items[self._item_of[at]]
        call = item.call
        if call is not None and item.value is not None:
            status = call.status if call.status == "ok" else "repaired"
            return Outcome(call, status, item.value, None)
        if call is None:
            return Outcome(None, "pending", None, None)
        status = "invalid" if call.status in GOOD else call.status
        return Outcome(call, status, None, item.error or call.error)


def is_final_or_failed(call: Call) -> bool:
    """Say whether a call has ended, well or not."""
    return call.status == "failed" or is_final(call.status, call.error_type)


def group_schema(one: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of many answers, each with its row's id."""
    item = {name: value for name, value in one.items() if name != "$defs"}
    item["properties"] = {"id": {"type": "string"}} | item.get("properties", {})
    item["required"] = list(item["properties"])
    whole = {
        "type": "object",
        "properties": {"answers": {"type": "array", "items": item}},
        "required": ["answers"],
        "additionalProperties": False,
    }
    return whole | ({"$defs": one["$defs"]} if "$defs" in one else {})


def fence_row(mark: str, text: str) -> str:
    """Return one row's text between marks it cannot contain."""
    seal = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f'<row id="{mark}" mark="{seal}">\n{text}\n</row {seal}>'


def read_group(text: str) -> tuple[dict[str, Any], bool, str | None]:
    """Return ({id: value}, whether it was exactly JSON, error); a doubled id counts for none."""
    value, is_exact, error = read_json(text)
    if error:
        return {}, False, error
    answers = value.get("answers") if isinstance(value, dict) else None
    if not isinstance(answers, list):
        return {}, False, "answers: a list with one object for each row is missing"
    rows = [row for row in answers if isinstance(row, dict) and isinstance(row.get("id"), str)]
    counts = Counter(row["id"] for row in rows)
    single = {
        row["id"]: {name: part for name, part in row.items() if name != "id"}
        for row in rows
        if counts[row["id"]] == 1
    }
    return single, is_exact, None
