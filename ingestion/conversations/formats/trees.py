"""Conversations that branch: exports of ChatGPT, and the trees of Open Assistant.

One path through the tree is the conversation; what lies beside it is kept in the metadata.
"""

from __future__ import annotations

from typing import Any

from ingestion.conversations.formats.calls import loaded
from ingestion.conversations.formats.media import medium
from ingestion.conversations.formats.parts import Spoken, text_of
from ingestion.conversations.formats.roles import role_of
from ingestion.conversations.formats.shape import Unstandard
from ingestion.conversations.formats.turns import Conversation

_MOST_TURNS = 10_000


def is_mapping(value: Any) -> bool:
    """Say whether a value is the `mapping` of a ChatGPT export: nodes by id."""
    if not isinstance(value, dict) or not value:
        return False
    return all(
        isinstance(node, dict) and "message" in node and ("parent" in node or "children" in node)
        for node in value.values()
    )


def read_mapping(mapping: dict[str, Any], last: Any, into: Conversation) -> None:
    """Add the path that was shown last; `last` is the id of its end.

    Raises:
        Unstandard: the nodes make no path.
    """
    node_id = last if last in mapping else next(
        (key for key in reversed(list(mapping)) if not mapping[key].get("children")), None
    )  # fmt: skip
    path: list[str] = []
    while node_id in mapping and len(path) < _MOST_TURNS and node_id not in path[-1:]:
        path.append(node_id)
        node_id = mapping[node_id].get("parent")
    for key in reversed(path):
        message = mapping[key].get("message")
        if isinstance(message, dict):
            _shown(message, into)
    into.end()
    beside = [node for key, node in mapping.items() if key not in set(path) and node["message"]]
    if beside:
        into.metadata["branches"] = beside
    if not into.messages:
        raise Unstandard("no_text", "no node of the export holds a message with text")


def _shown(message: dict[str, Any], into: Conversation) -> None:
    author = message.get("author") or {}
    role = role_of(author.get("role"), into.wishes)
    content = message.get("content") or {}
    spoken = Spoken(role)
    kind = content.get("content_type") if isinstance(content, dict) else None
    recipient = message.get("recipient")
    if kind == "thoughts":
        for one in content.get("thoughts") or []:
            spoken.reason(text_of({"content": one.get("content"), "summary": one.get("summary")}))
    elif kind == "reasoning_recap":
        return
    elif role == "assistant" and recipient not in (None, "all"):
        text = _texts(content, spoken)
        spoken.calls.append({"name": recipient, "arguments": loaded(text, text)})
        spoken.texts.clear()
    else:
        spoken.texts = [_texts(content, spoken)]
        if role == "tool" and author.get("name"):
            spoken.fields["name"] = author["name"]
    hidden = (message.get("metadata") or {}).get("is_visually_hidden_from_conversation")
    if spoken.text.strip() or spoken.reasoning or spoken.media:
        if hidden:
            spoken.fields["hidden"] = True
        into.add_or_hold(spoken)


def _texts(content: Any, spoken: Spoken) -> str:
    if not isinstance(content, dict):
        return text_of(content)
    said = []
    for part in content.get("parts") or [text_of(content)]:
        if isinstance(part, dict) and (pointer := part.get("asset_pointer")):
            kind = "audio" if "audio" in str(part.get("content_type")) else "image"
            spoken.media.append(medium(kind, part | {"asset_pointer": pointer}))
            said.append(f"<{kind}>")
        else:
            said.append(text_of(part))
    return "\n".join(filter(None, said))


def is_tree(value: Any) -> bool:
    """Say whether a value is the root of an Open Assistant tree."""
    return isinstance(value, dict) and {"text", "role", "replies"} <= value.keys()


def read_tree(root: dict[str, Any], into: Conversation) -> None:
    """Add the path of the replies that were ranked best, the first where none was ranked."""
    node: dict[str, Any] | None = root
    while node is not None and len(into.messages) < _MOST_TURNS:
        rest = {key: one for key, one in node.items() if key not in ("text", "role", "replies")}
        number = len(into.messages)
        name = node.get("role")
        role = role_of(name, into.wishes)
        if role != name:
            into.note("roles", {"turn": number, "name": name})
        into.say(role, node.get("text"))
        if rest:
            into.note("turns", {"turn": number, "fields": rest})
        replies = [one for one in node.get("replies") or [] if is_tree(one | {"replies": []})]
        node = min(replies, key=_rank, default=None)
        for other in replies:
            if other is not node:
                into.note("branches", {"after_turn": number, "reply": other})


def _rank(reply: dict[str, Any]) -> float:
    rank = reply.get("rank")
    return float(rank) if isinstance(rank, int | float) else float("inf")
