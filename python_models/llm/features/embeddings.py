"""Embeddings through the same door: batched, journalled, found again by content and model."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from ingestion.lakehouse.settings import settings
from python_models.llm.asking.asking import ask_calls
from python_models.llm.asking.asking_context import Asked
from python_models.llm.asking.budget import Budget
from python_models.llm.asking.progress import Progress
from python_models.llm.asking.rows import as_table
from python_models.llm.asking.runtime import Runtime, runtime
from python_models.llm.endpoints.boundary import Unreadable, clean, vectors
from python_models.llm.endpoints.endpoint import Endpoint, extras_of
from python_models.llm.endpoints.prices import price_of
from python_models.llm.ledger.journal import Statement, reading, select_in
from python_models.llm.ledger.recording import invocation
from python_models.llm.ledger.records import key_json
from python_models.llm.ledger.recovery import recover, replay
from python_models.llm.prompting.answers import Judgement
from python_models.llm.prompting.calls import Answer, Call
from python_models.llm.prompting.identity import Identity
from python_models.llm.step import StepFailed

TEXTS_PER_CALL = 128
KEPT = "insert or replace into llm_embeddings values (?, ?, ?)"
# vectors are kept once, by content; the response that brought them need not be kept as text
TRIMMED = "update llm_attempts set raw_response = null where call_id = ? and state = 'answered'"
TABLE_FIELDS = (
    pa.field("vector", pa.list_(pa.float32())),
    pa.field("status", pa.string()),
    pa.field("error", pa.string()),
    pa.field("call_id", pa.string()),
    pa.field("provider", pa.string()),
    pa.field("model", pa.string()),
)


class TextGroups:
    """Distinct texts in calls of a bounded size; the `Source` of embedding calls."""

    def __init__(
        self,
        texts: Sequence[str],
        endpoint: str,
        model: str,
        parameters: dict[str, Any] | None = None,
    ) -> None:
        self._identity = Identity(endpoint, model, parameters or {}, None)
        self.texts = {self._identity.of(text): text for text in dict.fromkeys(texts)}
        self.vectors: dict[str, tuple[str, array]] = {}  # item id -> (call id, vector)
        self.calls: dict[str, Call] = {}
        self._groups: dict[str, list[str]] = {}

    def take_cached(self, runtime: Runtime) -> None:
        """Take the vectors the journal has and group the texts that are left."""
        query = "select item_id, call_id, vector from llm_embeddings where item_id in ({})"
        with reading(runtime.journal.path) as connection:
            for item_id, call_id, blob in select_in(connection, query, list(self.texts)):
                self.vectors[item_id] = (call_id, array("f", blob))
            # which texts share a call must not go with the order an engine gives the rows in
            left = sorted(self.texts.keys() - self.vectors)
            for start in range(0, len(left), TEXTS_PER_CALL):
                group = left[start : start + TEXTS_PER_CALL]
                call_id = self._identity.of(group)
                self.calls[call_id] = Call(call_id, start, row_key=key_json(group[:1]))
                self._groups[call_id] = group
            if self.calls:
                recover(connection)
                replay(connection, self.calls, list(self.calls))

    def messages(self, call: Call) -> list[dict[str, str]]:
        """Return a call's texts in the shape of messages (only their content is sent)."""
        return [
            {"role": "user", "content": self.texts[item_id]}
            for item_id in self._groups[call.call_id]
        ]

    def judge(self, call: Call, answer: Answer) -> Judgement:
        """Take the vectors of an answer, each by its index."""
        group = self._groups[call.call_id]
        try:
            found = vectors(answer.content, len(group))
        except Unreadable as error:
            return Judgement("invalid", error=f"no vectors in the answer: {error}")
        for index, item_id in enumerate(group):
            self.vectors[item_id] = (call.call_id, found[index])
        return Judgement("ok")

    def also_final(self, call: Call) -> list[Statement]:
        """Return the vectors' rows."""
        rows = [(item_id, self.vectors.get(item_id)) for item_id in self._groups[call.call_id]]
        kept = [
            (KEPT, (item_id, found[1].tobytes(), call.call_id)) for item_id, found in rows if found
        ]
        return [*kept, (TRIMMED, (call.call_id,))]


def embed_texts(texts: Sequence[str], node: str, model: str | None = None) -> list[array | None]:
    """Return a vector for each text, in order; texts seen before are not sent again.

    Raises:
        StepFailed: the endpoint or the journal refuses.
    """
    vectors, _ = _embed(texts, node, model)
    return [found[1] if found else None for found in vectors]


def embed_step(
    relation: Any, text: str, key: tuple[str, ...], node: str, model: str | None = None
) -> pa.Table:
    """Return the key of every row with the vector of its text column."""
    table = as_table(relation)
    vectors, asked = _embed(table.column(text).to_pylist(), node, model)
    reason = str(asked.stopped) if asked.stopped else "the endpoint gave no vector"
    columns = (
        [found[1].tolist() if found else None for found in vectors],
        ["ok" if found else ("pending" if asked.stopped else "failed") for found in vectors],
        [None if found else reason for found in vectors],
        [found[0] if found else None for found in vectors],
        [asked.endpoint.provider] * len(vectors),
        [asked.model] * len(vectors),
    )
    result = table.select(list(key))
    for field, values in zip(TABLE_FIELDS, columns, strict=True):
        result = result.append_column(field.name, pa.array(values, field.type))
    return result


def _embed(
    texts: Sequence[str], node: str, model: str | None
) -> tuple[list[tuple[str, array] | None], Asked]:
    shared = runtime()
    model = model or settings().llm_embedding_model
    texts = [clean(text or " ") for text in texts]
    source = TextGroups(texts, shared.endpoint.identity, model)
    source.take_cached(shared)
    asked = asked_of(shared, node, shared.endpoint, model)
    ask_groups(shared, source, asked)
    ids = {text: item_id for item_id, text in source.texts.items()}
    return [source.vectors.get(ids[text]) for text in texts], asked


def ask_groups(shared: Runtime, source: TextGroups, asked: Asked) -> None:
    """Ask for the vectors the journal does not have.

    Raises:
        StepFailed: the endpoint or the journal refuses.
    """
    with Progress(asked.node, len(source.calls), 0) as progress:
        asked.on_done = progress.done
        ask_calls(shared, asked, source, list(source.calls.values()))
    if asked.stopped is not None and asked.stopped.is_failure:
        raise StepFailed(shared.scrub(str(asked.stopped)))
    shared.journal.flush()


def asked_of(
    shared: Runtime,
    node: str,
    endpoint: Endpoint,
    model: str,
    parameters: dict[str, Any] | None = None,
) -> Asked:
    """Return what all embedding calls of a node have in common."""
    invocation_id = invocation()
    return Asked(
        step="embeddings",
        node=node,
        invocation_id=invocation_id,
        endpoint=endpoint,
        model=model,
        parameters=parameters or {},
        schema=None,
        price=price_of(endpoint, model),
        budget=Budget([shared.ceiling(invocation_id)], shared.budget_changed),
        constants={
            "operation_name": "embeddings",
            "step": "embeddings",
            "node": node,
            "invocation_id": invocation_id,
            "endpoint": endpoint.name,
            "server_address": endpoint.address,
            "request_parameters": extras_of(endpoint.name).noted(parameters or {}),
        },
        deadline=settings().llm_deadline_seconds,
        operation="embeddings",
    )
