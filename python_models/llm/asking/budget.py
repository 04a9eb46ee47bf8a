"""Ceilings on USD, tokens and calls; the worst case of a request is reserved before it leaves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ingestion.lakehouse.settings import settings


class NoBudget(Exception):
    """Nothing more may be asked in this run; what is left stays pending."""


@dataclass
class Amounts:
    """USD, tokens and requests."""

    usd: float = 0.0
    tokens: int = 0
    calls: int = 0

    def add(self, other: Amounts) -> None:
        """Add in place."""
        self.usd += other.usd
        self.tokens += other.tokens
        self.calls += other.calls

    def take(self, other: Amounts) -> None:
        """Subtract in place."""
        self.usd -= other.usd
        self.tokens -= other.tokens
        self.calls -= other.calls


@dataclass
class Ceiling:
    """One set of limits (of the run, or of a step) with what was spent and what is reserved."""

    name: str
    usd: float | None = None
    tokens: int | None = None
    calls: int | None = None
    spent: Amounts = field(default_factory=Amounts)
    reserved: Amounts = field(default_factory=Amounts)

    def lacks(self, worst: Amounts, is_counting_reserved: bool) -> str | None:
        """Return which limit a request would break, if any."""
        limits = (
            ("USD", self.usd, self.spent.usd, self.reserved.usd, worst.usd),
            ("tokens", self.tokens, self.spent.tokens, self.reserved.tokens, worst.tokens),
            ("calls", self.calls, self.spent.calls, self.reserved.calls, worst.calls),
        )
        for unit, most, spent, reserved, more in limits:
            if most is None:
                continue
            if spent + (reserved if is_counting_reserved else 0) + more > most + 1e-12:
                return (
                    f"the {self.name} budget of {most:g} {unit} is used up ({spent:g} spent, "
                    f"the next request may take {more:g})"
                )
        return None


class Budget:
    """The ceilings a request must fit under; lives on the event loop."""

    def __init__(self, ceilings: list[Ceiling], changed: asyncio.Event) -> None:
        self.ceilings = ceilings
        self._changed = changed  # one for the process: steps share the run's ceiling

    @property
    def is_limited(self) -> bool:
        """Whether anything says how many USD may be spent."""
        return any(ceiling.usd is not None for ceiling in self.ceilings)

    async def reserve(self, worst: Amounts, is_waiting: bool = True) -> None:
        """Reserve a request's worst case; waits while requests under way may free enough.

        Raises:
            NoBudget: it does not fit, whatever those under way come to.
        """
        while True:
            for ceiling in self.ceilings:
                if (reason := ceiling.lacks(worst, False)) is not None:
                    raise NoBudget(reason)
            held_back = [why for one in self.ceilings if (why := one.lacks(worst, True))]
            if not held_back:
                break
            if not is_waiting:
                raise NoBudget(held_back[0])
            self._changed.clear()
            await self._changed.wait()
        for ceiling in self.ceilings:
            ceiling.reserved.add(worst)

    def settle(self, worst: Amounts, actual: Amounts) -> None:
        """Give back a reservation and book what the request really took."""
        for ceiling in self.ceilings:
            ceiling.reserved.take(worst)
            ceiling.spent.add(actual)
        self._changed.set()


def run_ceiling(spent: Amounts) -> Ceiling:
    """Return the run's ceiling from the settings, with what this run has spent already."""
    known = settings()
    return Ceiling(
        "run's",
        known.llm_budget_usd,
        known.llm_budget_tokens,
        known.llm_budget_calls,
        spent=spent,
    )
