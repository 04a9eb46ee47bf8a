"""Endpoints beside the one in force, by name: `LLM_ENDPOINT_<NAME>_BASE_URL` and what goes with it.

Rows of a step may name the endpoint that is to answer them. `default` is the endpoint of
`LLM_BASE_URL`, `offline` the embedded one; both are always there. Each has its own key, limits
and pace, and the name is part of an answer's identity.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from ingestion.lakehouse.request_extras import BodyObject, HeaderObject, QueryObject
from ingestion.lakehouse.scrubbing import holds_credentials, holds_secret_parameter
from ingestion.lakehouse.settings import NO_CREDENTIALS, NO_PARAMETER, SettingsError, variables

DEFAULT, OFFLINE = "default", "offline"
PARTS = (
    "BASE_URL",
    "API_KEY",
    "MODE",
    "CONCURRENCY",
    "REQUESTS_PER_MINUTE",
    "TOKENS_PER_MINUTE",
    "PRICE_INPUT_USD_PER_MILLION",
    "PRICE_OUTPUT_USD_PER_MILLION",
    "EXTRA_HEADERS",
    "EXTRA_QUERY",
    "EXTRA_BODY",
)
VARIABLE = re.compile(rf"LLM_ENDPOINT_([A-Z0-9][A-Z0-9_]*?)_({'|'.join(PARTS)})")


class NamedEndpoint(BaseModel):
    """What the settings say of one endpoint."""

    model_config = ConfigDict(extra="forbid")

    base_url: str = Field(pattern=r"^https?://[^/]+")
    api_key: SecretStr | None = None
    mode: Literal["adaptive", "fixed", "sequential"] = "adaptive"
    concurrency: int = Field(default=16, ge=1)
    requests_per_minute: int | None = Field(default=None, ge=1)
    tokens_per_minute: int | None = Field(default=None, ge=1)
    price_input_usd_per_million: float | None = Field(default=None, ge=0)
    price_output_usd_per_million: float | None = Field(default=None, ge=0)
    extra_headers: HeaderObject = Field(default_factory=dict)
    extra_query: QueryObject = Field(default_factory=dict)
    extra_body: BodyObject = Field(default_factory=dict)

    @field_validator("base_url")
    @classmethod
    def _nobody_in_address(cls, value: str) -> str:
        if holds_credentials(value):
            raise ValueError(f"{NO_CREDENTIALS} and set its _API_KEY")
        if holds_secret_parameter(value):
            raise ValueError(f"{NO_PARAMETER} and set its _API_KEY (or _EXTRA_QUERY)")
        return value


def named_endpoints() -> dict[str, NamedEndpoint]:
    """Return the endpoints the environment and `.env` name, by their names in small letters.

    Raises:
        SettingsError: a variable is wrong or one is missing; names it, never its value.
    """
    parts: dict[str, dict[str, str]] = {}
    for name, value in variables().items():
        if value and (found := VARIABLE.fullmatch(name)):
            parts.setdefault(found[1], {})[found[2].lower()] = value
    known = {}
    for name, given in parts.items():
        if name.lower() in (DEFAULT, OFFLINE):
            raise SettingsError(
                f"LLM_ENDPOINT_{name}_...: the name {name.lower()} is taken: `default` is what "
                "LLM_BASE_URL names, `offline` the embedded endpoint; choose another name"
            )
        try:
            known[name.lower()] = NamedEndpoint.model_validate(given)
        except ValidationError as error:
            said = "; ".join(
                f"LLM_ENDPOINT_{name}_{str(item['loc'][0]).upper()}: {item['msg']}"
                for item in error.errors(include_input=False, include_url=False)
            )
            raise SettingsError(f"{said} (see .env.example)") from None
    return known


def endpoint_secrets() -> list[str]:
    """Return the keys of all named endpoints, for scrubbing."""
    return [one.api_key.get_secret_value() for one in named_endpoints().values() if one.api_key]


def mark() -> dict[str, Any]:
    """Return what changes with any of the endpoints; keys as hashes only."""
    known = sorted(named_endpoints().items())
    return {name: f"{one.model_dump_json()}{_secret_mark(one)}" for name, one in known}


def _secret_mark(one: NamedEndpoint) -> str:
    secrets = [one.api_key, *one.extra_headers.values()]
    told = "\0".join(secret.get_secret_value() if secret else "" for secret in secrets)
    return hashlib.sha256(told.encode()).hexdigest()
