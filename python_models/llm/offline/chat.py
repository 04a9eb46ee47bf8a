"""One chat answer of the offline endpoint, in the protocol's shape."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from python_models.llm.offline.faults import Faults, spoil
from python_models.llm.offline.request import OfflineRequest, questions
from python_models.llm.offline.rules import as_content, rule_for
from python_models.llm.prompting.tokens import count_messages, count_schema, count_text

REFUSAL = "I cannot help with that."


@dataclass(frozen=True)
class ChatAnswer:
    """A response body and what it says it cost."""

    body: dict[str, Any]
    prompt_tokens: int
    completion_tokens: int


def answer_chat(request: dict[str, Any], step: str, kind: str | None, faults: Faults) -> ChatAnswer:
    """Answer a chat request by its step's rule, spoiled by the fault it met."""
    messages = request["messages"]
    schema = ((request.get("response_format") or {}).get("json_schema") or {}).get("schema")
    asked = questions(step, messages, schema, request)
    answer = obey(asked[0]) if kind == "obey" else given(asked)
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    content, finish_reason = spoil(kind, text, answer, schema)
    content, finish_reason = cut(content, finish_reason, request)
    message = {"role": "assistant", "content": content}
    if kind == "refusal":
        message["refusal"] = REFUSAL
    prompt_tokens = count_messages(messages) + count_schema(schema)
    completion_tokens = count_text(content or REFUSAL) + 1
    body = {
        "id": f"offline-{time.monotonic_ns():x}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": request.get("model"),
        "provider": "offline-rules",
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
    }
    if not faults.no_usage:
        body["usage"] = {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        }
    return ChatAnswer(body, prompt_tokens, completion_tokens)


def given(asked: list[OfflineRequest]) -> Any:
    """Return what the step's rule says, for each row where a call holds many."""
    rule = rule_for(asked[0].step)
    if asked[0].row_id is None:
        return as_content(rule(asked[0]))
    rows = [(request.row_id, as_content(rule(request))) for request in asked]
    return {
        "answers": [
            {"id": row_id} | (said if isinstance(said, dict) else {"text": said})
            for row_id, said in rows
        ]
    }


def cut(content: str | None, finish_reason: str, request: dict[str, Any]) -> tuple[Any, str]:
    """Cut an answer that is longer than the request allows, as a real server does."""
    most = request.get("max_tokens") or request.get("max_completion_tokens")
    if content and most and count_text(content) > most:
        kept = int(len(content) * most / count_text(content))
        return content[:kept], "length"
    return content, finish_reason


def obey(request: OfflineRequest) -> str:
    """Play a model that does whatever its documents say: the text after `ANSWER WITH:`."""
    _, found, order = request.text.partition("ANSWER WITH:")
    return order.strip().split("\n")[0] if found else json.dumps(as_content(given([request])))
