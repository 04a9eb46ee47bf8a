"""The line under a header that names the units of the columns, as many loggers write one."""

from __future__ import annotations

import re

from ingestion.tables.staged import Wanted, is_same, split_line
from ingestion.tables.survey import Text, lines_at

_UNITS = (
    "w kw mw va kva var kwh wh mwh v kv mv a ma ka hz khz rpm 1/min min-1 % c k f degc degf "
    "\N{DEGREE SIGN}c \N{DEGREE SIGN}f \N{DEGREE SIGN} celsius fahrenheit kelvin bar mbar pa "
    "kpa mpa hpa psi m mm cm um km m/s mm/s m/s2 m/s\N{SUPERSCRIPT TWO} g kg t n nm kn l l/min "
    "l/h m3 m3/h m\N{SUPERSCRIPT THREE}/h ms us s sec min h d db ppm ohm lux bool int float "
    "string real"
)
_KNOWN = frozenset(_UNITS.split())
_TIMES = re.compile(r"(utc|gmt|local|datetime|date|time|timestamp|[ymdhst:./ -]+)", re.IGNORECASE)
_DECORATED = re.compile(r"^[\[(<{](.*)[\])>}]$")


def unit_row(text: Text, line: int, names: list[str], wanted: Wanted) -> str | None:
    """Return what a file's first line of data says if it names units, else None.

    Each cell is blank or a unit, at least one of a number is a unit, and the time is none.
    """
    if not wanted.dialect.header or line > text.line_count:
        return None
    if line in text.blank_lines or any(bad.number == line for bad in text.bad_lines):
        return None
    content = lines_at(text.path, [line]).get(line, "")
    cells = [cell.strip() for cell in split_line(content, wanted.dialect)]
    if len(cells) != len(names):
        return None
    bare = [_DECORATED.sub(r"\1", cell).strip().lower() for cell in cells]
    times = [any(is_same(wish, name) for wish in wanted.times) for name in names]
    texts = [any(is_same(wish, name) for wish in wanted.texts) for name in names]
    found = False
    for cell, is_time, is_text in zip(bare, times, texts, strict=True):
        if cell in ("", "-"):
            continue
        if is_time:
            if not _TIMES.fullmatch(cell):
                return None
        elif cell in _KNOWN:
            found = found or not is_text  # a machine may be called `a`
        else:
            return None
    return f"line {line} names units and is no reading: {content.strip()}" if found else None
