"""OpenAI's harmony text: messages with channels, of which only some are for the reader."""

from __future__ import annotations

import re

from ingestion.conversations.formats.calls import loaded
from ingestion.conversations.formats.parts import Spoken
from ingestion.conversations.formats.roles import role_of
from ingestion.conversations.formats.shape import Unstandard, Wishes

_MESSAGE = re.compile(
    r"<\|start\|>(?P<head>(?:(?!<\|start\|>).)*?)<\|message\|>(?P<text>.*?)"
    r"(?:<\|end\|>|<\|return\|>|<\|call\|>|(?=<\|start\|>)|\Z)",
    re.S,
)
_TO = re.compile(r"\bto=([\w.-]+)")
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)")


def is_harmony(text: str) -> bool:
    """Say whether a text is written so; an answer may begin with its channel."""
    head = text.lstrip()
    return head.startswith(("<|start|>", "<|channel|>")) and "<|message|>" in head


def harmony_turns(text: str, wishes: Wishes) -> list[Spoken]:
    """Return the messages of a text; reasoning comes before the answer it belongs to.

    Raises:
        Unstandard: there is text outside of messages, or nobody knows who speaks.
    """
    text = text.strip()
    if text.startswith("<|channel|>"):
        text = "<|start|>assistant" + text
    if _MESSAGE.sub("", text).strip():
        raise Unstandard("text_outside_turns", "there is text outside of harmony's messages")
    return [
        _spoken(one.group("head"), one.group("text"), wishes) for one in _MESSAGE.finditer(text)
    ]


def _spoken(head: str, text: str, wishes: Wishes) -> Spoken:
    name = re.split(r"[\s<]", head.strip(), maxsplit=1)[0]
    is_tool = name.startswith(("functions.", "browser", "python"))
    role = "tool" if is_tool else role_of(name, wishes)
    to, channel = _TO.search(head), _CHANNEL.search(head)
    spoken = Spoken(role)
    if is_tool:
        spoken.texts.append(text)
        spoken.fields["name"] = name.removeprefix("functions.")
    elif role == "assistant" and to is not None:
        tool = to.group(1).removeprefix("functions.")
        spoken.calls.append({"name": tool, "arguments": loaded(text, text)})
    elif role == "assistant" and channel is not None and channel.group(1) == "analysis":
        spoken.reason(text)
    else:
        spoken.texts.append(text)
    return spoken
