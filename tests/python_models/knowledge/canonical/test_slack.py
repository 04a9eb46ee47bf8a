"""What a message says where it has no text of its own."""

from __future__ import annotations

from typing import Any

import pytest

from python_models.knowledge.canonical.slack import message_text


def _list(style: str, **more: int) -> dict[str, Any]:
    items = [{"type": "rich_text_section", "elements": [{"type": "text", "text": one}]}
             for one in "ab"]  # fmt: skip
    inner = {"type": "rich_text_list", "style": style, "elements": items} | more
    return {"blocks": [{"type": "rich_text", "elements": [inner]}]}


@pytest.mark.parametrize(
    ("record", "right"),
    [
        (_list("ordered"), "1. a\n2. b"),
        (_list("ordered", offset=2), "3. a\n4. b"),
        (_list("bullet", indent=1), "    - a\n    - b"),
        ({"comment": {"user": "U1", "comment": "Said of a file"}}, "Said of a file"),
        ({"attachments": [{"author_name": "Ada", "fallback": "Alert"}]}, "Alert"),
    ],
)
def test_a_message_without_text_says_what_stands_elsewhere(
    record: dict[str, Any], right: str
) -> None:
    assert message_text({"text": ""} | record) == right
