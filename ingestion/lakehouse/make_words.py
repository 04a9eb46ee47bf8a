"""Arguments of commands, and what is wrong with them said in make's words: `SET=`, not `--set`."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from functools import cache
from typing import Any, NoReturn

from ingestion.lakehouse.settings import PROJECT_ROOT

_NAMED = re.compile(r"^argument ([^:]+): (.*)$", re.S)
_CHOICE = re.compile(r"^invalid choice: (.*) \(choose from (.*)\)$", re.S)
_INVALID = re.compile(r"^invalid (?:_?)(\w+) value: (.*)$", re.S)
_KINDS = {"int": "a whole number", "float": "a number", "path": "a path"}


class Arguments(argparse.ArgumentParser):
    """A parser whose errors say what to type for make; what is needed may not be empty either."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse; a word that is needed and was left out reaches us as an empty text."""
        given = list(sys.argv[1:] if args is None else args)
        if empty := self._empty(given):
            self.error(_say(empty))
        return super().parse_known_args(given, namespace)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and refuse what is no argument of this command."""
        found, more = self.parse_known_args(args, namespace)
        if more:
            there = ", ".join(sorted(self._options(found) - {"--help"})) or "none"
            self.error(f"ARGS: there is no {' '.join(more)} here. There is: {there}.")
        return found

    def error(self, message: str) -> NoReturn:
        """Say in make's words what is wrong, and end with exit code 2."""
        sys.stderr.write(f"{in_make_words(message)}\n")
        raise SystemExit(2)

    def _options(self, found: Any) -> set[str]:
        """Return the options of a command; with commands of its own, of the one that was named."""
        named = getattr(found, "command", None)
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction) and named in action.choices:
                return action.choices[named]._options(found)
        return {one for one in self._option_string_actions if one.startswith("--")}

    def _empty(self, given: Sequence[str]) -> list[str]:
        needed = {
            option: action.option_strings[-1]
            for option, action in self._option_string_actions.items()
            if action.required
        }
        pairs = zip(given, given[1:], strict=False)
        return [needed[option] for option, value in pairs if option in needed and not value] or [
            action.dest
            for action, value in zip(self._positionals_needed(), _positionals(given), strict=False)
            if not value
        ]

    def _positionals_needed(self) -> list[argparse.Action]:
        if self._subparsers is not None:
            return []
        return [one for one in self._get_positional_actions() if one.nargs is None]


def _positionals(given: Sequence[str]) -> list[str]:
    """Return what stands for itself: behind `--`, else what begins with no dash."""
    if "--" in given:
        return list(given[given.index("--") + 1 :])
    return [one for one in given if not one.startswith("-")]


def in_make_words(message: str) -> str:
    """Return what argparse says of arguments as a person who typed `make` reads it."""
    if message.startswith("the following arguments are required: "):
        return _say(message.partition(": ")[2].split(", "))
    if one_of := re.fullmatch(r"one of the arguments (.*) is required", message):
        return f"Say {' or '.join(word(one) for one in one_of[1].split())}."
    named = _NAMED.match(message)
    if not named:
        return message
    option = max(named[1].split("/"), key=len)
    what = named[2]
    if choice := _CHOICE.match(what):
        there = choice[2].replace("'", "")
        return f"{word(option, _bare(choice[1]))} is not there. There is: {there}."
    if invalid := _INVALID.match(what):
        kind = _KINDS.get(invalid[1].lower(), "right")
        return f"{word(option, _bare(invalid[2]))}: that is not {kind}."
    return (
        f"{word(option)} {what}"
        if not what.startswith("not allowed with")
        else _both(named[1], what)
    )


def _both(option: str, what: str) -> str:
    return f"Say {word(option)} or {word(what.split()[-1])}, not both."


def _say(names: Sequence[str]) -> str:
    return f"Say {' and '.join(word(name) for name in names)}; make help tells what it is."


def _bare(text: str) -> str:
    return text.strip("'")


def word(option: str, value: str = "") -> str:
    """Return what is typed for an option: `--set` is SET=; for what make does not know, ARGS=."""
    name = option.lstrip("-").upper().replace("-", "_")
    if name in _words():
        return f"{name}={value}"
    return f'ARGS="{option} {value or ".."}"' if option.startswith("-") else f"{name}={value}"


@cache
def _words() -> frozenset[str]:
    """Return the words that targets of make take."""
    files = [PROJECT_ROOT / "Makefile", *PROJECT_ROOT.glob("ingestion/*/product.mk")]
    texts = [path.read_text(encoding="utf-8") for path in files if path.is_file()]
    return frozenset(re.findall(r"\$\(?\(([A-Z]+)\)", "\n".join(texts)))
