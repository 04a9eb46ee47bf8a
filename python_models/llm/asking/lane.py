"""One endpoint as a process asks it: its client, its pace, and when it is asked no more."""

from __future__ import annotations

import asyncio

from ingestion.lakehouse.settings import settings
from python_models.llm.asking.breaker import Breaker
from python_models.llm.asking.pacing import Pacer
from python_models.llm.endpoints.endpoint import Endpoint, limits_of, open_client
from python_models.llm.endpoints.error_types import Action, Problem


class Lane:
    """What requests to one endpoint share, of whatever step; lives on the event loop."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.pacer = Pacer(*limits_of(endpoint), patience=settings().llm_deadline_seconds)
        self.client, self.transport = open_client(endpoint)
        self.breaker = Breaker()

    def answered(self, headers: object, seconds: float) -> None:
        """Take note of an answer."""
        self.pacer.succeeded(headers, seconds)
        self.breaker.answered()

    def failed(self, problem: Problem, sent_at: float) -> None:
        """Take note of a request without an answer."""
        if problem.action is Action.THROTTLE:
            self.pacer.throttle(sent_at, problem.wait)
        elif problem.action is Action.RETRY:
            self.pacer.failed(sent_at)
        now = asyncio.get_running_loop().time()
        if hold := self.breaker.failed(problem, sent_at, now):
            self.pacer.hold(hold)

    async def close(self) -> None:
        """Close the client."""
        await self.client.close()
