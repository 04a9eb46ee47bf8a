"""Find and read the declared sources: `sources/*.yml` and what `SLUICE_SOURCES` adds."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingestion.settings import PROJECT_ROOT, settings
from ingestion.telemetry.declaration import Declaration

SHIPPED = Path(__file__).parent / "sources"
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


class DeclarationError(ValueError):
    """A declaration cannot be used; the message says where, what, and how to mend it."""


class VariableMissing(LookupError):
    """A path names a variable that is not set and has no default."""


@dataclass(frozen=True)
class Declared:
    """A declaration and the file it was read from."""

    declaration: Declaration
    origin: Path

    @property
    def name(self) -> str:
        return self.declaration.source

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


def declared_sources() -> dict[str, Declared]:
    """Return every declared source by name, shipped ones first.

    Raises:
        DeclarationError: a file is not valid, or two declare the same name.
    """
    found: dict[str, Declared] = {}
    for path in declaration_files():
        for entry in read_declarations(path):
            if entry.name in found:
                raise DeclarationError(
                    f"{path}: source: {entry.name!r} is declared in "
                    f"{found[entry.name].origin} already; choose another name."
                )
            found[entry.name] = entry
    return found


def declaration_files() -> list[Path]:
    """Return the files that hold declarations, in reading order."""
    files = sorted(SHIPPED.glob("*.yml"))
    for part in filter(None, os.environ.get("SLUICE_SOURCES", "").split(os.pathsep)):
        path = Path(part).expanduser()
        if path.is_dir():
            files += sorted([*path.glob("*.yml"), *path.glob("*.yaml")])
        elif path.is_file():
            files.append(path)
        else:
            raise DeclarationError(f"SLUICE_SOURCES names {path}, which does not exist.")
    return files


def read_declarations(path: Path) -> list[Declared]:
    """Read one YAML file: one source, or several under `sources:`.

    Raises:
        DeclarationError: the file is not YAML, or does not follow the grammar.
    """
    import yaml

    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), _loader())  # a SafeLoader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{path}: this is not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise DeclarationError(f"{path}: a declaration is a mapping that starts with `source:`.")
    entries = content["sources"] if set(content) == {"sources"} else [content]
    return [Declared(_validated(entry, path), path) for entry in entries]


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


def _validated(entry: Any, path: Path) -> Declaration:
    from pydantic import ValidationError

    try:
        return Declaration.model_validate(entry)
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(str(part) for part in item['loc']) or 'source'}: {_sentence(item)}"
            for item in error.errors()
        ]
        raise DeclarationError(
            "\n".join(lines) + f"\nEvery key is explained in {SHIPPED / 'examples/every_key.yml'}."
        ) from None


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

    Raises:
        VariableMissing: a variable is not set and has no default.
    """

    def value(match: re.Match[str]) -> str:
        name, default = match.group(1), match.group(2)
        known = variable(name)
        if known is not None:
            return known
        if default is not None:
            return default
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
