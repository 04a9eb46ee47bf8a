"""Conversations as the judge is given them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

REFERENCE = {
    "disorder": "Major depressive disorder",
    "code": "F32.9",
    "aliases": "major depression; MDD",
    "criterion": "at least 2 weeks of depressed mood or loss of interest with five or more signs",
}
SAD = "I feel so sad and lonely since my mother died, and I cannot sleep."
WARM = (
    "I am sorry to hear about your mother; that sounds very painful, and it is normal to grieve. "
    "You could try to talk to a friend each day, and consider a grief counselor if your sleep "
    "does not come back. For example, start by writing down what you miss about her."
)


def judged_row(*turns: tuple[str, str], **changes: Any) -> dict[str, Any]:
    """Return one row of the judge's input."""
    said = [
        json.dumps({"turn": at, "role": role, "content": text})
        for at, (role, text) in enumerate(turns)
    ]
    row = {
        "conversation_id": "c1",
        "priority": 1.0,
        "reference_list": [],
        "disorder_names": [],
        "turns": "\n".join(said),
        "is_cut": False,
    }
    return row | changes


def about_depression(answer: str, **changes: Any) -> dict[str, Any]:
    """Return a row whose conversation names a disorder."""
    told = {
        "reference_list": [json.dumps(REFERENCE)],
        "disorder_names": [REFERENCE["disorder"]],
    }
    question = "What is major depression? I feel worthless."
    return judged_row(("user", question), ("assistant", answer), **(told | changes))


_SHAPE = pa.schema(
    [
        ("conversation_id", pa.string()),
        ("priority", pa.float64()),
        ("reference_list", pa.list_(pa.string())),
        ("disorder_names", pa.list_(pa.string())),
        ("turns", pa.string()),
        ("is_cut", pa.bool_()),
    ]
)


def judged_table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Return rows as the judge's input."""
    return pa.Table.from_pylist(list(rows), schema=_SHAPE)


def many_judged_rows(count: int) -> list[dict[str, Any]]:
    """Return different conversations, the highest priority first."""
    return [
        judged_row(
            ("user", f"{SAD} That was {number} days ago."),
            ("assistant", WARM),
            conversation_id=f"c{number:06}",
            priority=float(count - number),
        )
        for number in range(count)
    ]
