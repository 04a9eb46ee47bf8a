"""Conversations written as one text with marks between the turns: ChatML and its relatives."""

from __future__ import annotations

import re

from ingestion.conversations.formats.calls import loaded
from ingestion.conversations.formats.harmony import harmony_turns, is_harmony
from ingestion.conversations.formats.marks import ANSWER_MARK, Marks, bare, style_of
from ingestion.conversations.formats.roles import role_of
from ingestion.conversations.formats.shape import Unstandard, Wishes
from ingestion.conversations.formats.turns import Conversation

_INST = re.compile(r"\s*(?:<s>\s*)*\[(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\]")
_LLAMA2 = re.compile(r"\[INST\](.*?)\[/INST\](.*?)(?=(?:</s>)?\s*(?:<s>)?\s*\[INST\]|$)", re.S)
_LLAMA2_SYSTEM = re.compile(r"\s*<<SYS>>\s*(.*?)\s*<</SYS>>\s*", re.S)
_MISTRAL_SYSTEM = re.compile(r"\[SYSTEM_PROMPT\](.*?)\[/SYSTEM_PROMPT\]", re.S)
_MISTRAL_TOOLS = re.compile(r"\[AVAILABLE_TOOLS\](.*?)\[/AVAILABLE_TOOLS\]", re.S)
_MISTRAL_RESULT = re.compile(r"\[TOOL_RESULTS\](.*?)\[/TOOL_RESULTS\]", re.S)
_TOOL_OUTPUTS = "<｜tool▁outputs▁begin｜>"


def is_transcript(text: str) -> bool:
    """Say whether a text is a conversation with marks between the turns."""
    return style_of(text) is not None or is_harmony(text) or _INST.match(text) is not None


def read_prompt(text: str, wishes: Wishes) -> Conversation | None:
    """Return the turns a prompt is written as, None when it only holds what looks like marks.

    A prompt ends with a question, or with the mark after which the answer comes.
    """
    if not is_transcript(text):
        return None
    found = Conversation(wishes)
    try:
        read_transcript(text, found)
    except Unstandard:
        return None
    if found.messages[-1] == ("assistant", ""):
        found.messages.pop()
        found.metadata.pop("truncated", None)
    is_asked = any(one.role == "user" for one in found.messages)
    return found if is_asked and found.messages[-1].role != "assistant" else None


def read_transcript(text: str, into: Conversation) -> tuple[str, float]:
    """Add the turns of a text; returns the format and how sure it is.

    Raises:
        Unstandard: it has no marks, or only one speaker's.
    """
    if is_harmony(text):
        for one in harmony_turns(text, into.wishes):
            into.add_or_hold(one)
        into.end()
        return "harmony", 0.95
    style = style_of(text)
    if style is None:
        if _INST.match(text):
            return _llama2(text, into)
        raise Unstandard("plain_text", "the text has no marks of who speaks")
    if style.format == "deepseek":
        text = text.replace(_TOOL_OUTPUTS, "")
    found = list(style.begin.finditer(text))
    _before(bare(text[: found[0].start()]), style, into)
    if style.format == "alpaca_text":
        return _alpaca(text, found, into)
    ends = [match.start() for match in found[1:]] + [len(text)]
    for match, end in zip(found, ends, strict=True):
        content = _content(text, match, end, style, into)
        name = style.names.get(match.group(1), match.group(1))
        if match.group(1) == ANSWER_MARK and not content and end != len(text):
            continue  # the assistant's own mark follows
        if not name:
            raise Unstandard("missing_role", "a turn's mark does not say who speaks")
        role = role_of(name if name in ("user", "assistant") else name.casefold(), into.wishes)
        if role != name:
            into.note("roles", {"turn": len(into.messages), "name": name})
        into.say(role, content)
    if style.format == "baize" and into.messages[1:] and into.messages[-1] == ("user", ""):
        into.messages.pop()  # its texts end with the mark of the next question
        into.metadata["roles"].pop()
    if style.is_words and not any(one.role == "assistant" for one in into.messages):
        raise Unstandard("plain_text", "the text has marks of one speaker only")
    return style.format, style.confidence


def _before(text: str, style: Marks, into: Conversation) -> None:
    if not text:
        return
    if not style.is_words and not style.has_preface:
        raise Unstandard("text_outside_turns", "there is text before the first turn's mark")
    for mark in style.ends:
        text = text.removesuffix(mark)
    into.say("system", text)


def _content(text: str, match: re.Match[str], end: int, style: Marks, into: Conversation) -> str:
    """A turn's text: all of it up to the mark that ends it, or what stands before the next."""
    content = text[match.end() : end]
    places = [(at, mark) for mark in style.ends if (at := content.find(mark)) >= 0]
    if style.format == "chatml" and not places:
        if end != len(text):
            raise Unstandard("open_turn", "a turn begins before the one before it has ended")
        into.metadata["truncated"] = True  # the last turn has no end mark
    if not places:
        return bare(content)
    at, mark = min(places)
    if bare(content[at + len(mark) :]):
        if not style.is_words:
            raise Unstandard("text_outside_turns", "there is text between two turns")
        return bare(content)  # the mark is spoken of
    return content[:at].strip()


def _alpaca(text: str, found: list[re.Match[str]], into: Conversation) -> tuple[str, float]:
    """`### Instruction: .. ### Input: .. ### Response: ..`"""
    ends = [match.start() for match in found[1:]] + [len(text)]
    asked: list[str] = []
    for match, end in zip(found, ends, strict=True):
        content = bare(text[match.end() : end])
        if match.group(1) == "Response":
            content = content.removesuffix("### End").rstrip()
            into.say("user", "\n".join(filter(None, asked)))
            into.say("assistant", content)
            asked = []
        elif match.group(1) == "System":
            into.say("system", content)
        else:
            asked.append(content)
    if not any(one.role == "assistant" for one in into.messages):
        raise Unstandard("empty_answer", "the text has no response")
    return "alpaca", 0.9


def _llama2(text: str, into: Conversation) -> tuple[str, float]:
    """`<s>[INST] <<SYS>>..<</SYS>> .. [/INST] .. </s>`"""
    if system := _MISTRAL_SYSTEM.search(text):
        into.say("system", system.group(1).strip())
        text = text[: system.start()] + text[system.end() :]
    if tools := _MISTRAL_TOOLS.search(text):
        into.metadata["tools"] = loaded(tools.group(1), tools.group(1))
        text = text[: tools.start()] + text[tools.end() :]
    pairs = _LLAMA2.findall(text)
    if not pairs:
        raise Unstandard("open_turn", "[INST] is opened and not closed")
    for asked, said in pairs:
        if system := _LLAMA2_SYSTEM.match(asked):
            into.say("system", system.group(1))
            asked = asked[system.end() :]
        into.say("user", bare(asked))
        for at, part in enumerate(_MISTRAL_RESULT.split(said)):
            if bare(part):
                into.say(("assistant", "tool")[at % 2], bare(part))
    return "llama2", 0.95
