"""Drain (He and others, 2017): log messages to templates, one at a time, by a tree of fixed depth.

A template is a list of tokens, of which some vary (`<*>`). What varies by its shape alone
(numbers, addresses, ids) is told before the tree is asked, as is usual.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

ANY = "<*>"
PREFIX = 1  # tokens that lead through the tree, after the count of tokens
CHILDREN = 100  # of a node; the rest share one branch
ALIKE = 0.4  # share of equal tokens from which a message belongs to a template
TOKENS = 200  # of a message; what follows is not looked at
CACHED = 100_000

_VARIES = re.compile(
    r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?![\w.])"  # addresses
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"  # UUIDs
    r"|\b0x[0-9a-fA-F]+\b|\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b"  # ids
    r"|(?<![\w])[-+]?\d+(?:[.,:]\d+)*(?![\w])"  # numbers, clocks
)
_DIGIT = re.compile(r"\d")


@dataclass
class Template:
    """One template: it keeps the id it was given first, however it becomes more general."""

    id: str
    tokens: list[str]

    @property
    def text(self) -> str:
        """The template as one line."""
        return " ".join(self.tokens)


@dataclass
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    templates: list[Template] = field(default_factory=list)


class Drain:
    """Templates of one kind of log. Given those known before, it goes on where it stopped."""

    def __init__(self, name: str, known: Iterable[tuple[str, str]] = ()) -> None:
        self._name = name
        self._root = _Node()
        self._cache: dict[str, Template] = {}
        self._ids: set[str] = set()
        for template_id, text in known:
            template = Template(template_id, text.split(" "))
            self._ids.add(template_id)
            self._leaf(template.tokens).templates.append(template)

    def template(self, message: str) -> Template:
        """Return the template a message belongs to, made or made more general where need be."""
        masked = " ".join(
            [
                # what varies has a digit, a hyphen or a point: most words need no look
                word if word.isalpha() else ANY if word.isdecimal() else _VARIES.sub(ANY, word)
                for word in message.split()[:TOKENS]
            ]
        )
        found = self._cache.get(masked)
        if found is None:
            found = self._found(masked.split(" "))
            if len(self._cache) >= CACHED:
                self._cache.clear()
            self._cache[masked] = found
        return found

    def _found(self, tokens: list[str]) -> Template:
        leaf = self._leaf(tokens)
        best = max(leaf.templates, key=lambda one: _alike(one.tokens, tokens), default=None)
        if best is None or _alike(best.tokens, tokens)[0] < ALIKE:
            best = Template(self._new_id(tokens), tokens)
            leaf.templates.append(best)
            return best
        best.tokens = [
            one if one == other else ANY for one, other in zip(best.tokens, tokens, strict=True)
        ]
        return best

    def _new_id(self, tokens: list[str]) -> str:
        text = f"{self._name}\n{' '.join(tokens)}"
        while (found := hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]) in (
            self._ids
        ):
            text += "\n"
        self._ids.add(found)
        return found

    def _leaf(self, tokens: list[str]) -> _Node:
        """Return the node at which messages of these first words, and as many, are kept."""
        node = self._root.children.setdefault(str(len(tokens)), _Node())
        for token in tokens[:PREFIX]:
            name = ANY if ANY in token or _DIGIT.search(token) else token
            if name not in node.children and len(node.children) >= CHILDREN:
                name = ANY
            node = node.children.setdefault(name, _Node())
        return node


def _alike(template: list[str], tokens: list[str]) -> tuple[float, int]:
    """Return the share of equal tokens, and how many of the template's vary."""
    same = sum(one == other for one, other in zip(template, tokens, strict=True))
    return same / len(tokens), sum(one == ANY for one in template)
