"""What a provider wants beside the question: headers, a query, fields of the request's body."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

_SECRET_HEADER = re.compile(r"key|token|secret|passw|auth|cookie|credential", re.IGNORECASE)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# what a question says itself, what its format is, and what budgets count on
RESERVED = {
    *("model", "messages", "input", "stream", "stream_options", "response_format"),
    *("n", "max_tokens", "max_completion_tokens", "max_output_tokens"),
}


def usable_body(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields for a request's body as they are.

    Raises:
        ValueError: one would change what is asked or what it may cost.
    """
    if taken := sorted(RESERVED & fields.keys()):
        raise ValueError(f"{', '.join(taken)} cannot be set here: a step says it itself")
    return fields


def _usable_headers(headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header")
        said = value.get_secret_value()
        if not said.isascii() or any(ord(sign) < 32 or ord(sign) == 127 for sign in said):
            raise ValueError(f"the value of {name} has characters that no header can hold")
    return headers


def _from_text(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        found = json.loads(given)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError('write it as a JSON object, like {"name": "value"}')
    return found


# a setting's text stands for the object that it is the JSON of
HeaderObject = Annotated[
    dict[str, SecretStr], NoDecode, BeforeValidator(_from_text), AfterValidator(_usable_headers)
]
QueryObject = Annotated[dict[str, str], NoDecode, BeforeValidator(_from_text)]
BodyObject = Annotated[
    dict[str, Any], NoDecode, BeforeValidator(_from_text), AfterValidator(usable_body)
]


def is_secret(header: str) -> bool:
    """Say whether a header tells who asks: its value is a secret and no part of a question."""
    return bool(_SECRET_HEADER.search(header))


def secrets_of_headers(text: str) -> set[str]:
    """Return the secrets in a JSON object of headers; none where it is not one."""
    try:
        known = json.loads(text)
    except ValueError:
        return set()
    if not isinstance(known, dict):
        return set()
    values = {str(value) for name, value in known.items() if is_secret(name)}
    return values | {value.partition(" ")[2] for value in values if " " in value}  # Bearer ..
