"""Sends what a step asks: first as the openai client writes it, then with the head it wrote."""

from __future__ import annotations

import json
from typing import Any

from python_models.llm.asking.asking_context import Asked
from python_models.llm.asking.lane import Lane
from python_models.llm.endpoints.heads import Head, Reply

PATHS = {"chat": "/chat/completions", "embeddings": "/embeddings"}
REPLICATE = "x-sluice-replicate"


class Sender:
    """Sends the requests of one step, which differ in their bodies and in a replicate's number."""

    def __init__(self, lane: Lane, asked: Asked) -> None:
        self._lane, self._asked = lane, asked
        self._head: Head | None = None

    async def send(self, body: dict[str, Any], replicate: int) -> Reply:
        """Send one body; returns what came, whatever its status.

        Raises:
            openai.OpenAIError: the first requests of a step were not answered, or with an error.
            httpx2.TransportError: a later one was not answered.
        """
        head = self._head
        if head is None:
            return await self._send_first(body, replicate)
        # as the client writes it, at a tenth of the cost of its own copies and checks
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        changed = {REPLICATE: str(replicate)}
        return await self._lane.transport.post(head, changed, content.encode())

    async def _send_first(self, body: dict[str, Any], replicate: int) -> Reply:
        import httpx2  # with the client: for those who ask

        asked = self._asked
        # the client's own door for raw requests: `.parse` would lose a bad answer's text
        response = await self._lane.client.post(
            PATHS[asked.operation],
            body=body,
            cast_to=httpx2.Response,
            options={
                "headers": {
                    **asked.headers, "x-sluice-step": asked.step, REPLICATE: str(replicate)
                },
                "params": asked.parameters.get("extra_query", {}),
            },
        )  # fmt: skip
        self._head = Head(response.request)
        return Reply(response.status_code, response.headers, response.content)
