"""Find and read what is declared in YAML: a domain's shipped files, what `SLUICE_SOURCES` adds,
and what was handed over on a page.

`SLUICE_SOURCES` serves all domains: the key a declaration starts with says whose it is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.lakehouse.scrubbing import holds_credentials
from ingestion.lakehouse.settings import PROJECT_ROOT, settings
from ingestion.landing.products import entry_words

if TYPE_CHECKING:
    from pydantic import BaseModel

_VARIABLE = re.compile(r"\$\{(\w+)(?::-((?:[^{}]|\$\{\w+\})*))?\}")


class DeclarationError(ValueError):
    """A declaration cannot be used; the message says where, what, and how to mend it."""


class VariableMissing(LookupError):
    """A path names a variable that is not set and has no default."""


@dataclass(frozen=True)
class Declared:
    """A declaration, its name, and the file it was read from."""

    name: str
    declaration: Any
    origin: Path

    @property
    def json(self) -> str:
        """The declaration as canonical JSON; it names variables, never their values."""
        return json.dumps(
            self.declaration.model_dump(mode="json", exclude_defaults=True, by_alias=True),
            sort_keys=True,
            ensure_ascii=False,
        )

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.json.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Grammar:
    """How a domain's declarations are written and where it keeps its own."""

    entry: str  # key an entry starts with, one of `entry_words`
    model: type[BaseModel]
    shipped: Path  # folder of *.yml
    example: str = "examples/every_key.yml"  # below `shipped`

    def read_all(self, broken: list[str] | None = None) -> dict[str, Declared]:
        """Return every declaration by name, shipped ones first.

        Args:
            broken: takes what is wrong with declarations that cannot be used; the others go on.

        Raises:
            DeclarationError: a file is not valid, or two declare the same name, and there is no
                list to take it.
        """
        found: dict[str, Declared] = {}
        shipped = sorted(self.shipped.glob("*.yml"))
        for path in [*shipped, *added_files(), *uploaded_files()]:
            self.add(found, path, broken)
        return found

    def add(self, found: dict[str, Declared], path: Path, broken: list[str] | None) -> None:
        """Add what one file declares; see `read_all`."""
        try:
            for entry in self.read(path, broken):
                if entry.name in found:
                    raise DeclarationError(
                        f"{path}: {self.entry}: {entry.name!r} is declared in "
                        f"{found[entry.name].origin} already; choose another name."
                    )
                found[entry.name] = entry
        except DeclarationError as error:
            if broken is None:
                raise
            broken.append(str(error))

    def read(self, path: Path, broken: list[str] | None = None) -> list[Declared]:
        """Read one YAML file: one entry, or several in a list; none when it is another domain's.

        Args:
            broken: takes what is wrong with entries of a list that cannot be used.

        Raises:
            DeclarationError: the file is not YAML, or does not follow the grammar.
        """
        content = read_yaml(path)
        words = entry_words()
        many = words[self.entry]
        keys = set(content) if isinstance(content, dict) else set()
        if not isinstance(content, dict):
            starts = ", ".join(f"`{name}:`" for name in words)
            raise DeclarationError(
                f"{path}: a declaration is a mapping that starts with one of {starts}."
            )
        others = (set(words) | set(words.values())) - {self.entry, many}
        if keys & others and self.entry not in keys:
            return []
        entries = content[many] if keys == {many} else [content]
        if not isinstance(entries, list):
            raise DeclarationError(f"{path}: {many}: this is a list of declarations.")
        found = []
        for entry in entries:
            try:
                found.append(self._validated(entry, path))
            except DeclarationError as error:
                if broken is None or len(entries) == 1:
                    raise
                broken.append(str(error))
        return found

    def _validated(self, entry: Any, path: Path) -> Declared:
        from pydantic import ValidationError

        _refuse_credentials(entry, path)
        try:
            declaration = self.model.model_validate(entry)
        except ValidationError as error:
            lines = [
                f"{path}: {'.'.join(str(part) for part in item['loc']) or self.entry}: "
                f"{_sentence(item)}"
                for item in error.errors()
            ]
            raise DeclarationError(
                "\n".join(lines) + f"\nEvery key is explained in {self.shipped / self.example}."
            ) from None
        return Declared(getattr(declaration, self.entry), declaration, path)


def is_bundled(entry: Declared) -> bool:
    """Say whether a declaration came with the project: nobody asked for its data."""
    return entry.origin.resolve().is_relative_to(PROJECT_ROOT / "ingestion")


def _refuse_credentials(entry: Any, path: Path) -> None:
    """A declaration is stored in the lake: what opens a server stands in a variable it names."""
    values = list(entry.items()) if isinstance(entry, dict) else []
    while values:
        key, value = values.pop()
        if isinstance(value, dict):
            values += [(f"{key}.{name}", inner) for name, inner in value.items()]
        elif isinstance(value, list):
            values += [(key, inner) for inner in value]
        elif isinstance(value, str) and re.match(r"\S+://", value) and holds_credentials(value):
            raise DeclarationError(
                f"{path}: {key}: the address holds a name or password before its @, and would be "
                "stored with every file; put the whole address into a variable and write "
                "${VARIABLE} here."
            )


def added_files() -> list[Path]:
    """Return the YAML files that `SLUICE_SOURCES` names, in reading order.

    Raises:
        DeclarationError: something it names is not there, or a folder holds no declaration.
    """
    files: list[Path] = []
    for part in filter(None, os.environ.get("SLUICE_SOURCES", "").split(os.pathsep)):
        path = named_place(part)
        if path.is_file():
            files.append(path)
            continue
        own = sorted([*path.glob("*.yml"), *path.glob("*.yaml"), *path.glob("*/study.yml")])
        if not own:
            raise DeclarationError(
                f"SLUICE_SOURCES names {path}, which holds no declaration: neither *.yml nor a "
                "folder with a study.yml."
            )
        files += own
    return files


def named_place(part: str) -> Path:
    """Return a file or folder of `SLUICE_SOURCES` as an absolute path.

    A relative one counts from where the command was typed, else from the project's folder: some
    of what reads declarations runs elsewhere.

    Raises:
        DeclarationError: it is not there.
    """
    path = Path(part).expanduser()
    places = [path.absolute(), PROJECT_ROOT / path]
    found = next((place for place in places if place.is_dir() or place.is_file()), None)
    if found is None:
        raise DeclarationError(f"SLUICE_SOURCES names {path}, which does not exist.")
    return found


def uploaded_files() -> list[Path]:
    """Return the declarations of what was handed over on a page, in reading order.

    One that is being written lies in a folder whose name begins with a dot.
    """
    from ingestion.lakehouse.lake import lake

    found = lake().uploads.glob("*/dataset.yml")
    return sorted(path for path in found if not path.parent.name.startswith("."))


def read_yaml(path: Path) -> Any:
    """Read a YAML file in which only true and false are booleans.

    Raises:
        DeclarationError: it is not YAML, or not UTF-8.
    """
    import yaml

    try:
        return yaml.load(path.read_text(encoding="utf-8-sig"), _loader())  # a SafeLoader
    except OSError as error:
        raise DeclarationError(f"{path}: this cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # of text, numbers and dates too
        raise DeclarationError(f"{path}: this is not valid YAML: {error}") from None


@lru_cache(maxsize=1)
def _loader() -> type:
    """A safe YAML loader for which only true and false are booleans: `off` is a stage's name."""
    import yaml

    class Loader(yaml.SafeLoader):
        pass

    kept = {
        letter: [(tag, rule) for tag, rule in rules if tag != "tag:yaml.org,2002:bool"]
        for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.yaml_implicit_resolvers = kept
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|false|False)$"), list("tTfF")
    )
    return Loader


def _sentence(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "there is no such key; check the spelling."
    if item["type"] == "missing":
        return "this key is missing; add it."
    message = item["msg"].removeprefix("Value error, ")
    given = item.get("input")
    shown = f" (given: {given!r})" if isinstance(given, str | int | float) else ""
    return f"{message}{shown}."


def expand(text: str) -> str:
    """Replace `${NAME}` and `${NAME:-default}` by what the environment or `.env` says.

    A default may name variables too.

    Raises:
        VariableMissing: a variable is not set and has no default.
    """

    def value(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        known = variable(name)
        if known is not None:
            return known
        if default is not None:
            return expand(default)
        raise VariableMissing(name)

    return _VARIABLE.sub(value, text)


def variable(name: str) -> str | None:
    """Return a variable of the environment or of `.env`; None when it is not set."""
    if name == "SLUICE_LAKE":
        return str(settings().sluice_lake)
    return os.environ.get(name) or _dotenv().get(name) or None


@lru_cache(maxsize=1)
def _dotenv() -> dict[str, str | None]:
    from dotenv import dotenv_values

    return dotenv_values(PROJECT_ROOT / ".env")
