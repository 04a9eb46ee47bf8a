"""Patterns, schemas and functions of a study's author, run with bounded time and memory.

A function is `module:function` of a file `<module>.py` in the folder SLUICE_FUNCTIONS, which the
lake's operator names: a study that comes from elsewhere cannot name anything else, such as
`os:system`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import re
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ingestion.lakehouse.bounded import BoundedProcess, Exceeded, Raised
from ingestion.lakehouse.settings import PROJECT_ROOT, settings

FUNCTION = re.compile(r"[A-Za-z_]\w*:[A-Za-z_]\w*")
SECONDS = 5.0  # what one text may take
_LONG = "All of this is said at length, a little more each time. " * 400
_process = BoundedProcess(SECONDS)
_OWN, _SCHEMAS = __name__, "ingestion.experiments.json_fit"  # modules of what runs bounded


class CannotRun(ValueError):
    """What an author wrote cannot be used, or not on this text; the message says why."""


def matches(pattern: str, text: str) -> list[str]:
    """Return what a pattern finds, in order: its first group, or all of it where it has none.

    Raises:
        CannotRun: it takes too long on this text.
    """
    found: list[str] = _bounded(f"{_OWN}:found_in", pattern, text)
    return found


def called(function: str, text: str) -> str | float | None:
    """Return what a function of SLUICE_FUNCTIONS gives for a text.

    Raises:
        CannotRun: there is no such function, it raises, takes too long, or gives neither text nor
            number.
    """
    value: str | float | None = _bounded(f"{_OWN}:value_of", str(_folder()), function, text)
    return value


def unfit(schema: str, text: str) -> str | None:
    """Return why a text is not JSON of a schema; None where it is.

    A text that is one fenced block counts as what stands in it.

    Raises:
        CannotRun: to check it takes too long.
    """
    why: str | None = _bounded(f"{_SCHEMAS}:unfit_for", schema, text)
    return why


def checked_pattern(pattern: str) -> None:
    """Try a pattern.

    Raises:
        CannotRun: it is none, finds nothing but emptiness, or takes too long on a long text.
    """
    try:
        is_empty = re.compile(pattern).fullmatch("") is not None
    except (re.error, OverflowError) as error:
        raise CannotRun(f"{pattern!r} is no pattern of Python's `re`: {error}") from None
    if is_empty:
        raise CannotRun(f"{pattern!r} matches the empty text, so it is found everywhere")
    matches(pattern, _LONG)


def checked_function(function: str) -> None:
    """Find a function.

    Raises:
        CannotRun: it is not there, or cannot be called with one text.
    """
    _bounded(f"{_OWN}:callable_with_text", str(_folder()), function)


def checked_schema(schema: str) -> None:
    """Read a JSON schema.

    Raises:
        CannotRun: it is no JSON, or no schema.
    """
    _bounded(f"{_SCHEMAS}:schema_of", schema)


@lru_cache
def function_hash(function: str) -> str:
    """Return the hash of the file a function stands in; empty where it is not there."""
    folder = settings().sluice_functions
    path = _path(_from_root(folder), function) if folder else None
    return hashlib.sha256(path.read_bytes()).hexdigest() if path and path.is_file() else ""


def _folder() -> Path:
    folder = settings().sluice_functions
    if folder is None:
        raise CannotRun(
            "functions of your own are read from the folder SLUICE_FUNCTIONS, which is not set: "
            "name the folder in .env, `<module>.py` in it"
        )
    return _from_root(folder)


def _from_root(folder: Path) -> Path:
    return (PROJECT_ROOT / folder.expanduser()).resolve()


def _path(folder: Path, function: str) -> Path:
    return folder / f"{function.partition(':')[0]}.py"


def _bounded(function: str, *arguments: str) -> Any:
    try:
        return _process.call(function, *arguments)
    except Exceeded as error:
        raise CannotRun(f"{arguments[0][:200]!r} on this text: {error}") from None
    except Raised as error:
        kind, _, why = str(error).partition(": ")
        raise CannotRun(why if kind in ("CannotRun", "NoSchema") else str(error)) from None


# from here on: what runs in the bounded process


def found_in(pattern: str, text: str) -> list[str]:
    """Return what a pattern finds, without empty places."""
    compiled = re.compile(pattern)
    group = 1 if compiled.groups else 0
    return [found[group] for found in compiled.finditer(text) if found[group]]


def value_of(folder: str, function: str, text: str) -> str | float | None:
    """Return a function's value for a text.

    Raises:
        CannotRun: see `called`.
    """
    own = _function(folder, function)
    try:
        value = own(text)
    except (TimeoutError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  told to its author
        raise CannotRun(f"{function} raised {type(error).__name__}: {error}") from None
    value = value.item() if hasattr(value, "item") else value
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise CannotRun(f"{function} gave {type(value).__name__}, neither a text nor a number")


def callable_with_text(folder: str, function: str) -> None:
    """Find a function.

    Raises:
        CannotRun: it is not there, or takes no text.
    """
    own = _function(folder, function)
    try:
        inspect.signature(own).bind("a text")
    except (TypeError, ValueError) as error:
        raise CannotRun(f"{function} cannot be called with one text: {error}") from None


def _function(folder: str, function: str) -> Any:
    path = _path(Path(folder), function)
    if not path.is_file():
        raise CannotRun(f"{function}: there is no {path.name} in SLUICE_FUNCTIONS ({folder})")
    module = _module(str(path), path.stat().st_mtime_ns)
    name = function.partition(":")[2]
    own = getattr(module, name, None)
    if not callable(own) or getattr(own, "__module__", None) != module.__name__:
        raise CannotRun(f"{function}: {path.name} defines no function {name}")
    return own


@lru_cache
def _module(path: str, changed_at: int) -> ModuleType:
    """Return the module of a file, read again where it has changed."""
    name = f"own_functions_{Path(path).stem}"
    specification = importlib.util.spec_from_file_location(name, path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    try:
        specification.loader.exec_module(module)
    except (TimeoutError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  told to its author
        said = f"{Path(path).name} cannot be read: {type(error).__name__}: {error}"
        raise CannotRun(said) from None
    return module
