"""Precision, recall and F1 of what was found beside what is true."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any


def scores(
    name: str, what: str, found: Collection[Any], true: Collection[Any]
) -> Iterator[dict[str, Any]]:
    """Yield precision, recall and F1 of a set of findings.

    Args:
        name: of the public set.
        what: which findings these are.
        found: what was found.
        true: what is true; findings are the same where they are equal.
    """
    right = len(set(found) & set(true))
    precision = right / len(set(found)) if found else 0.0
    recall = right / len(set(true)) if true else 0.0
    both = precision + recall
    values = {"precision": precision, "recall": recall,
              "f1": 2 * precision * recall / both if both else 0.0}  # fmt: skip
    for metric, value in values.items():
        yield {"set": name, "what": what, "metric": metric, "value": value, "low": None,
               "high": None, "n": len(set(true)), "left_out": 0}  # fmt: skip
