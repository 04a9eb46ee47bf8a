"""What Slack's API said: the lists and messages of an export, in other envelopes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from ingestion.knowledge.containers import Member
from ingestion.knowledge.decoding import json_of
from ingestion.knowledge.exports.slack import channels_of, messages_of, users_of
from ingestion.knowledge.exports.slack_workspace import Workspace
from ingestion.knowledge.seen import Reading, Refused, Seen, SeenTogether

REFUSED = "refused.json"  # what was said of a channel that one may not read


def read(files: Iterable[Member], reading: Reading) -> Iterator[Seen | SeenTogether | Refused]:
    """Yield users, channels and messages; files come in this order: channels, messages, users."""
    workspace = Workspace(reading)
    for file in files:
        folder, *inner = PurePosixPath(file.path).parts
        if folder == "users":
            yield from users_of(file, workspace)
        elif folder == "channels":
            yield from channels_of(file, workspace)
        elif inner[-1] == REFUSED:
            why = f"Slack does not let us read it: {json_of(file.content).get('error')}"
            yield Refused(f"messages/{inner[0]}", "forbidden", why)
        else:
            names = {native_id: name for name, native_id in workspace.channels.items()}
            yield from messages_of(file, names.get(inner[0], inner[0]), inner[0], workspace)
