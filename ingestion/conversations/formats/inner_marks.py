"""Reasoning and calls of tools that are written into an answer's text, taken out of it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ingestion.conversations.formats.calls import loaded, named_call

_TAGS = "think|thinking|thought|reasoning|seed:think"
# at the beginning of the text or of a line; what stands within a line is quoted
_BLOCKS = tuple(
    re.compile(pattern, re.S | re.M)
    for pattern in (
        rf"^[ \t]*<({_TAGS})>(?P<inner>.*?)</\1>",
        r"^[ \t]*<\|START_THINKING\|>(?P<inner>.*?)<\|END_THINKING\|>",
        r"^[ \t]*\[THINK\](?P<inner>.*?)\[/THINK\]",
        r"^[ \t]*◁think▷(?P<inner>.*?)◁/think▷",
        r"^[ \t]*<\|begin_of_thought\|>(?P<inner>.*?)<\|end_of_thought\|>",
    )
)
_OPEN = re.compile(r"\s*(?:<think(?:ing)?>\s*\n|◁think▷|<\|begin_of_thought\|>)(?P<inner>.*)", re.S)
_OPENS = re.compile(rf"<(?:{_TAGS})>|\[THINK\]|◁think▷")
_BETWEEN = re.compile(rf"<({_TAGS})>(?P<inner>.*?)</\1>", re.S)
_CLOSE = re.compile(r"</think(?:ing)?>|\[/THINK\]|◁/think▷")
_SOLUTION = re.compile(r"<\|(?:begin|end)_of_solution\|>")
_RESPONSE = re.compile(r"\s*<\|START_(?:RESPONSE|TEXT)\|>(.*?)<\|END_(?:RESPONSE|TEXT)\|>\s*", re.S)
_ANSWER = re.compile(r"<answer>((?:(?!<answer>).)*)</answer>", re.S)
_SENTENCE_END = tuple(".!?…。！？:\"'”)")
_CALLS = re.compile(
    r"^[ \t]*(?:<tool_call>\s*(?P<hermes>[\[{].*?[\]}])\s*</tool_call>"
    r"|<functioncall>\s*(?P<glaive>\{.*\})\s*(?:</functioncall>|$)"
    r"|\[TOOL_CALLS\]\s*(?P<mistral>\[.*\])\s*$"
    r"|<\|START_ACTION\|>\s*(?P<cohere>\[.*?\])\s*<\|END_ACTION\|>"
    r"|<\|python_tag\|>\s*(?P<llama>\{.*\})\s*(?:<\|eom_id\|>)?\s*$)",
    re.S | re.M,
)
# calls that are named by their mark: `<function=name>` around JSON or parameters
_NAMED = re.compile(
    r"^[ \t]*(?:<tool_call>\s*)?<function=(?P<name>[\w.-]+)>(?P<inner>.*?)</function>"
    r"(?:\s*</tool_call>)?",
    re.S | re.M,
)
_PARAMETER = re.compile(r"<parameter=([\w.-]+)>\n?(.*?)\n?</parameter>", re.S)
_DEEPSEEK_CALLS = re.compile(r"<｜tool▁calls▁begin｜>(.*?)(?:<｜tool▁calls▁end｜>|\Z)", re.S)
_DEEPSEEK_CALL = re.compile(
    r"<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?\s*(?P<name>[\w.-]+)\s*"
    r"(?:<｜tool▁sep｜>|\n)?\s*(?:```json)?\s*(?P<arguments>\{.*?\})\s*(?:```)?\s*"
    r"<｜tool▁call▁end｜>",
    re.S,
)
_QUOTED_ARGUMENTS = re.compile(r"'(\{.*\})'", re.S)
_RESPONSES = (
    re.compile(r"\s*<tool_response>\s*(.*?)\s*</tool_response>\s*", re.S),
    re.compile(r"\s*\[TOOL_RESULTS\]\s*(.*?)\s*\[/TOOL_RESULTS\]\s*", re.S),
)
_ANSWERED = ("<tool_response>", "[TOOL_RESULTS]")
_ANY = re.compile(
    rf"</?(?:{_TAGS})>|\[/?THINK\]|◁/?think▷|<\|begin_of_thought|<tool_call>|<functioncall>"
    r"|<function=|<\|START_(?:THINKING|ACTION|RESPONSE|TEXT)\|>|<\|python_tag\|>|\[TOOL_CALLS\]|<｜tool▁calls▁begin｜>|<\|channel\|>"
)
_FENCE = re.compile(r"^[ \t]*```", re.M)


class Answer(NamedTuple):
    """An answer's visible text, and what was written into it besides."""

    text: str
    reasoning: list[str]
    calls: list[Any]


def is_plain(text: str) -> bool:
    """Say whether nothing of this kind can be in a text: nearly all are, and it is quick to see."""
    if "<" not in text and "[" not in text and "◁" not in text:
        return True
    return _ANY.search(text) is None and not any(mark in text for mark in _ANSWERED)


def split_answer(text: str) -> Answer:
    """Return an answer without the reasoning and the calls of tools in it.

    What stands in code, or within a line of prose, is spoken of and stays.
    """
    if is_plain(text):
        return Answer(text, [], [])
    text, reasoning = _without_reasoning(text)
    text, calls = _without_calls(text)
    if whole := _RESPONSE.fullmatch(text):
        text = whole.group(1).strip()
    return Answer(text, reasoning, calls)


def tool_responses(text: str) -> list[str]:
    """Return what tools answered where a turn's text is nothing but that; else nothing."""
    if not any(mark in text for mark in _ANSWERED):
        return []
    for response in _RESPONSES:
        found = list(response.finditer(text))
        if found and "".join(map(_whole, found)) == text:
            return [one.group(1) for one in found]
    return []


def _whole(match: re.Match[str]) -> str:
    return match.group(0)


def _in_code(text: str, at: int) -> bool:
    """Say whether a place lies within a fenced block or a quotation in back ticks."""
    if len(_FENCE.findall(text, 0, at)) % 2:
        return True
    return text.count("`", text.rfind("\n", 0, at) + 1, at) % 2 == 1


def _without_reasoning(text: str) -> tuple[str, list[str]]:
    reasoning: list[str] = []
    while found := _first_block(text) or (_next_block(text) if reasoning else None):
        text = _joined(text[: found.start()], text[found.end() :])
        reasoning.append(found.group("inner").strip())
    if not reasoning and (found := _OPEN.match(text)) and not _CLOSE.search(text):
        return "", [found.group("inner").strip()]  # cut off while thinking
    closes = list(_CLOSE.finditer(text))
    is_orphan = len(closes) == 1 and not _OPENS.search(text, 0, closes[0].start())
    if is_orphan and _ends_reasoning(text, closes[0]):
        # the prompt held the beginning
        reasoning.insert(0, text[: closes[0].start()].strip())
        text = text[closes[0].end() :].lstrip()
    if reasoning:
        text = _SOLUTION.sub("", text).strip()
        if whole := _ANSWER.fullmatch(text):
            text = whole.group(1).strip()
    return text, [one for one in reasoning if one]


def _first_block(text: str) -> re.Match[str] | None:
    for block in _BLOCKS:
        for found in block.finditer(text):
            if not _in_code(text, found.start()):
                return found
    return None


def _next_block(text: str) -> re.Match[str] | None:
    """The next block of a model that has thought in tags before: it stands between sentences."""
    for found in _BETWEEN.finditer(text):
        before, after = text[: found.start()].rstrip(), text[found.end() :].lstrip()
        is_between = before.endswith(_SENTENCE_END) and not after[:1].islower()
        if is_between and not _in_code(text, found.start()):
            return found
    return None


def _ends_reasoning(text: str, close: re.Match[str]) -> bool:
    """Say whether an end without a beginning closes what stands before it."""
    before, after = text[: close.start()], text[close.end() :]
    if not before.strip() or not after.strip() or _in_code(text, close.start()):
        return False
    if before.endswith("\n") or after.startswith("\n"):
        return True
    is_after_sentence = before.rstrip().endswith(_SENTENCE_END)
    return is_after_sentence or before[-1:].isalnum() and after[:1].isalnum()


def _joined(before: str, after: str) -> str:
    """Put together what stood around a block that was taken out."""
    before, after = before.rstrip(), after.lstrip()
    return f"{before}\n\n{after}" if before and after else before + after


def _without_calls(text: str) -> tuple[str, list[Any]]:
    calls: list[Any] = []
    at = 0
    while found := _CALLS.search(text, at):
        inner = next(one for one in found.groups() if one is not None)
        call = _call(inner)
        if call is None or _in_code(text, found.start()):
            at = found.end()
            continue
        calls += call if isinstance(call, list) else [call]
        text, at = _joined(text[: found.start()], text[found.end() :]), 0
    while (found := _NAMED.search(text)) and not _in_code(text, found.start()):
        inner = found.group("inner")
        listed = {key: loaded(value, value) for key, value in _PARAMETER.findall(inner)}
        calls.append({"name": found.group("name"), "arguments": listed or loaded(inner, inner)})
        text = _joined(text[: found.start()], text[found.end() :])
    if found := _DEEPSEEK_CALLS.search(text):
        told = list(_DEEPSEEK_CALL.finditer(found.group(1)))
        if told:
            calls += [
                {"name": one.group("name"), "arguments": loaded(one.group("arguments"), {})}
                for one in told
            ]
            text = _joined(text[: found.start()], text[found.end() :])
    return text, calls


def _call(text: str) -> Any:
    """Return the call (or list of calls) a text is, None when it is none."""
    found = loaded(text)
    if found is None:  # Glaive quotes the arguments as Python does
        found = loaded(_QUOTED_ARGUMENTS.sub(r"\1", text))
    first = found[0] if isinstance(found, list) and found else found
    return found if isinstance(first, dict) and named_call(first) is not None else None
