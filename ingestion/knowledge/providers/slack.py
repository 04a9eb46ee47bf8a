"""Slack's Web API: users, channels, and the messages of those channels that can be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import Any

from ingestion.knowledge.exports.slack_api import REFUSED
from ingestion.knowledge.providers.asking import Answer, Asking, Refusal, bearer
from ingestion.knowledge.times import epoch

auth = bearer
_AT_ONCE = 200
_TYPES = ("public_channel,private_channel,mpim,im", "public_channel,private_channel",
          "public_channel")  # fmt: skip
_NOT_OURS = ("not_in_channel", "channel_not_found", "missing_scope", "access_denied",
             "team_access_not_granted", "is_inactive")  # fmt: skip
_GONE = ("thread_not_found", "message_not_found")


def headers() -> dict[str, str]:
    """Return the headers of every request."""
    return {}


def fetch(asking: Asking) -> None:
    """Keep users, channels with their members, messages from `since` on, and their threads."""
    for number, said in _listed(asking, "users.list", {}):
        asking.keep(f"users/{number:06}.json", said)
    for channel in list(_channels(asking)):
        if channel.get("is_member") or channel.get("is_im") or channel.get("is_mpim"):
            try:
                _messages(asking, channel["id"])
            except Refusal as error:
                if error.code not in _NOT_OURS:
                    raise
                asking.keep(f"messages/{channel['id']}/{REFUSED}", {"error": error.code})
                asking.is_partial = True  # nobody said which messages there are


def _listed(asking: Asking, method: str, asked: dict[str, Any]) -> Iterator[tuple[int, Answer]]:
    def ask(cursor: str | None) -> Answer:
        more = {"cursor": cursor} if cursor else {}
        return asking.json("GET", f"api/{method}", params=asked | {"limit": _AT_ONCE} | more)

    return asking.pages(ask, lambda said: (said.get("response_metadata") or {}).get("next_cursor"))


def _channels(asking: Asking) -> Iterator[Answer]:
    """Keep channels of the kinds that we may list, and yield them."""
    for place, types in enumerate(_TYPES, start=1):
        try:
            pages = dict(_listed(asking, "conversations.list", {"types": types}))
            break
        except Refusal as error:
            if error.code != "missing_scope" or place == len(_TYPES):
                raise
    for number, said in pages.items():
        for channel in said.get("channels") or ():
            _add_members(asking, channel)
            yield channel
        asking.keep(f"channels/{number:06}.json", said)


def _add_members(asking: Asking, channel: Answer) -> None:
    """Say whose a channel is, as an export does."""
    if not channel.get("is_member"):
        return
    try:
        pages = dict(_listed(asking, "conversations.members", {"channel": channel["id"]}))
    except Refusal:
        return  # it is a channel all the same
    channel["members"] = [one for said in pages.values() for one in said.get("members") or ()]


def _messages(asking: Asking, channel: str) -> None:
    bounds = (("oldest", asking.since), ("latest", asking.until))
    asked = {"channel": channel} | {
        name: f"{at.replace(tzinfo=UTC).timestamp():.6f}" for name, at in bounds if at is not None
    }
    roots: dict[str, None] = {}
    for number, said in _listed(asking, "conversations.history", asked):
        asking.keep(f"messages/{channel}/{number:06}.json", said)
        roots |= dict.fromkeys(filter(None, map(_root, said.get("messages") or ())))
    for root in roots:
        _keep_thread(asking, channel, root)


def _keep_thread(asking: Asking, channel: str, root: str) -> None:
    asked = {"channel": channel, "ts": root}
    try:
        for number, said in _listed(asking, "conversations.replies", asked):
            asking.keep(f"messages/{channel}/thread-{root}-{number:06}.json", said)
    except Refusal as error:
        if error.code not in _GONE:  # deleted since its channel was listed
            raise


def _root(message: Any) -> str | None:
    """The first message of a thread, as it or a reply that the channel shows says."""
    if not isinstance(message, dict) or not epoch(message.get("ts")):
        return None
    root = message.get("thread_ts")
    return root if isinstance(root, str) else None
