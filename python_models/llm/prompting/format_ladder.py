"""How an endpoint is asked for JSON: by schema, else JSON mode, else in words alone.

What an endpoint refused once it is not asked again in this process; the rung is no part of a
call's identity, because it changes how the question is carried and not the question.
"""

from __future__ import annotations

import json
from typing import Any

from python_models.llm.prompting.prompts import Message

RUNGS = ("json_schema", "json_object", "text")
IN_WORDS = "Answer with one JSON object and nothing else; it must fit this JSON schema: {schema}"


class Ladder:
    """Remembers which rung each (endpoint, model) stands on, and which parameters it knows."""

    def __init__(self) -> None:
        self._rungs: dict[tuple[str, str], int] = {}
        self._renamed: dict[tuple[str, str], dict[str, str | None]] = {}

    def rung(self, endpoint: str, model: str, schema: dict[str, Any] | None) -> str:
        """Return how this model is asked now."""
        return RUNGS[self._rungs.get((endpoint, model), 0)] if schema else "text"

    def step_down(self, endpoint: str, model: str, refused: str) -> bool:
        """Go to the next rung after the endpoint refused one; False when there is none left."""
        at = RUNGS.index(refused)
        if at + 1 >= len(RUNGS):
            return False
        place = (endpoint, model)
        self._rungs[place] = max(self._rungs.get(place, 0), at + 1)
        return True

    def learn_parameter(self, endpoint: str, model: str, message: str, sent: dict) -> bool:
        """Learn from an error that a parameter has another name here, or none; say whether."""
        known = self._renamed.setdefault((endpoint, model), {})
        said = message.lower()
        if "max_tokens" in sent and "max_completion_tokens" in said:
            known["max_tokens"] = "max_completion_tokens"
            return True
        refuses = any(word in said for word in ("unsupported", "not support", "unrecognized"))
        for name in ("temperature", "top_p", "seed", "reasoning_effort"):
            if refuses and name in sent and name in said:
                known[name] = None
                return True
        return False

    def body(
        self,
        endpoint: str,
        model: str,
        messages: list[Message],
        parameters: dict[str, Any],
        schema: dict[str, Any] | None,
        name: str,
    ) -> tuple[dict[str, Any], str]:
        """Return (request body, rung) for a question."""
        rung = self.rung(endpoint, model, schema)
        renamed = self._renamed.get((endpoint, model), {})
        body: dict[str, Any] = {"model": model, "messages": messages}
        for key, value in parameters.items():
            if (sent_as := renamed.get(key, key)) is not None:
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
