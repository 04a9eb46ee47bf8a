"""What takes the wanted part out of an answer: the parser a template's row names."""

from __future__ import annotations

import re

from ingestion.experiments.own_code import FUNCTION, CannotRun, checked_function, checked_pattern

TAG_PARSER = re.compile(r"tag:[A-Za-z][A-Za-z0-9_-]*")
PATTERN = "regex:"
TYPED = "json"  # the default of an evaluation: its judge is asked for a reason and a score
EVALUATION_PARSERS = (TYPED, "in_last_line", "complex", "pair")
OWN = "tag:<name>, regex:<pattern>, <module>:<function>"


class BadRow(ValueError):
    """A row cannot be used."""

    def __init__(self, reason: str, error: str, column: str | None = None) -> None:
        super().__init__(error)
        self.reason, self.column = reason, column


def parser_of(kind: str, template_id: str, parser: str) -> str | None:
    """Return a template's parser, or none.

    Raises:
        BadRow: there is none of this name for templates of this kind, or it cannot be used.
    """
    if kind == "comparison" and parser in ("", TYPED):
        return TYPED
    if kind == "comparison":
        said = f"template {template_id}: the verdict of a pair is typed: parser is {TYPED} or empty"
        raise BadRow("bad_parser", said, "parser")
    if kind == "evaluation":
        parser = parser or TYPED
        if parser in EVALUATION_PARSERS:
            return parser
    where = f"template {template_id}: parser {parser!r}"
    if not parser or TAG_PARSER.fullmatch(parser):
        return parser or None
    try:
        if parser.startswith(PATTERN):
            checked_pattern(parser.removeprefix(PATTERN))
            return parser
        if FUNCTION.fullmatch(parser) and not parser.startswith("tag:"):
            checked_function(parser)
            return parser
    except CannotRun as error:
        raise BadRow("bad_parser", f"{where}: {error}", "parser") from None
    known = f"{', '.join(EVALUATION_PARSERS)}, {OWN}" if kind == "evaluation" else OWN
    raise BadRow("bad_parser", f"{where} is not one of {known}", "parser")
