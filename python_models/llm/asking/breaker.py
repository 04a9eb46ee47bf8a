"""Stops asking an endpoint that fails every request the same way."""

from __future__ import annotations

from python_models.llm.endpoints.error_types import OF_THE_ENDPOINT, Action, ErrorType, Problem

MOST_ALIKE = 50
# a server that starts anew is back soon: nothing is sent for so long, then one is tried
HOLDS = (1.0, 2.0, 4.0)
LEAST_REFUSED = 3  # inputs, before any answer: then it is the key, not the inputs
LASTING = frozenset({ErrorType.BAD_REQUEST, ErrorType.FORBIDDEN_INPUT})  # time mends none


class Breaker:
    """Counts requests that failed the same way, one after the other; one for each endpoint."""

    def __init__(self) -> None:
        self.has_answered = False
        self.is_open = False
        self._alike: tuple[ErrorType, int | None] | None = None
        self.count = 0
        self._holds = 0
        self._held_at = -1.0

    def answered(self) -> None:
        """Take note of an answer: the endpoint is there."""
        self.has_answered = True
        self._forget()

    def failed(self, problem: Problem, sent_at: float, now: float) -> float:
        """Take note of a request that failed; opens the breaker when there were too many.

        Args:
            problem: what it failed of.
            sent_at: when it was sent, by the loop's clock.
            now: by the same clock.

        Returns:
            Seconds for which nothing should be sent.
        """
        if problem.action is Action.THROTTLE or sent_at < self._held_at:
            return 0.0
        if problem.kind not in OF_THE_ENDPOINT:  # a row's own fault: somebody has looked at it
            self._forget()
            return 0.0
        alike = (problem.kind, problem.status)
        if alike != self._alike:
            self._forget()
            self._alike = alike
        self.count += 1
        if problem.kind is ErrorType.FORBIDDEN_INPUT and not self.has_answered:
            self.is_open = self.count >= LEAST_REFUSED
        elif self.count >= MOST_ALIKE:
            if problem.kind in LASTING or self._holds == len(HOLDS):
                self.is_open = True
            else:
                self._holds, self._held_at = self._holds + 1, now
                return HOLDS[self._holds - 1]
        return 0.0

    def _forget(self) -> None:
        self._alike, self.count, self._holds, self.is_open = None, 0, 0, False
