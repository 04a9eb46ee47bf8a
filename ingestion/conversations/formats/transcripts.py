"""Conversations written as one text with marks between the turns: ChatML and its relatives."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion.conversations.formats.roles import role_of
from ingestion.conversations.formats.shape import Unstandard
from ingestion.conversations.formats.turns import Conversation


@dataclass(frozen=True)
class _Marks:
    format: str
    confidence: float
    begin: re.Pattern[str]  # group 1: who speaks
    end: str  # what closes a turn, if anything does
    certain: str  # without this in the text it is another format


_STYLES = (
    _Marks("chatml", 1.0, re.compile(r"<\|im_start\|>[ \t]*([\w.-]*)[ \t]*\n?"), "<|im_end|>",
           "<|im_start|>"),
    _Marks("llama3", 0.95, re.compile(r"<\|start_header_id\|>\s*(\w+)\s*<\|end_header_id\|>\s*"),
           "<|eot_id|>", "<|start_header_id|>"),
    _Marks("gemma", 0.95, re.compile(r"<start_of_turn>\s*(\w+)[ \t]*\n?"), "<end_of_turn>",
           "<start_of_turn>"),
    _Marks("zephyr", 0.95, re.compile(r"^<\|(system|user|assistant)\|>[ \t]*\n?", re.M), "</s>",
           "<|user|>"),
    _Marks("alpaca_text", 0.9,
           re.compile(r"^### (Instruction|Input|Response):[ \t]*\n?", re.M), "", "### Instruction"),
    _Marks("vicuna", 0.9, re.compile(r"^### (Human|Assistant|System):[ \t]*", re.M), "",
           "### Human:"),
    _Marks("transcript", 0.9, re.compile(r"(?:^|\n\n)(Human|Assistant|System):[ \t]*"), "",
           "Human:"),
    _Marks("vicuna", 0.9,
           re.compile(r"(?:^|(?<=\s)|(?<=</s>))"
                      r"(USER|ASSISTANT|SYSTEM|FUNCTION RESPONSE):[ \t]*"), "</s>", "USER:"),
)  # fmt: skip
_CLOSING = ("<|endoftext|>", "<|end_of_text|>", "<|begin_of_text|>", "<s>", "</s>")
_LLAMA2 = re.compile(r"\[INST\](.*?)\[/INST\](.*?)(?=(?:</s>)?\s*(?:<s>)?\s*\[INST\]|$)", re.S)
_LLAMA2_SYSTEM = re.compile(r"\s*<<SYS>>\s*(.*?)\s*<</SYS>>\s*", re.S)


def is_transcript(text: str) -> bool:
    """Say whether a text carries marks between turns."""
    return style_of(text) is not None or "[INST]" in text


def style_of(text: str) -> _Marks | None:
    """Return the marks a text uses; the commonest are looked for first."""
    for style in _STYLES:
        if style.certain in text and style.begin.search(text):
            return style
    return None


def read_transcript(text: str, into: Conversation) -> tuple[str, float]:
    """Add the turns of a text; returns the format and how sure it is.

    Raises:
        Unstandard: it has no marks, or only one speaker's.
    """
    style = style_of(text)
    if style is None:
        if "[INST]" in text:
            return _llama2(text, into)
        raise Unstandard("plain_text", "the text has no marks of who speaks")
    found = list(style.begin.finditer(text))
    before = _bare(text[: found[0].start()])
    if before:
        if style.format in ("chatml", "llama3", "gemma", "zephyr"):
            raise Unstandard("text_outside_turns", "there is text before the first turn's mark")
        into.say("system", before)
    if style.format == "alpaca_text":
        return _alpaca(text, found, into)
    ends = [match.start() for match in found[1:]] + [len(text)]
    for match, end in zip(found, ends, strict=True):
        content = text[match.end() : end]
        if style.end and style.end in content:
            content, _, after = content.partition(style.end)
            if style.format == "chatml" and _bare(after):
                raise Unstandard("text_outside_turns", "there is text between two turns")
        elif style.format == "chatml" and end != len(text):
            raise Unstandard("open_turn", "a turn begins before the one before it has ended")
        elif style.format == "chatml":
            into.metadata["truncated"] = True  # the last turn has no end mark
        name = match.group(1)
        if not name:
            raise Unstandard("missing_role", "a turn's mark does not say who speaks")
        role = role_of(name if name in ("user", "assistant") else name.casefold(), into.wishes)
        if role != name:
            into.note("roles", {"turn": len(into.messages), "name": name})
        into.say(role, _bare(content))
    if style.format in ("transcript", "vicuna") and not any(
        one.role == "assistant" for one in into.messages
    ):
        raise Unstandard("plain_text", "the text has marks of one speaker only")
    return style.format, style.confidence


def _bare(text: str) -> str:
    """A turn's text without marks that close a document and the space around it."""
    text = text.strip()
    for mark in _CLOSING:
        text = text.removeprefix(mark).removesuffix(mark).strip()
    return text


def _alpaca(text: str, found: list[re.Match[str]], into: Conversation) -> tuple[str, float]:
    """`### Instruction: .. ### Input: .. ### Response: ..`"""
    ends = [match.start() for match in found[1:]] + [len(text)]
    asked: list[str] = []
    for match, end in zip(found, ends, strict=True):
        content = _bare(text[match.end() : end])
        if match.group(1) == "Response":
            into.say("user", "\n".join(filter(None, asked)))
            into.say("assistant", content)
            asked = []
        else:
            asked.append(content)
    if not any(one.role == "assistant" for one in into.messages):
        raise Unstandard("empty_answer", "the text has no response")
    return "alpaca", 0.9


def _llama2(text: str, into: Conversation) -> tuple[str, float]:
    """`<s>[INST] <<SYS>>..<</SYS>> .. [/INST] .. </s>`"""
    pairs = _LLAMA2.findall(text)
    if not pairs:
        raise Unstandard("open_turn", "[INST] is opened and not closed")
    for asked, said in pairs:
        if system := _LLAMA2_SYSTEM.match(asked):
            into.say("system", system.group(1))
            asked = asked[system.end() :]
        into.say("user", _bare(asked))
        if _bare(said):
            into.say("assistant", _bare(said))
    return "llama2", 0.95
