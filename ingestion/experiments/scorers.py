"""`scorers.csv`: what scores texts without a judge, the same each time.

scorer_id,kind,argument,min,max,active
short,length,words,,120,true        between min and max words (or characters, lines)
no_ai,regex,(?i)as an ai,0,0,true   found from min (1) to max times
capital,exact,Paris,,,true          the whole text is this, or what scorers/<scorer_id>.txt says
shape,json_schema,,,,true           JSON of scorers/<scorer_id>.json
mine,function,module:function,0,5   a number from min (0) to max (1)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingestion.experiments.own_code import (
    FUNCTION,
    CannotRun,
    checked_function,
    checked_pattern,
    checked_schema,
)
from ingestion.experiments.parsers import BadRow
from ingestion.experiments.tables import FileRead, Row, flag, name_of, number

TABLE, FOLDER = "scorers.csv", "scorers"
KINDS = ("regex", "exact", "json_schema", "length", "function")
UNITS = ("words", "characters", "lines")
_ENDINGS = {"exact": ".txt", "json_schema": ".json"}  # of what stands in a file of its own


def is_scorer_file(path: PurePosixPath) -> bool:
    """Say whether a file of a study is what a scorer compares with."""
    is_there = len(path.parts) == 2 and path.parts[0] == FOLDER
    return is_there and path.suffix in _ENDINGS.values()


def scorer_maker(files: dict[str, FileRead]) -> Callable[[Row], Row]:
    """Return what makes a scorer of a row and of the file of its name.

    Args:
        files: the study's files of scorers by their names.
    """
    known: set[str] = set()

    def make(row: Row) -> Row:
        scorer_id = name_of(row, "scorer_id", known)
        kind = row.get("kind", "")
        if kind not in KINDS:
            said = f"scorer {scorer_id}: kind {kind!r} is not one of {', '.join(KINDS)}"
            raise BadRow("bad_scorer", said, "kind")
        argument = _argument(scorer_id, kind, row.get("argument", ""), files)
        low, high = number(row, "min", None), number(row, "max", None)
        try:
            limits = _CHECKS[kind](argument, low, high)
        except (CannotRun, ValueError) as error:
            raise BadRow("bad_scorer", f"scorer {scorer_id} ({kind}): {error}") from None
        told = f"{kind}\n{argument}\n{limits.low}\n{limits.high}"
        return {
            "scorer_id": scorer_id,
            "kind": kind,
            "argument": argument,
            "lowest": limits.low,
            "highest": limits.high,
            "scorer_hash": hashlib.sha256(told.encode()).hexdigest(),
            "is_active": flag(row, "active"),
        }

    return make


@dataclass(frozen=True)
class _Limits:
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"min {self.low:g} is above max {self.high:g}")


def _argument(scorer_id: str, kind: str, argument: str, files: dict[str, FileRead]) -> str:
    ending = _ENDINGS.get(kind)
    file = files.get(f"{scorer_id}{ending}") if ending else None
    if file is None:
        if ending == ".json" and not argument:
            said = f"scorer {scorer_id}: there is no {FOLDER}/{scorer_id}.json with its schema"
            raise BadRow("bad_scorer", said, "argument")
        return argument
    if argument:
        said = f"scorer {scorer_id}: it has an argument and the file {file.path}; leave one out"
        raise BadRow("bad_scorer", said, "argument")
    text = file.text()
    if text is not None:
        file.accepted = 1
    return text or ""


def _of_length(argument: str, low: float | None, high: float | None) -> _Limits:
    if argument not in UNITS:
        raise ValueError(f"argument {argument!r} is not one of {', '.join(UNITS)}")
    if low is None and high is None:
        raise ValueError("give it a min, a max, or both")
    return _Limits(low, high)


def _of_pattern(argument: str, low: float | None, high: float | None) -> _Limits:
    if not argument:
        raise ValueError("argument: write the pattern")
    checked_pattern(argument)
    return _Limits(1.0 if low is None and high is None else low, high)


def _of_text(argument: str, low: float | None, high: float | None) -> _Limits:
    if not argument.strip():
        raise ValueError(
            f"argument: write the wanted text, or put it into {FOLDER}/<scorer_id>.txt"
        )
    return _without_limits(low, high)


def _of_schema(argument: str, low: float | None, high: float | None) -> _Limits:
    checked_schema(argument)
    return _without_limits(low, high)


def _without_limits(low: float | None, high: float | None) -> _Limits:
    if low is not None or high is not None:
        raise ValueError("min and max say nothing of this kind; leave them empty")
    return _Limits()


def _of_function(argument: str, low: float | None, high: float | None) -> _Limits:
    if not FUNCTION.fullmatch(argument):
        raise ValueError(f"argument {argument!r} is not <module>:<function>")
    checked_function(argument)
    limits = _Limits(0.0 if low is None else low, 1.0 if high is None else high)
    if limits.low == limits.high:
        raise ValueError("min and max are the same: there is no scale between them")
    return limits


_CHECKS: dict[str, Callable[[str, float | None, float | None], _Limits]] = {
    "length": _of_length,
    "regex": _of_pattern,
    "exact": _of_text,
    "json_schema": _of_schema,
    "function": _of_function,
}
