"""What models.csv says a model is asked with: parameters, which make the question, and headers."""

from __future__ import annotations

import json
from typing import Any

from ingestion.experiments.parsers import BadRow
from ingestion.lakehouse.question_extras import usable_headers, usable_query
from ingestion.lakehouse.request_extras import usable_body

PARAMETERS = {
    "max_tokens": (int,),
    "temperature": (int, float),
    "top_p": (int, float),
    "seed": (int,),
    "stop": (list,),
    "presence_penalty": (int, float),
    "frequency_penalty": (int, float),
    "reasoning_effort": (str,),
    "extra_body": (dict,),
    "extra_query": (dict,),
}


def parameters_of(text: str) -> str:
    """Return a model's parameters as JSON with sorted keys.

    Raises:
        BadRow: they are no JSON object, or nobody sends one of them.
    """
    try:
        known: Any = json.loads(text or "{}")
    except ValueError as error:
        raise _bad(f"not JSON: {error}") from None
    if not isinstance(known, dict):
        raise _bad("not a JSON object")
    for name, value in known.items():
        kinds = PARAMETERS.get(name)
        if kinds is None:
            raise _bad(f"nobody sends {name!r}")
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise _bad(f"{name} cannot be {value!r}")
    for name, usable in (("extra_body", usable_body), ("extra_query", usable_query)):
        try:
            usable(known.get(name, {}))
        except ValueError as error:
            raise _bad(f"{name}: {error}") from None
    return json.dumps(known, sort_keys=True)


def headers_of(text: str) -> str | None:
    """Return a model's headers as JSON with sorted keys; none where it has none.

    They say who asks and whence, and are no part of a question: other headers ask nothing anew.

    Raises:
        BadRow: they are no JSON object of headers, or one is a secret.
    """
    try:
        known = usable_headers(text or "")
    except ValueError as error:
        said = getattr(error, "errors", None)
        why = said(include_url=False, include_input=False)[0]["msg"] if said else error
        raise BadRow("bad_headers", f"headers: {why}", "headers") from None
    return json.dumps(known, sort_keys=True) if known else None


def _bad(why: str) -> BadRow:
    return BadRow("bad_parameters", f"parameters: {why}", "parameters")
