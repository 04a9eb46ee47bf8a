"""Words between the facts: how-tos, chatter, notes. They say nothing of who owns or needs what."""

from __future__ import annotations

import random

STEPS = (
    "Drain the {thing} before you touch it, and wait until {number} requests are left.",
    "Look at the {thing} panel first: more than {number} errors a minute is too many.",
    "Restart one replica at a time and leave {number} seconds between two of them.",
    "Take a copy of the {thing} before you change more than {number} rows.",
    "If the {thing} does not come back within {number} seconds, page the next person.",
    "Write what you did into the {thing} log; {number} words are enough.",
    "Keep the {thing} below {number} percent, or writes are refused.",
    "A stuck {thing} is freed by hand after {number} minutes, never earlier.",
    "Old entries of the {thing} are swept after {number} days.",
    "Ask the vendor before you raise the {thing} over {number}.",
    "The {thing} is warmed with {number} keys before it takes traffic.",
)
THINGS = (
    "connection pool", "write buffer", "retry queue", "feature flag", "backlog", "read replica",
    "certificate", "rate limit", "disk quota", "batch job", "schema change", "canary",
    "load balancer", "heap", "alert rule", "snapshot",
)  # fmt: skip
CHATTER = (
    "morning all, the {thing} looks quiet today",
    "can someone review my change to the {thing}? it is about {number} lines",
    "the {thing} took {number} ms at the 95th percentile, a bit more than last week",
    "lunch at {number} past twelve?",
    "I will look at the {thing} after the stand-up",
    "thanks, that fixed it for me",
    "numbers for the {thing}: {number} before, half of it after",
    "could you share the dashboard of the {thing}?",
    "reverted the {thing} change, it needs {number} more tests",
    "who has the notes on the {thing}?",
    "+1 from me",
    "I wrote it up in the notes, {number} lines",
    "the {thing} graph has a gap of {number} minutes, is that known?",
    "let us talk about the {thing} on Thursday",
)
WORK = (
    "Make the {thing} survive a restart", "Measure the {thing} under load",
    "Alert when the {thing} is over {number} percent", "Drop the old {thing}",
    "Document the {thing}", "Retry the {thing} at most {number} times",
    "Raise the {thing} to {number}", "Clean up the {thing} tests",
)  # fmt: skip


def step(chance: random.Random) -> str:
    """One line of a how-to."""
    return _filled(chance.choice(STEPS), chance)


def chat(chance: random.Random) -> str:
    """One line of talk."""
    return _filled(chance.choice(CHATTER), chance)


def work(chance: random.Random) -> str:
    """Title of a piece of work."""
    return _filled(chance.choice(WORK), chance)


def _filled(form: str, chance: random.Random) -> str:
    return form.format(thing=chance.choice(THINGS), number=chance.randint(3, 97))
