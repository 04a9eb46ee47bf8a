"""Look at a file and propose how its table could be declared: columns, types, key, time."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ingestion.tables.declaration import PROVENANCE
from ingestion.tables.grammar import DEFAULT_NULLS

DELIMITERS = (",", ";", "\t", "|")
MOST_ROWS = 100_000  # looked at; types hold for all of them
DATE_FORMATS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%Y%m%d")
TIME_FORMATS = tuple(
    f"{day} {clock}" for day in DATE_FORMATS[:4] for clock in ("%H:%M:%S", "%H:%M")
)
WORDS = {"true", "false", "yes", "no"}
_NAMES_THINGS = re.compile(r"(^|_)(id|key|code|no|nr|number|uuid)$")
_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,17})")
_NUMBER = re.compile(r"[+-]?(\d+([.]\d*)?|[.]\d+)([eE][+-]?\d+)?")


class CannotPropose(ValueError):
    """A file or an answer about it is of no use; the message says what and how to mend it."""


@dataclass
class Proposed:
    """One column as it could be declared."""

    name: str
    source: str  # its name in the file
    type: str
    format: str = "iso"
    values: int = 0  # different ones

    @property
    def declared(self) -> Any:
        """What stands in the declaration: the type alone where that says it all."""
        more = {"column": self.source} if self.source != self.name else {}
        more |= {"format": self.format} if self.format != "iso" else {}
        return {"type": self.type} | more if more else self.type


@dataclass
class Proposal:
    """One table as it could be declared."""

    table: str
    path: Path
    columns: list[Proposed]
    dialect: dict[str, str] = field(default_factory=dict)
    is_json: bool = False
    key: tuple[str, ...] = ()
    time: str | None = None

    def column(self, name: str) -> Proposed:
        """Return a column by its name, or by the one it has in the file.

        Raises:
            CannotPropose: there is none.
        """
        for one in self.columns:
            if name in (one.name, one.source):
                return one
        names = ", ".join(one.name for one in self.columns)
        raise CannotPropose(f"{self.path}: there is no column {name!r}; there are: {names}.")

    def of_type(self, *types: str) -> list[Proposed]:
        """Return the columns of some types."""
        return [one for one in self.columns if one.type in types]


def propose(path: Path, table: str, key: Sequence[str] = (), time: str | None = None) -> Proposal:
    """Look at a UTF-8 CSV file with a header, or at JSON lines.

    Args:
        key: columns that name a row; none: those that do are looked for.
        time: the time column; `none` for none, None to take the first.

    Raises:
        CannotPropose: the file holds no rows, or no such columns.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotPropose(f"{path} cannot be read as UTF-8 text: {error}") from None
    is_json = text.lstrip().startswith("{")
    dialect: dict[str, str] = {}
    if is_json:
        names, rows = _json_rows(text, path)
    else:
        names, rows, dialect = _csv_rows(text, path)
    if not rows:
        raise CannotPropose(f"{path} holds no rows to look at.")
    columns = [
        _column(name, source, [row[at] for row in rows])
        for at, (name, source) in enumerate(zip(_identifiers(names), names, strict=True))
    ]
    found = Proposal(table, path, columns, dialect, is_json)
    found.time = _time(found, time)
    found.key = tuple(found.column(name).name for name in key) or _key(found, rows)
    return found


def identifier(text: str) -> str:
    """Return a text as a name of a table or column: lower case, words joined by `_`."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    plain = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"column_{plain}".rstrip("_")


def _identifiers(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        plain = identifier(name)
        plain = f"{plain}_value" if plain in PROVENANCE else plain
        same = [one for one in found if re.fullmatch(rf"{plain}(_\d+)?", one)]
        found.append(f"{plain}_{len(same) + 1}" if same else plain)
    return found


def _json_rows(text: str, path: Path) -> tuple[list[str], list[list[Any]]]:
    found: list[dict[str, Any]] = []
    for number, line in enumerate(_first(text.split("\n")), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise CannotPropose(f"{path}, line {number}: no JSON: {error}") from None
        if not isinstance(row, dict):
            raise CannotPropose(f"{path}, line {number}: JSON, but no object")
        found.append(row)
    names = list(dict.fromkeys(name for row in found for name in row))
    return names, [[row.get(name) for name in names] for row in found]


def _csv_rows(text: str, path: Path) -> tuple[list[str], list[list[Any]], dict[str, str]]:
    head = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    lines = list(_first(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    if not lines or len(set(lines[0])) != len(lines[0]) or not all(lines[0]):
        raise CannotPropose(f"{path}: the first line is no header of different names.")
    names = [name.strip() for name in lines[0]]
    rows: list[list[Any]] = [
        [None if cell.strip() in DEFAULT_NULLS else cell.strip() for cell in line]
        for line in lines[1:]
        if len(line) == len(names)
    ]
    dialect = {"delimiter": delimiter} if delimiter != "," else {}
    cells = [cell for row in rows for cell in row if cell is not None]
    if delimiter != "," and any(re.fullmatch(r"[+-]?\d+,\d+", cell) for cell in cells):
        dialect["decimal"] = ","
        rows = [[cell and _with_point(cell) for cell in row] for row in rows]
    return names, rows, dialect


def _with_point(cell: str) -> str:
    return cell.replace(",", ".") if re.fullmatch(r"[+-]?\d+,\d+", cell) else cell


def _first(lines: Any) -> Iterator[Any]:
    for number, line in enumerate(lines):
        if number > MOST_ROWS:
            return
        yield line


def _column(name: str, source: str, values: list[Any]) -> Proposed:
    given = [value for value in values if value is not None and value != ""]
    kind, form = _type(given)
    return Proposed(name, source, kind, form, len({str(value) for value in given}))


def _type(values: list[Any]) -> tuple[str, str]:
    """Return the narrowest type that every value fits, and the format of its times."""
    if not values:
        return "text", "iso"
    if all(isinstance(value, bool) for value in values):
        return "boolean", "iso"
    if any(isinstance(value, bool | dict | list) for value in values):
        return "text", "iso"
    if all(isinstance(value, int) for value in values):
        return "integer", "iso"
    if all(isinstance(value, int | float) for value in values):
        return "number", "iso"
    words = [str(value) for value in values]
    tests: list[tuple[str, str, Callable[[str], object]]] = [
        ("integer", "iso", _INTEGER.fullmatch),
        ("number", "iso", _is_number),
        ("boolean", "iso", lambda word: word.lower() in WORDS),
        ("date", "iso", _fits(date.fromisoformat)),
        ("timestamp", "iso", _fits(datetime.fromisoformat)),
        *((("date"), form, _fits_format(form)) for form in DATE_FORMATS),
        *((("timestamp"), form, _fits_format(form)) for form in TIME_FORMATS),
    ]
    for kind, form, fits in tests:
        if all(fits(word) for word in words):
            return kind, form
    return "text", "iso"


def _is_number(word: str) -> bool:
    # 007 names something: it counts nothing
    return bool(_NUMBER.fullmatch(word)) and not re.fullmatch(r"0\d+", word)


def _fits(parse: Callable[[str], object]) -> Callable[[str], bool]:
    def fits(word: str) -> bool:
        try:
            parse(word)
        except ValueError:
            return False
        return len(word) >= 10

    return fits


def _fits_format(form: str) -> Callable[[str], bool]:
    return lambda word: _fits(lambda text: datetime.strptime(text, form))(word.rjust(10))


def _time(found: Proposal, given: str | None) -> str | None:
    if given == "none":
        return None
    if given:
        column = found.column(given)
        if column.type not in ("date", "timestamp"):
            raise CannotPropose(
                f"TIME={given}: its values are of type {column.type}, and no dates or times."
            )
        return column.name
    times = [*found.of_type("timestamp"), *found.of_type("date")]
    return times[0].name if times else None


def _key(found: Proposal, rows: list[list[Any]]) -> tuple[str, ...]:
    """Return the columns that tell all rows apart: one that names things, or a name and the time.

    A number that happens to differ in each row measures something: it is no name, unless it
    stands first or is called one.
    """
    places = {one.name: at for at, one in enumerate(found.columns)}
    names = [
        one.name
        for one in found.of_type("text", "integer")
        if one.type == "text" or places[one.name] == 0 or _NAMES_THINGS.search(one.name)
    ]
    tried: list[tuple[str, ...]] = [(name,) for name in names]
    tried += [(name, found.time) for name in names if found.time]
    for columns in tried:
        values = [tuple(row[places[name]] for name in columns) for row in rows]
        if all(None not in value for value in values) and len(set(values)) == len(values) > 1:
            return columns
    return ()
