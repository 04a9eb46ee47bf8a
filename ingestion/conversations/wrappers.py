"""Records that lie inside one JSON object, of any size: in a list, a list for each split, under
their keys, or column by column.

The document is read twice: once to see where its records lie and what is said around them, once
to yield them. Neither holds more of it than one record and a few samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

import orjson

from ingestion.conversations.json_stream import Bad, Path, json_members
from ingestion.conversations.payload import Payload, Source, Wrapped
from ingestion.conversations.survey import Node, survey

SPLITS = frozenset({
    "train", "training", "valid", "validation", "val", "dev", "development", "eval", "evaluation",
    "test", "testing", "heldout", "holdout", "train_sft", "test_sft", "train_prefs", "test_prefs",
    "train_gen", "test_gen",
})  # fmt: skip
# names of lists that say nothing about the records in them
_PLAIN_LISTS = frozenset({
    "data", "items", "records", "rows", "examples", "samples", "conversations", "dialogues",
    "dialogs", "chats",
})  # fmt: skip
_SHORT = Bad("truncated_json", "a column ends before the others", "")
MOST_AROUND = 4_096  # bytes of fields of the document that each record carries


@dataclass
class Layout:
    """Where a document's records lie.

    Attributes:
        lists: paths of lists whose elements are records.
        maps: paths of objects whose values are records.
        rows: paths of lists whose elements are lists of cells, with the names of the columns.
        tables: for each table written column by column, the paths of lists (or objects by row
            number) that hold one column each.
    """

    lists: list[Path] = field(default_factory=list)
    maps: list[Path] = field(default_factory=list)
    rows: dict[Path, list[str]] = field(default_factory=dict)
    tables: list[list[Path]] = field(default_factory=list)

    @property
    def places(self) -> list[Path]:
        """Return all paths records are read from."""
        columns = (column for table in self.tables for column in table)
        return [*self.lists, *self.maps, *self.rows, *columns]


def unwrapped(source: Source) -> Iterator[Payload] | None:
    """Return the records inside a file that is one JSON object; None when it is none of those.

    The object is then a record itself, or one of several in a row.
    """
    with source() as stream:
        root = survey(stream)
    layout = layout_of(root) if root is not None else None
    if root is None or layout is None:
        return None
    return _records(source, root, layout)


def inside(source: Source) -> Iterator[Payload] | None:
    """Return the records inside an object that is an element of a file; None where it holds none.

    Only what can be read makes it more than one: else it is a single record, or a reject.
    """
    with source() as stream:
        root = survey(stream)
    if root is None or is_standard(root.sample()):
        return None
    layout = Layout()
    _collect(root, (), layout)
    return _records(source, root, layout) if layout.places else None


def _records(source: Source, root: Node, layout: Layout) -> Iterator[Payload]:
    around, left = _around(root, layout)
    if layout.lists or layout.maps or layout.rows:
        yield from _members(source, layout, around)
    for table in layout.tables:
        among_others = len(layout.places) > len(table)
        yield from _columns(source, table, _said_of(table[0][:-1], among_others) | around)
    yield from left


def layout_of(root: Node) -> Layout | None:
    """Return where the records of a document lie, None when it is one itself."""
    whole = root.sample()
    if is_standard(whole) and not _is_list_of_pairs(whole):
        return None
    found = Layout()
    _collect(root, (), found)
    if found.places:
        return found
    # nothing in it can be read: what looks like records is refused one by one
    found.lists = [
        (name,)
        for name, node in root.members.items()
        if node.kind == "list" and node.samples and all(map(_is_object, node.elements()))
    ]
    return found if found.lists else None


def is_standard(value: Any) -> bool:
    """Say whether a decoded value is a conversation of a known format."""
    from ingestion.conversations.formats import Unstandard, standardise

    try:
        standardise(value)
    except (Unstandard, RecursionError):
        return False
    return True


def _is_list_of_pairs(whole: dict[str, Any]) -> bool:
    """`conversations` of questions and answers in a document of its own: each is a record."""
    from ingestion.conversations.formats.turns import pair_keys, turn_keys

    found = whole.get("conversations")
    first = found[0] if isinstance(found, list) and found else None
    if not isinstance(first, dict) or turn_keys(first):
        return False
    return (pair_keys(first) or ("user",))[0] not in ("user", "human")


def _is_object(value: Any) -> bool:
    from ingestion.conversations.formats.turns import turn_keys

    return isinstance(value, dict) and not turn_keys(value)


def _is_record(value: Any) -> bool:
    if isinstance(value, str):
        from ingestion.conversations.formats.transcripts import is_transcript

        return is_transcript(value)
    return (_is_object(value) or isinstance(value, list)) and is_standard(value)


def _collect(node: Node, path: Path, found: Layout) -> None:
    if node.kind == "list":
        if any(map(_is_record, node.elements())):
            found.lists.append(path)
        return
    if node.kind != "object":
        return
    if names := _row_names(node):
        found.rows[(*path, "data")] = names
    elif columns := _column_names(node):
        found.tables.append([(*path, name) for name in columns])
    elif _is_map(node):
        found.maps.append(path)
    else:
        for name, member in node.members.items():
            _collect(member, (*path, name), found)


def _is_map(node: Node) -> bool:
    inner = [one for one in node.members.values() if one.kind == "object"][:5]
    if any(map(_column_names, inner)):
        return False  # a table for each split
    readable = sum(is_standard(one.sample()) for one in inner)
    return bool(inner) and 2 * readable >= len(inner) and readable > 0


def _row_names(node: Node) -> list[str]:
    """The names of the columns where `data` is a list of rows (pandas, orient `split`)."""
    names, data = node.members.get("columns"), node.members.get("data")
    if names is None or data is None or not (names.is_whole and names.kind == data.kind == "list"):
        return []
    named, rows = names.elements(), data.elements()
    if not named or not all(isinstance(one, str) for one in named):
        return []
    is_row = bool(rows) and isinstance(rows[0], list) and len(rows[0]) == len(named)
    return named if is_row and is_standard(dict(zip(named, rows[0], strict=True))) else []


def _column_names(node: Node) -> list[str]:
    """The columns of a table that was written column by column, if that is what it is."""
    columns = {
        name: first for name, one in node.members.items() if (first := one.first_cell()) is not None
    }
    counts = {node.members[name].count for name in columns}
    if len(columns) < 2 or len(counts) != 1:
        return []
    row = {name: orjson.loads(first) for name, first in columns.items()}
    return list(columns) if is_standard(row) else []


def _around(root: Node, layout: Layout) -> tuple[dict[str, Any], list[Bad]]:
    """What the document says besides its records; what is too long to go with each of them."""
    said: dict[str, Any] = {}
    left: list[Bad] = []
    room = MOST_AROUND
    for path, node in root.outside(layout.places):
        name = ".".join(filter(None, path))
        if node.is_whole and node.size <= room:
            room -= node.size
            said[name] = node.sample()
        else:
            told = (
                f"the field {name!r} around the records has {node.size} bytes; up to "
                f"{MOST_AROUND} go with each record: what is longer has to be a file of its own"
            )
            left.append(Bad("outer_field_too_long", told, node.shown()))
    return ({"file": said} if said else {}), left


def _members(source: Source, layout: Layout, around: dict[str, Any]) -> Iterator[Payload]:
    places = [*layout.lists, *layout.maps, *layout.rows]
    several = len(layout.places) > 1
    said = {place: _said_of(place, several) | around for place in places}
    maps, rows = set(layout.maps), layout.rows

    def enters(path: Path, _: bytes) -> bool:
        return any(place[: len(path)] == path for place in places)

    with source() as stream:
        for path, text in json_members(stream, enters):
            if isinstance(text, Bad):
                yield text
                continue
            if not path:
                continue
            place, name = path[:-1], path[-1]
            if place in maps and name is not None:
                if text[:1] == b"{":
                    split = {"split": name} if name.casefold() in SPLITS else {}
                    yield Wrapped(text, said[place] | split | {"key": name})
            elif place in said and name is None:
                yield _row(text, rows.get(place), said[place])


def _row(text: bytes, names: list[str] | None, said: dict[str, Any]) -> Payload:
    if names is None:
        return Wrapped(text, said)
    try:
        cells = orjson.loads(text)
        return Wrapped(orjson.dumps(dict(zip(names, cells, strict=True))), said)
    except (ValueError, TypeError):
        told = f"the row is no list of {len(names)} cells"
        return Bad("wrong_width", told, text[:20_000].decode("utf-8", "backslashreplace"))


def _said_of(place: Path, among_others: bool) -> dict[str, Any]:
    """Which split or list a record lies in, where that says something."""
    names = [name for name in place if name]
    for name in reversed(names):
        if name.casefold().replace("-", "_") in SPLITS:
            return {"split": name}
    if names and (among_others or not _PLAIN_LISTS.issuperset(names)):
        return {"list": ".".join(names)}
    return {}


def _columns(source: Source, table: list[Path], said: dict[str, Any]) -> Iterator[Payload]:
    """Read all columns side by side: each from a pass of its own over the file."""
    keys = [orjson.dumps(place[-1]) for place in table]
    with ExitStack() as stack:
        cells = [_cells(stack.enter_context(source()), place) for place in table]
        for row in zip_longest(*cells, fillvalue=_SHORT):
            if bad := next((cell for cell in row if isinstance(cell, Bad)), None):
                yield bad
            else:
                texts = [cell for cell in row if isinstance(cell, bytes)]
                pairs = (key + b":" + text for key, text in zip(keys, texts, strict=True))
                yield Wrapped(b"{" + b",".join(pairs) + b"}", said)


def _cells(stream: Any, place: Path) -> Iterator[bytes | Bad]:
    def enters(path: Path, _: bytes) -> bool:
        return place[: len(path)] == path

    for path, text in json_members(stream, enters):
        if path[:-1] == place:
            yield text
