"""What providers mean by their errors, as a table: the first row that fits says it.

A row fits when the status is one of its statuses and one of its words stands in what the error
says (its codes and its message, in small letters, never the request that a body may quote); a
row without words fits whatever is said. Add a provider's way of saying something as a word here
and its body to `tests/python_models/llm/provider_errors.py`.
"""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from python_models.llm.endpoints.error_types import ErrorType as E

REFUSED = (400, 403, 422, 451)
BROKEN = (500, 501)  # some servers fail over a request they should have refused


class Rule(NamedTuple):
    """One row of the table."""

    statuses: Container[int]
    kind: E
    words: tuple[str, ...] = ()
    needs_format: bool = False  # fits only a request that asked for a format


QUOTA = ("insufficient_quota", "insufficient quota", "insufficient_balance", "arrearage",
         "insufficient balance", "insufficient_credits", "insufficient credits",
         "credit balance is too low", "out of credits", "billing_hard_limit", "billing hard limit",
         "billing_not_active", "account is not active", "spending limit",
         "budget has been exceeded", "budget_exceeded", "exceeded your monthly",
         "negative balance", "key limit exceeded", "exceeded_current_quota",
         "balance is insufficient", "insufficient funds", "insufficient account",
         "payment method", "payment required", "past invoices", "credits are depleted",
         "all available credits", "account is suspended", "欠费", "余额不足",
         "api usage limits", "free-models-per-day", "充值")  # fmt: skip
LENGTH_CODES = ("context_length", "exceed_context_size", "context window", "context length",
                "maximum context", "available context", "context_window",
                "string_above_max_length", "contextwindow", "max_new_tokens` must be")  # fmt: skip
FILTER = ("content_filter", "content filter", "content management policy", "content_policy",
          "content policy", "contentpolicy", "moderation", "flagged", "data_inspection_failed",
          "inappropriate content", "prohibited_content", "safety", "sensitive content",
          "sensitive words", "usage policy", "usage policies", "guardrail",
          "responsible ai", "content exists risk", "moderated", "敏感", "违规")  # fmt: skip
FORMAT = ("response_format", "response format", "json_schema", "json schema", "json_object",
          "json_validate_failed", "json mode", "structured output", "grammar", "guided_json",
          "guided decoding", "guided_decoding", "additionalproperties", "xgrammar", "outlines",
          "invalid schema", "response_schema", "responseschema", "output_config",
          "strict mode", "failed to generate json", "output_format", "schema is too complex",
          "schema produces", "too many states")  # fmt: skip
# a router says that none of its providers takes every parameter of the request
ROUTED = ("no endpoints found that", "requested parameters", "no allowed providers")
LENGTH = ("too long", "too many tokens", "reduce the length",
          "exceeds the maximum number of tokens", "longer than the maximum",
          "maximum allowed length", "input length", "prompt length",
          "request too large", "max input tokens")  # fmt: skip
RATE = ("throttl", "too many requests", "rate limit exceeded", "rate_limit_exceeded")
OVERLOAD = ("overloaded", "over capacity", "at capacity", "no available capacity",
            "model is loading", "loading model", "currently loading")  # fmt: skip
MODEL = ("model_not_found", "not a valid model", "invalid_model", "invalid model", "unknown model",
         "model not exist", "model does not exist", "no such model", "model_not_supported",
         "model_decommissioned", "model_not_available", "model identifier is invalid",
         "on-demand throughput")  # fmt: skip
BAD_KEY = ("api key not valid", "api_key_invalid", "invalid api key", "incorrect api key",
           "invalid_api_key", "organization_restricted")  # fmt: skip
KEY = ("api key", "api_key", "apikey", "unauthorized", "unauthenticated", "authenticat",
       "permission", "access", "not allowed", "country", "region", "account", "credential",
       "may not", "security token", "signature", "subscription", "organization",
       "organisation")  # fmt: skip

RULES: tuple[Rule, ...] = (
    Rule(range(300, 400), E.MOVED),
    Rule((402,), E.QUOTA),
    Rule((400, 401, 403, 412, 429), E.QUOTA, QUOTA),
    Rule((401, 407), E.AUTHENTICATION),
    Rule((413,), E.CONTEXT_TOO_LONG),
    Rule((429, 498), E.RATE_LIMIT),
    Rule((400, 403), E.RATE_LIMIT, RATE),
    Rule((503, 529), E.OVERLOADED),
    Rule((*REFUSED, *BROKEN), E.CONTEXT_TOO_LONG, LENGTH_CODES),
    Rule((*REFUSED, 404, 405, 415, *BROKEN), E.RESPONSE_FORMAT, (*FORMAT, *ROUTED),
         needs_format=True),
    Rule(REFUSED, E.CONTENT_FILTER, FILTER),
    Rule(REFUSED, E.CONTEXT_TOO_LONG, LENGTH),
    Rule((400,), E.AUTHENTICATION, BAD_KEY),
    Rule((403,), E.AUTHENTICATION, KEY),
    Rule((403, 451), E.FORBIDDEN_INPUT),
    Rule((400, 422), E.NOT_FOUND, MODEL),
    Rule((404, 405, 410), E.NOT_FOUND),
    Rule((408, 409, 424, 425, 499), E.SERVER_ERROR),
    Rule(range(400, 500), E.BAD_REQUEST),
    Rule(range(500, 600), E.OVERLOADED, OVERLOAD),
    Rule(range(500, 1000), E.SERVER_ERROR),
)  # fmt: skip


def kind_of(status: int, said: str, has_format: bool) -> E:
    """Return what an error is.

    Args:
        status: of the response, or the one an error inside a body names.
        said: codes and message, in small letters.
        has_format: the request asked for a schema or for JSON.
    """
    for rule in RULES:
        if status not in rule.statuses or (rule.needs_format and not has_format):
            continue
        if not rule.words or any(word in said for word in rule.words):
            return rule.kind
    return E.SERVER_ERROR
