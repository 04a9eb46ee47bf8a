"""A turn's content, whatever it is made of, as what each role says and does in it.

Text is said; reasoning, calls of tools and media are noted; what a tool answers is a turn of its
own. The kinds of parts are those of OpenAI (chat and responses), Anthropic, Gemini, Cohere,
Vercel and LLaMA-Factory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ingestion.conversations.formats.calls import listed_calls, named_call, said_calls
from ingestion.conversations.formats.inner_marks import split_answer, tool_responses
from ingestion.conversations.formats.media import kind_of_part, medium
from ingestion.conversations.formats.shape import Unstandard, as_json

REASONING = {"reasoning", "thinking", "thought", "reasoning_content", "redacted_thinking",
             "reasoning_text", "summary_text", "think"}  # fmt: skip
CALLS = {"tool_use", "tool_call", "tool_calls", "function_call", "functioncall", "function",
         "server_tool_use", "mcp_tool_use", "mcp_call", "custom_tool_call"}  # fmt: skip
RESULTS = {"tool_result", "tool_response", "function_call_output", "function_response",
           "functionresponse", "observation", "mcp_tool_result", "custom_tool_call_output",
           "web_search_tool_result", "code_execution_tool_result"}  # fmt: skip
# members that say what a part is, where no type does
_KEYED_CALLS = ("functionCall", "function_call", "executableCode", "executable_code", "toolUse")
_KEYED_RESULTS = ("functionResponse", "function_response", "codeExecutionResult",
                  "code_execution_result", "toolResult")  # fmt: skip
_KEYED_REASONING = "reasoningContent"
_NOTHING = {"step_start", "step_finish"}  # that a step begins or ends
_INVOKED = ("toolCallId", "state", "result", "output", "errorText", "type")
_ANSWERS = ("response", "output", "content")
_TEXTS = ("text", "value", "content", "thinking", "thought", "reasoning", "summary", "refusal",
          "transcript", "output", "response", "result", "data")  # fmt: skip


@dataclass
class Spoken:
    """What one role says and does in a turn."""

    role: str
    texts: list[str] = field(default_factory=list)
    reasoning: list[dict[str, Any]] = field(default_factory=list)
    calls: list[Any] = field(default_factory=list)
    media: list[dict[str, Any]] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)  # what else the parts carried
    is_refusal: bool = False

    @property
    def text(self) -> str:
        """Return the visible text; a turn that is nothing but calls says those."""
        said = "\n".join(filter(None, self.texts))
        return said if said or not self.calls else said_calls(self.calls)

    @property
    def has_said(self) -> bool:
        """Say whether there is more than reasoning."""
        return bool(self.texts or self.calls or self.media)

    def reason(self, text: str, **fields: Any) -> None:
        """Note reasoning."""
        self.reasoning.append({"text": text} | fields)

    def say(self, text: str) -> None:
        """Add text; what an answer has besides written into it is noted."""
        if self.role == "assistant":
            text, reasoning, calls = split_answer(text)
            for one in reasoning:
                self.reason(one)
            self.calls += calls
        self.texts.append(text)


def spoken(role: str, content: Any) -> list[Spoken]:
    """Return what a turn's content says, in order; a tool's answers are turns of the tool.

    Raises:
        Unstandard: the content is of no known kind.
    """
    if isinstance(content, str) and role != "assistant":
        answers = tool_responses(content) if role in ("user", "tool") else []
        return [Spoken("tool", [one]) for one in answers] or [Spoken(role, [content])]
    reader = _Reader(role)
    reader.take(content)
    return reader.done()


def as_text(content: Any) -> str:
    """Return the visible text of a content.

    Raises:
        Unstandard: it is of no known kind.
    """
    return "\n".join(one.text for one in spoken("system", content))


class _Reader:
    def __init__(self, role: str) -> None:
        self.role = role
        self.finished: list[Spoken] = []
        self.now = Spoken(role)

    def done(self) -> list[Spoken]:
        if self.now.has_said or self.now.reasoning or not self.finished:
            self.finished.append(self.now)
        return self.finished

    def take(self, content: Any) -> None:
        if isinstance(content, str):
            self.now.say(content)
        elif isinstance(content, list):
            for part in content:
                self.part(part)
        elif isinstance(content, dict):
            self.part(content)
        elif isinstance(content, bool | int | float):
            self.now.texts.append(as_json(content))
        elif content is not None:
            raise Unstandard("bad_content", f"a turn's content is a {type(content).__name__}")

    def part(self, part: Any) -> None:
        if isinstance(part, str):
            self.now.say(part)
            return
        if not isinstance(part, dict):
            told = f"a part of a turn's content is a {type(part).__name__}"
            raise Unstandard("bad_content", told)
        kind = str(part.get("type", "")).casefold().replace("-", "_")
        if kind in _NOTHING:
            return
        if isinstance(document := part.get("document"), dict) and "data" in document:
            data = document["data"]  # a text that is handed over, not a file
            self.now.texts.append(data if isinstance(data, str) else as_json(data))
            self._note({"document": {k: v for k, v in document.items() if k != "data"}}, "type")
        elif (invoked := _invocation(part, kind)) is not None:
            self._invoked(invoked)
        elif (media := kind_of_part(part)) is not None:
            self.now.media.append(medium(media, part))
            self.now.texts.append(f"<{media}>")
        elif kind in REASONING or part.get("thought") is True or _KEYED_REASONING in part:
            self._reasoning(part)
        elif kind in CALLS or any(isinstance(part.get(key), dict) for key in _KEYED_CALLS):
            self._call(part)
        elif kind in RESULTS or kind.endswith("_tool_result") or _result_of(part) is not None:
            self._result(part)
        elif kind == "refusal":
            self.now.is_refusal = True
            self.now.texts.append(text_of(part))
        else:
            self._text(part)

    def _reasoning(self, part: dict[str, Any]) -> None:
        if isinstance(keyed := part.get(_KEYED_REASONING), dict):
            part = keyed.get("reasoningText", keyed)
        shown = {key: value for key, value in part.items() if key in _TEXTS}
        rest = {key: one for key, one in part.items() if key not in _TEXTS and key != "type"}
        rest.pop("thought", None)
        text = "" if part.get("type") == "redacted_thinking" else text_of(shown)
        if text or rest or shown:
            kept = {"part": shown} if shown and not text else {}
            self.now.reason(text, **kept, **rest)

    def _call(self, part: dict[str, Any]) -> None:
        if named_call(part) is not None:
            self.now.calls.append(part)
            return
        carried = next((part[key] for key in _TEXTS if part.get(key)), part)
        self.now.calls += listed_calls(carried)

    def _invoked(self, part: dict[str, Any]) -> None:
        """Take a call that has its result beside it: the one is noted, the other is a turn."""
        call = {key: one for key, one in part.items() if key not in _INVOKED[1:]}
        self.now.calls.append(call)
        answer = next((part[key] for key in _INVOKED[2:5] if part.get(key) is not None), None)
        if answer is not None:
            told = {"type": "tool_result", "content": answer}
            self._result(told | {key: part[key] for key in _INVOKED[:2] if key in part})

    def _result(self, part: dict[str, Any]) -> None:
        if self.now.has_said:
            self.finished.append(self.now)
            self.now = Spoken(self.role)
        inner = _result_of(part)
        if inner is not None:
            rest = {key: one for key, one in inner.items() if key not in _ANSWERS}
            content: Any = inner.get("response", inner.get("output", inner.get("content", inner)))
        else:
            key = next((key for key in ("content", "output", "value", "result", "text")
                        if part.get(key) is not None), None)  # fmt: skip
            content = part[key] if key else None
            rest = {name: one for name, one in part.items() if name not in (key, "type")}
        self.finished.append(_answered(content, rest))

    def _text(self, part: dict[str, Any]) -> None:
        for key in ("text", "value", "content", "parts"):
            value = part.get(key)
            if isinstance(value, str):
                self.now.say(value)
                self._note(part, key)
                return
            if isinstance(value, dict | list):
                self.take(value)
                return
        if not part or part.get("text", 0) is None:
            return
        told = f"a part of a turn's content has no text: keys {', '.join(map(str, part))}"
        raise Unstandard("bad_content", told)

    def _note(self, part: dict[str, Any], key: str) -> None:
        rest = {name: one for name, one in part.items()
                if name not in (key, "type") and one not in (None, [], {})}  # fmt: skip
        if rest:
            self.now.fields.setdefault("parts", []).append(rest)


def _invocation(part: dict[str, Any], kind: str) -> dict[str, Any] | None:
    """Return a call that carries its own result, with its tool's name; None for other parts."""
    inner = part.get("toolInvocation")
    if isinstance(inner, dict):
        return inner
    if kind == "dynamic_tool" and "toolName" in part:
        return part
    if kind.startswith("tool_") and "toolCallId" in part and "toolName" not in part:
        return {"toolName": str(part["type"]).partition("-")[2]} | part
    return None


def _result_of(part: dict[str, Any]) -> dict[str, Any] | None:
    found = next((part[key] for key in _KEYED_RESULTS if key in part), None)
    return found if isinstance(found, dict) else None


def _answered(content: Any, fields: dict[str, Any]) -> Spoken:
    """What a tool answered: its text as it is, anything else as JSON."""
    answer = Spoken("tool", fields={key: one for key, one in fields.items() if one is not None})
    if isinstance(content, list) and all(isinstance(one, dict | str) for one in content):
        try:
            inner = spoken("tool", content)
        except Unstandard:
            inner = []
        if len(inner) == 1 and inner[0].has_said:
            inner[0].fields |= answer.fields
            return inner[0]
    answer.texts.append(content if isinstance(content, str) else as_json(content))
    return answer


def text_of(value: Any) -> str:
    """Return the text in a reasoning or refusal of any shape."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(filter(None, map(text_of, value)))
    if isinstance(value, dict):
        return next((found for key in _TEXTS if (found := text_of(value.get(key)))), "")
    return ""
