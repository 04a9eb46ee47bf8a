"""How an endpoint is asked for JSON: by schema, else JSON mode, else in words alone.

What an endpoint refused once it is not asked again, in this process or a later one; the rung is
no part of a call's identity, because it changes how the question is carried and not the question.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from python_models.llm.prompting.prompts import Message

RUNGS = ("json_schema", "json_object", "text")
IN_WORDS = "Answer with one JSON object and nothing else; it must fit this JSON schema: {schema}"
KEPT_SECONDS = 7 * 86_400.0  # then the endpoint may have learnt, and one request finds out
MARK = "ladder:"
Remember = Callable[[str, str], None]


class Served(NamedTuple):
    """A model where it is served: what is known of its formats holds there."""

    endpoint: str
    address: str
    model: str

    @property
    def key(self) -> str:
        """Return the name under which it is remembered."""
        return MARK + json.dumps(self)


@dataclass
class Known:
    """What is known of a model where it is served."""

    rung: int = 0
    is_confirmed: bool = False  # a request of this rung was answered
    renamed: dict[str, str | None] = field(default_factory=dict)
    learnt_at: float = 0.0


class Ladder:
    """Remembers which rung each served model stands on, and which parameters it knows."""

    def __init__(self, remembered: dict[str, str] | None = None, remember: Remember | None = None):
        """Take up what was remembered.

        Args:
            remembered: {`Served.key`: JSON of `Known`} as `remember` was given them.
            remember: keeps one of them for later processes.
        """
        self._known: dict[Served, Known] = {}
        self._trials: dict[Served, int] = {}  # asked without a format, to see if that was it
        self._tried: set[Served] = set()
        self._probes: dict[Served, asyncio.Event] = {}
        self._remember = remember
        for key, value in (remembered or {}).items():
            known = Known(**json.loads(value))
            if time.time() - known.learnt_at < KEPT_SECONDS:
                self._known[Served(*json.loads(key.removeprefix(MARK)))] = known

    def known(self, served: Served) -> Known:
        """Return what is known of a model."""
        return self._known.setdefault(served, Known())

    def rung(self, served: Served, schema: dict[str, Any] | None) -> str:
        """Return how this model is asked now."""
        return RUNGS[self.known(served).rung] if schema else "text"

    def step_down(self, served: Served, refused: str) -> None:
        """Go to the next rung after the endpoint refused one."""
        known, at = self.known(served), RUNGS.index(refused)
        if known.rung <= at < len(RUNGS) - 1:
            known.rung, known.is_confirmed = at + 1, False
            self._keep(served)

    def answered(self, served: Served, rung: str) -> None:
        """Take note that a request with a schema to fit was answered on a rung."""
        known = self._known.get(served)
        if known is not None and not known.is_confirmed and rung == RUNGS[known.rung]:
            known.is_confirmed = True
            self._trials.pop(served, None)
            self._keep(served)
        self.probed(served)

    def try_without(self, served: Served, refused: str) -> bool:
        """Say whether a request that was refused for no clear reason is sent without its format.

        Once for each served model, and only while no request with this format was answered.
        """
        known = self.known(served)
        if refused == "text":
            if (before := self._trials.pop(served, None)) is not None:
                known.rung = before  # it was not the format
            return False
        if served in self._trials:
            return True  # sent before the trial began
        if known.is_confirmed or served in self._tried:
            return False
        self._tried.add(served)
        self._trials[served], known.rung = known.rung, len(RUNGS) - 1
        return True

    def probe(self, served: Served) -> tuple[asyncio.Event, bool]:
        """Return (what to wait for until it is known how a model is asked, who is to find out).

        The first who asks is told to find out: by one request, while the others wait.
        """
        if self.known(served).is_confirmed:
            found = asyncio.Event()
            found.set()
            return found, False
        is_first = served not in self._probes
        return self._probes.setdefault(served, asyncio.Event()), is_first

    def probed(self, served: Served) -> None:
        """Let those go on who wait for the one that finds out."""
        if event := self._probes.pop(served, None):
            event.set()

    def learn_parameter(self, served: Served, message: str, sent: dict[str, Any]) -> bool:
        """Learn from an error that a parameter has another name here, or none; say whether.

        Args:
            served: who refused the request.
            message: the endpoint's words.
            sent: the request's body: what is not in it cannot be what was refused.
        """
        renamed = self.known(served).renamed
        said, before = message.lower(), dict(renamed)
        if "max_tokens" in sent and "max_completion_tokens" in said:
            renamed["max_tokens"] = "max_completion_tokens"
        elif any(word in said for word in ("unsupported", "not support", "unrecognized")):
            named = (name for name in ("temperature", "top_p", "seed", "reasoning_effort"))
            found = next((name for name in named if name in sent and name in said), None)
            if found is None:
                return False
            renamed[found] = None
        else:
            return False
        if renamed != before:
            self._keep(served)
        return True

    def _keep(self, served: Served) -> None:
        known = self.known(served)
        known.learnt_at = time.time()
        if self._remember:
            self._remember(served.key, json.dumps(asdict(known)))

    def body(
        self,
        served: Served,
        messages: list[Message],
        parameters: dict[str, Any],
        schema: dict[str, Any] | None,
        name: str,
    ) -> tuple[dict[str, Any], str]:
        """Return (request body, rung) for a question."""
        known = self.known(served)
        rung = RUNGS[known.rung] if schema else "text"
        body: dict[str, Any] = {"model": served.model, "messages": messages}
        for key, value in parameters.items():
            if (sent_as := known.renamed.get(key, key)) is not None:
                body[sent_as] = value
        if schema and rung == "json_schema":
            form = {"name": name, "schema": schema, "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        elif schema:
            body["messages"] = in_words(messages, schema)
            if rung == "json_object":
                body["response_format"] = {"type": "json_object"}
        return body, rung


def in_words(messages: list[Message], schema: dict[str, Any]) -> list[Message]:
    """Return the messages with the schema said in the first one."""
    said = IN_WORDS.format(schema=json.dumps(schema, ensure_ascii=False))
    if messages[0]["role"] == "system":
        first = {"role": "system", "content": f"{messages[0]['content']}\n\n{said}"}
        return [first, *messages[1:]]
    return [{"role": "system", "content": said}, *messages]
