"""What lies round a thing of a graph, and where it is drawn: pure functions, seeded by nothing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

MOST_NODES = 300
PADDING = 24  # pixels round the picture
NOWHERE = 1_000_000
_WIDTHS = (310, 500, 700, 1_000)  # of pictures, from a telephone's to a wide screen's
_LETTER, _LINE, _GAP = 6.2, 14, 6  # pixels of a letter, a line, between two labels
_ABOVE, _RADIUS = 12, 6  # pixels: a label stands so far above its thing; of a usual circle
_ROUNDS = 80

Row = Mapping[str, Any]


class Node(NamedTuple):
    """A thing that is drawn."""

    entity_id: str
    name: str
    type: str
    steps: int  # from the thing in the middle
    degree: int  # edges that are drawn


def around(
    edges: Iterable[Row], start: str, depth: int, most: int = MOST_NODES
) -> tuple[list[Node], list[Row], int]:
    """Return the things within some steps of one, the edges among them, and how many are left out.

    Args:
        edges: rows with `subject_id`, `subject`, `subject_type`, and the same of the object.
        start: thing in the middle; it need not have an edge.
        depth: steps at most.
        most: things at most: those of few steps first, of these those with most edges.
    """
    beside: dict[str, set[str]] = defaultdict(set)
    described: dict[str, tuple[str, str]] = {}
    between = [edge for edge in edges if edge["object_id"] is not None]
    for edge in between:
        for one, other in (("subject", "object"), ("object", "subject")):
            beside[edge[f"{one}_id"]].add(edge[f"{other}_id"])
            described[edge[f"{one}_id"]] = (edge[one] or "", edge[f"{one}_type"] or "")
    steps, ring = {start: 0}, [start]
    for step in range(1, depth + 1):
        found = {other for name in ring for other in beside[name]} - steps.keys()
        ring = sorted(found, key=lambda name: (-len(beside[name]), described[name][0], name))
        steps |= dict.fromkeys(ring, step)
    kept = list(steps)[:most]
    inside = set(kept)
    drawn = [e for e in between if e["subject_id"] in inside and e["object_id"] in inside]
    degree: dict[str, int] = defaultdict(int)
    for edge in drawn:
        degree[edge["subject_id"]] += 1
        degree[edge["object_id"]] += 1
    nodes = [Node(name, *described.get(name, ("", "")), steps[name], degree[name]) for name in kept]
    return nodes, drawn, len(steps) - len(kept)


def places(nodes: list[Node], edges: Iterable[Row]) -> np.ndarray:
    """Return where things are drawn: float (things, 2), the thing in the middle at 0, 0.

    They begin on rings by their steps and are moved by the forces of Fruchterman and Reingold
    (1991): all push each other off, edges pull. The same graph always looks the same.
    """
    count = len(nodes)
    at = _rings(nodes)
    if count < 3:
        return at
    row_of = {node.entity_id: row for row, node in enumerate(nodes)}
    pairs = {
        (row_of[edge["subject_id"]], row_of[edge["object_id"]])
        for edge in edges
        if edge["subject_id"] != edge["object_id"]
    }
    ends = np.array(sorted(pairs)).reshape(-1, 2)
    room = 2.0 / math.sqrt(count)
    for reach in np.linspace(0.2, 0.005, _ROUNDS):
        apart = at[:, None, :] - at[None, :, :]
        distance = np.maximum(np.linalg.norm(apart, axis=2), 1e-3)
        moved = (apart * (room**2 / distance**2)[:, :, None]).sum(axis=1)
        pulled = at[ends[:, 0]] - at[ends[:, 1]]
        pulled *= np.linalg.norm(pulled, axis=1, keepdims=True) / room
        np.add.at(moved, ends[:, 0], -pulled)
        np.add.at(moved, ends[:, 1], pulled)
        length = np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
        at = at + moved / length * np.minimum(length, reach)
        at = at - at[0]
    return at


def least_widths(at: np.ndarray, labels: Sequence[str], height: int) -> list[int]:
    """Return from which width of the picture on each label has room, in pixels.

    It covers no other label and no other thing. Labels of the nearest things come first, that of
    the one in the middle always has room; one that has none in the widest is `NOWHERE`.

    Args:
        at: where things are drawn, float (things, 2).
        labels: above each of them, in its middle.
        height: of the picture, pixels.
    """
    least = [NOWHERE] * len(labels)
    low, high = at.min(axis=0), at.max(axis=0)
    share = (at - low) / np.maximum(high - low, 1e-9)
    half = np.array([len(label) * _LETTER / 2 for label in labels])
    for width in _WIDTHS:
        x, y = PADDING + share.T * (np.array([[width], [height]]) - 2 * PADDING)
        shown = [place for place, one in enumerate(least) if one != NOWHERE]
        for place in range(len(labels)):
            is_cut = abs(x[place] - width / 2) + half[place] > width / 2 + PADDING / 2
            if least[place] != NOWHERE or (is_cut and place):
                continue
            near = (abs(x[shown] - x[place]) < half[shown] + half[place] + _GAP) & (
                abs(y[shown] - y[place]) < _LINE
            )
            covers = (abs(x - x[place]) < half[place] + _RADIUS) & (
                abs(y - y[place] - _ABOVE) < _LINE / 2 + _RADIUS
            )
            if not near.any() and (not place or covers.sum() <= covers[place]):
                least[place] = width if width > _WIDTHS[0] else 0
                shown.append(place)
    return least


def _rings(nodes: list[Node]) -> np.ndarray:
    of_ring: dict[int, int] = defaultdict(int)
    for node in nodes:
        of_ring[node.steps] += 1
    seen: dict[int, int] = defaultdict(int)
    at = []
    for node in nodes:
        turn = 2 * math.pi * seen[node.steps] / of_ring[node.steps] + node.steps / 3
        seen[node.steps] += 1
        at.append((node.steps * math.cos(turn), node.steps * math.sin(turn)))
    return np.array(at, dtype=float).reshape(-1, 2)
