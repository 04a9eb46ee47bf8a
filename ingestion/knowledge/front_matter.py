"""What stands between a Markdown file's `---` lines (YAML) or `+++` lines (TOML)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml

from ingestion.knowledge.times import moment

_YAML = re.compile(
    r"\A\s*^---(?:ya?ml)?[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_TOML = re.compile(
    r"\A\s*^(?:(\+\+\+)|(---)toml)[ \t]*\n(?P<head>.*?)^(?(1)\+\+\+|---)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_OPENED = re.compile(r"\A\s*^(?:---[ \t]*\n[\w-]+:\s|\+\+\+[ \t]*\n[\w-]+ *=)", re.MULTILINE)
_KEY = re.compile(r"^[^\s#:][^:\n]*:(?:\s|$)", re.MULTILINE)


BROKEN, REPEATS = "front matter broken", "front matter repeats a key"
NOT_CLOSED = "front matter not closed"
FAULTS = {  # by flag; the text below it is a document in each case
    BROKEN: ("bad_front_matter", "the header cannot be read"),
    NOT_CLOSED: ("bad_front_matter", "the header has no end; it is read as text"),
    REPEATS: ("repeated_key", "the header says a key twice; the last one holds"),
}


class _Loader(yaml.SafeLoader):
    """Reads every plain word as text: `no` is a word, 2025-03-04 is told as it is written."""


_Loader.yaml_implicit_resolvers = {}


@dataclass
class FrontMatter:
    """Fields of a file, and what comes after them."""

    body: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)

    @property
    def fault(self) -> tuple[str, str] | None:
        """What is wrong with it: a short code and a sentence."""
        return next((told for flag, told in FAULTS.items() if flag in self.flags), None)

    def values(self, *names: str) -> list[str]:
        """Return what fields of some names say."""
        return [value for name, value in self.fields if name.casefold() in names]

    def value(self, *names: str) -> str | None:
        """Return what the first field of some names says."""
        return next(iter(self.values(*names)), None)

    def time(self, *names: str) -> datetime | None:
        """Return the first moment that a field of some names says, UTC."""
        return next(filter(None, map(moment, self.values(*names))), None)


def split_front_matter(text: str) -> FrontMatter:
    """Return the fields a text begins with, and the rest; broken ones are flagged and kept out.

    A text that begins with a rule (`---`) and has no `key: value` below it has no front matter.
    """
    if match := _TOML.match(text):
        try:
            return FrontMatter(text[match.end() :], _flat(tomllib.loads(match["head"])))
        except tomllib.TOMLDecodeError:
            return FrontMatter(text[match.end() :], [], {BROKEN})
    match = _YAML.match(text)
    if match is None:
        return FrontMatter(text, [], {NOT_CLOSED} if _OPENED.match(text) else set())
    if match[1].strip() and not _KEY.search(match[1]):
        return FrontMatter(text)
    try:
        said = yaml.load(match[1], _Loader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return FrontMatter(text[match.end() :], [], {BROKEN})
    if said is not None and not isinstance(said, dict):
        return FrontMatter(text)
    flags = {REPEATS} if _repeats(match[1]) else set()
    return FrontMatter(text[match.end() :], _flat(said or {}), flags)


def _repeats(text: str) -> bool:
    keys = [found.split(":", 1)[0] for found in _KEY.findall(text)]
    return len(keys) != len(set(keys))


def _flat(said: dict[Any, Any], above: str = "") -> list[tuple[str, str]]:
    """One pair per value: a list gives several of one name."""
    pairs: list[tuple[str, str]] = []
    for key, value in said.items():
        name = f"{above}{key}"
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                pairs += _flat(one, f"{name}.")
            elif one is not None and str(one).strip():
                shown = one.isoformat() if isinstance(one, date | datetime) else str(one)
                pairs.append((name, shown.strip()))
    return pairs
