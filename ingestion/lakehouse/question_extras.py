"""What a question's data may add to its request: a query and headers, but never a secret.

A study's files and an input's rows are kept in tables and released; keys belong to the settings.
"""

from __future__ import annotations

from urllib.parse import urlencode

from pydantic import TypeAdapter

from ingestion.lakehouse.request_extras import HeaderObject, is_secret
from ingestion.lakehouse.scrubbing import HIDDEN, holds_secret_parameter

_SETTING = "set it as LLM_ENDPOINT_<NAME>_EXTRA_{} of the endpoint: there no table keeps its value"
# what makes a request one, and says what it is part of
_RESERVED = {
    *("host", "connection", "content-length", "content-type", "transfer-encoding"),
    *("x-sluice-step", "x-sluice-replicate"),
}
_HEADERS: TypeAdapter[HeaderObject] = TypeAdapter(HeaderObject)


def usable_query(query: dict[str, str]) -> dict[str, str]:
    """Return what a question adds to its address, as it is.

    Raises:
        ValueError: it is no object of texts, or a part of it is a secret.
    """
    for name, value in query.items():
        if not isinstance(value, str):
            raise ValueError(f"{name} is no text: write it in quotation marks")
        if _is_secret_part(name, value):
            raise ValueError(f"{name} is a secret: {_SETTING.format('QUERY')}")
    return query


def shown_query(query: dict[str, str]) -> dict[str, str]:
    """Return a query of the settings as a table may keep it: `***` where a value is a secret."""
    return {
        name: HIDDEN if is_secret(name) or _is_secret_part(name, value) else value
        for name, value in query.items()
    }


def _is_secret_part(name: str, value: str) -> bool:
    return holds_secret_parameter(f"?{urlencode({name: value})}")


def usable_headers(text: str) -> dict[str, str]:
    """Return the headers in a JSON object; none in an empty text.

    Raises:
        ValueError: it is no such object; or one is no header, a secret, or a request's own.
    """
    known = _HEADERS.validate_python(text.strip() or "{}")
    for name in known:
        if name.lower() in _RESERVED:
            raise ValueError(f"{name} cannot be set here: a request says it itself")
        if is_secret(name):
            raise ValueError(f"{name} is a secret: {_SETTING.format('HEADERS')}")
    return {name: value.get_secret_value() for name, value in known.items()}
