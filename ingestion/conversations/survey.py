"""What a JSON object is made of, seen in one pass: names, kinds, sizes and a few samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import orjson

from ingestion.conversations.json_stream import Bad, Path, json_members

SAMPLES = 3
WHOLE = 4_096  # bytes up to which a list is kept whole
DEPTH = 3  # names that lead to a list at most
MOST_MEMBERS = 1_000  # of one object
MOST_NODES = 20_000  # of the document


@dataclass
class Node:
    """A part of the document.

    Attributes:
        kind: object, list or value.
        members: of an object, as many as are kept.
        samples: the first elements of a list (all while it is short), or the value itself.
        count: elements or members there are.
        size: bytes of all values in it.
        is_whole: all of it is here.
    """

    kind: str
    members: dict[str, Node] = field(default_factory=dict)
    samples: list[bytes] = field(default_factory=list)
    count: int = 0
    size: int = 0
    is_whole: bool = True

    def add(self, text: bytes | Bad) -> None:
        """Note an element of a list, or the value itself."""
        self.count += 1
        if isinstance(text, Bad):
            self.is_whole = False
            return
        self.size += len(text)
        if self.size <= WHOLE or len(self.samples) < SAMPLES:
            self.samples.append(text)
        else:
            self.is_whole = False
            del self.samples[SAMPLES:]

    def elements(self) -> list[Any]:
        """Return the first elements of a list, decoded; what is no JSON is left out."""
        return [one for text in self.samples[:SAMPLES] for one in _decoded(text)]

    def sample(self) -> Any:
        """Return the value, its longer lists cut to their first elements."""
        if self.kind == "object":
            return {name: node.sample() for name, node in self.members.items()}
        found = [one for text in self.samples for one in _decoded(text)]
        if self.kind == "list":
            return found
        return found[0] if found else None

    def first_cell(self) -> bytes | None:
        """Return the first cell of a column, as a list or by row number; else None."""
        if self.kind == "list" and self.samples:
            return self.samples[0]
        if self.kind != "object" or not self.members or not all(map(str.isdigit, self.members)):
            return None
        first = next(iter(self.members.values()))
        return first.samples[0] if first.kind == "value" and first.samples else None

    def shown(self) -> str:
        """Return the beginning of the value as text."""
        return orjson.dumps(self.sample()).decode()[:20_000]

    def outside(self, places: list[Path], path: Path = ()) -> Iterator[tuple[Path, Node]]:
        """Yield the parts that hold none of some places."""
        for name, node in self.members.items():
            inner = (*path, name)
            if inner in places or (path in places and node.kind == "object"):
                continue
            if any(place[: len(inner)] == inner for place in places):
                yield from node.outside(places, inner)
            else:
                yield inner, node


def survey(stream: BinaryIO) -> Node | None:
    """Return what the only object of a document is made of; None when it has several values."""
    root = Node("object")
    surveyor = _Surveyor(root)
    for path, text in json_members(stream, surveyor.enters):
        if surveyor.documents != 1 or not path:
            return None
        surveyor.take(path, text)
    return root if surveyor.documents == 1 else None


class _Surveyor:
    def __init__(self, root: Node) -> None:
        self.root = root
        self.documents = 0
        self.room = MOST_NODES

    def enters(self, path: Path, token: bytes) -> bool:
        """Say whether a container is looked into: the document, and what few names lead to."""
        if not path:
            self.documents += 1
            return token == b"{"
        if None in path or len(path) > DEPTH or self.documents > 1:
            return False
        return self._add(path, "object" if token == b"{" else "list") is not None

    def take(self, path: Path, text: bytes | Bad) -> None:
        """Note a value."""
        node = self._find(path[:-1]) if path[-1] is None else self._add(path, "value")
        if node is not None:
            node.add(text)
        for length in range(len(path) - (path[-1] is None)):
            outer = self._find(path[:length])
            if outer is not None:
                outer.size += 0 if isinstance(text, Bad) else len(text)

    def _find(self, path: Path) -> Node | None:
        node: Node | None = self.root
        for name in path:
            node = node.members.get(name or "") if node is not None else None
        return node

    def _add(self, path: Path, kind: str) -> Node | None:
        parent, name = self._find(path[:-1]), path[-1] or ""
        if parent is None:
            return None
        parent.count += 1
        if len(parent.members) >= MOST_MEMBERS or self.room <= 0:
            parent.is_whole = False
            return None
        self.room -= 1
        return parent.members.setdefault(name, Node(kind))


def _decoded(text: bytes) -> list[Any]:
    try:
        return [orjson.loads(text)]
    except orjson.JSONDecodeError:
        return []
