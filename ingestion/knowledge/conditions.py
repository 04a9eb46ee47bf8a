"""The small grammar of conditions in an ontology's mapping and changes.

    condition   subject.type = 'Service' and not (source in ('slack', 'logs') or name ~ '-db$')
    operators   =  !=  ~ (a regular expression is found)  !~  in (..), not in (..), has <term>
    terms       of a type: name, type, source, attr.<relation>, fact.<relation>
                of a predicate: subject.<term>, object.<term>, value, source, predicate

A term has any number of values; an operator holds where it holds for one of them, `!=`, `!~` and
`not in` where it holds for none. Case does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

Values = Callable[[str], Collection[str]]  # the values of a term
Condition = Callable[[Values], bool]
TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<sign>!=|!~|=|~|\(|\)|,)|(?P<word>[A-Za-z_][\w.]*))"
)
OF_A_TYPE = re.compile(r"name|type|source|(?:attr|fact)\.\w+")
OF_A_PREDICATE = re.compile(
    r"(?:subject|object)\.(?:name|type|source|(?:attr|fact)\.\w+)|value|source|predicate"
)
KEYWORDS = frozenset({"and", "or", "not", "in", "has"})


class ConditionError(ValueError):
    """A condition is not of the grammar; the message says where."""


class Token(NamedTuple):
    """A word, a sign or a quoted text, and where it stands."""

    kind: str
    text: str
    at: int


def parse_condition(text: str, terms: re.Pattern[str]) -> Condition:
    """Return what says whether a condition holds; an empty one always does.

    Args:
        text: the condition.
        terms: the terms that may stand in it.

    Raises:
        ConditionError: it is not of the grammar, or names another term.
    """
    if not text.strip():
        return lambda values: True
    parser = _Parser(text, terms)
    found = parser.alternatives()
    if parser.tokens:
        raise parser.fault("the end")
    return found


class _Parser:
    """Reads one condition from left to right."""

    def __init__(self, text: str, terms: re.Pattern[str]) -> None:
        self.text, self.terms = text, terms
        self.tokens = _tokens(text)

    def alternatives(self) -> Condition:
        parts = [self.conjunction()]
        while self._takes("or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else lambda values: any(one(values) for one in parts)

    def conjunction(self) -> Condition:
        parts = [self.negation()]
        while self._takes("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else lambda values: all(one(values) for one in parts)

    def negation(self) -> Condition:
        if self._takes("not"):
            denied = self.negation()
            return lambda values: not denied(values)
        if self._takes("("):
            inner = self.alternatives()
            self._needs(")")
            return inner
        if self._takes("has"):
            term = self._term()
            return lambda values: bool(values(term))
        return self._comparison()

    def _comparison(self) -> Condition:
        term = self._term()
        is_denied = self._takes("not")
        if self._takes("in"):
            self._needs("(")
            wanted = {self._literal().casefold()}
            while self._takes(","):
                wanted.add(self._literal().casefold())
            self._needs(")")
            return _any_of(term, wanted.__contains__, is_denied)
        sign = self._next("an operator") if not is_denied else None
        if sign is None or sign.text not in ("=", "!=", "~", "!~"):
            raise self.fault("an operator", sign)
        if "~" not in sign.text:
            wanted = {self._literal().casefold()}
            return _any_of(term, wanted.__contains__, sign.text == "!=")
        pattern = self._pattern()
        return _any_of(term, lambda value: bool(pattern.search(value)), sign.text == "!~")

    def _pattern(self) -> re.Pattern[str]:
        literal = self._literal()
        try:
            return re.compile(literal, re.IGNORECASE)
        except re.error as error:
            raise ConditionError(f"'{literal}' is no regular expression: {error}") from None

    def _term(self) -> str:
        token = self._next("a term")
        if token.kind != "word" or token.text in KEYWORDS or not self.terms.fullmatch(token.text):
            known = self.terms.pattern.replace("(?:", "(").replace("|", ", ")
            raise ConditionError(
                f"{token.text!r} at {token.at + 1} of `{self.text}` is no term; known: {known}"
            )
        return token.text

    def _literal(self) -> str:
        token = self._next("a quoted text")
        if token.kind != "text":
            raise self.fault("a quoted text", token)
        return token.text[1:-1].replace("''", "'")

    def _takes(self, word: str) -> bool:
        if self.tokens and self.tokens[0].text == word:
            self.tokens.pop(0)
            return True
        return False

    def _needs(self, word: str) -> None:
        if not self._takes(word):
            raise self.fault(repr(word))

    def _next(self, wanted: str) -> Token:
        if not self.tokens:
            raise self.fault(wanted)
        return self.tokens.pop(0)

    def fault(self, wanted: str, token: Token | None = None) -> ConditionError:
        """Return the error that says what was wanted instead of what stands there."""
        found = token or (self.tokens[0] if self.tokens else None)
        place = f"{found.text!r} at {found.at + 1}" if found else "its end"
        return ConditionError(f"`{self.text}`: {wanted} is wanted, not {place}")


def _any_of(term: str, holds: Callable[[str], bool], is_denied: bool) -> Condition:
    def condition(values: Values) -> bool:
        return any(holds(value.casefold()) for value in values(term)) is not is_denied

    return condition


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            raise ConditionError(f"`{text}`: what stands at {at + 1} is not of the grammar")
        kind = match.lastgroup or ""
        found.append(Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return found
