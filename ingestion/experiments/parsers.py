"""What takes the wanted part out of an answer: the parser a template's row names."""

from __future__ import annotations

import re

TAG_PARSER = re.compile(r"tag:[A-Za-z][A-Za-z0-9_-]*")
TYPED = "json"  # the default of an evaluation: its judge is asked for a reason and a score
EVALUATION_PARSERS = (TYPED, "in_last_line", "complex", "pair")


class BadRow(ValueError):
    """A row cannot be used."""

    def __init__(self, reason: str, error: str, column: str | None = None) -> None:
        super().__init__(error)
        self.reason, self.column = reason, column


def parser_of(kind: str, template_id: str, parser: str) -> str | None:
    """Return a template's parser, or none.

    Raises:
        BadRow: there is none of this name for templates of this kind.
    """
    if kind == "evaluation":
        parser = parser or TYPED
        if parser not in EVALUATION_PARSERS:
            raise BadRow(
                "bad_parser",
                f"template {template_id}: parser {parser!r} is not one of "
                f"{', '.join(EVALUATION_PARSERS)}",
                "parser",
            )
    elif parser and not TAG_PARSER.fullmatch(parser):
        raise BadRow(
            "bad_parser", f"template {template_id}: parser {parser!r} is not tag:<name>", "parser"
        )
    return parser or None
