"""Settings -> the endpoint that answers, and the one openai client that talks to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ingestion.lakehouse.question_extras import shown_query
from ingestion.lakehouse.request_extras import is_secret
from ingestion.lakehouse.settings import SettingsError, settings
from python_models.llm.endpoints.named_endpoints import DEFAULT, named_endpoints
from python_models.llm.prompting.identity import text_hash
from python_models.llm.step import Step

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from pydantic import SecretStr

    from python_models.llm.endpoints.heads import Transport

OFFLINE = "offline"
NO_KEY = "none"
OFFLINE_PROVIDER = "offline-rules"
OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Endpoint:
    """Where calls go. The key is not part of it: it stays in the settings."""

    name: str
    base_url: str
    is_offline: bool = False

    @property
    def provider(self) -> str:
        """Return the provider a row names unless the answer itself names another."""
        return OFFLINE_PROVIDER if self.is_offline else self.name

    @property
    def identity(self) -> str:
        """Return its name in the identity of its answers."""
        return identity_name(self.name)

    @property
    def address(self) -> str:
        """Return host and port."""
        return urlsplit(self.base_url).netloc


def current_endpoint() -> Endpoint:
    """Return the endpoint in force: the embedded one unless an address or a key is set.

    Raises:
        SettingsError: a real endpoint is called by the embedded one's name.
    """
    known = settings()
    if known.llm_base_url is None and known.llm_api_key is None:
        return Endpoint(OFFLINE, "http://offline.invalid/v1", is_offline=True)
    url = (known.llm_base_url or OPENAI_URL).rstrip("/")
    name = known.llm_endpoint_name or urlsplit(url).netloc
    if not name:
        raise SettingsError(
            "LLM_BASE_URL is not an address: write it like http://127.0.0.1:8000/v1"
        )
    if name == OFFLINE:
        raise SettingsError(
            "LLM_ENDPOINT_NAME=offline is the embedded endpoint's own name: choose another, "
            "so that its answers never pass for this endpoint's"
        )
    return Endpoint(name, url)


def endpoint_named(name: str) -> Endpoint:
    """Return an endpoint by the name rows give it: `default`, `offline` or one of the settings.

    Raises:
        SettingsError: nobody has said where that is; names the variable to set.
    """
    current = current_endpoint()
    if name in (DEFAULT, current.name):
        return current
    if name == OFFLINE:
        return Endpoint(OFFLINE, "http://offline.invalid/v1", is_offline=True)
    known = named_endpoints()
    if name not in known:
        raise SettingsError(
            f"Nobody knows the endpoint {name!r}: set LLM_ENDPOINT_{name.upper()}_BASE_URL (and "
            f"_API_KEY), or name one of {', '.join([DEFAULT, OFFLINE, *sorted(known)])}"
        )
    return Endpoint(name, known[name].base_url.rstrip("/"))


def plain_name(name: str) -> str:
    """Return an endpoint's own name for the one that rows give it; it need not be set now."""
    return current_endpoint().name if name == DEFAULT else name


def identity_name(name: str) -> str:
    """Return the name an endpoint has in the identity of its answers; it need not be set now.

    What every question to it says besides (query and fields of the body) is a part of it, where
    there is any; headers are not, for they say who asks and whence.
    """
    plain = plain_name(name)
    more = extras_of(plain).of_questions
    return f"{plain}+{text_hash(json.dumps(more, sort_keys=True))[:16]}" if more else plain


class Extras(NamedTuple):
    """What is sent to an endpoint beside the question."""

    headers: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]

    @property
    def of_questions(self) -> dict[str, Any]:
        """Return what of it can change an answer."""
        named = {"extra_query": self.query, "extra_body": self.body}
        return {name: value for name, value in named.items() if value}

    def noted(self, parameters: dict[str, Any]) -> str:
        """Return a question's parameters as the ledger keeps them: with what goes along.

        A key or a token in the query of the settings is sent, and kept nowhere.
        """
        sent = {
            "extra_query": shown_query(self.query) | parameters.get("extra_query", {}),
            "extra_body": self.body | parameters.get("extra_body", {}),
        }
        return json.dumps(parameters | {name: value for name, value in sent.items() if value})


def extras_of(name: str) -> Extras:
    """Return what is sent to the endpoint of this name besides; nothing to the embedded one."""
    if name == OFFLINE:
        return Extras({}, {}, {})
    if name == current_endpoint().name:
        known = settings()
        headers, query = known.llm_extra_headers, known.llm_extra_query
        return Extras(_said(headers), query, known.llm_extra_body)
    own = named_endpoints().get(name)
    if own is None:
        return Extras({}, {}, {})
    return Extras(_said(own.extra_headers), own.extra_query, own.extra_body)


def _said(headers: Mapping[str, SecretStr]) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in headers.items()}


def has_key_elsewhere(endpoint: Endpoint) -> bool:
    """Say whether a header of the settings says who asks, and no key does (as Azure's api-key)."""
    return key_of(endpoint) == NO_KEY and any(map(is_secret, extras_of(endpoint.name).headers))


class Limits(NamedTuple):
    """How fast an endpoint may be asked."""

    mode: str
    concurrency: int
    requests_per_minute: int | None
    tokens_per_minute: int | None


def limits_of(endpoint: Endpoint) -> Limits:
    """Return the limits of an endpoint: its own, or the settings' for the one in force."""
    known = settings()
    own = None if endpoint == current_endpoint() else named_endpoints().get(endpoint.name)
    if own is not None:
        return Limits(own.mode, own.concurrency, own.requests_per_minute, own.tokens_per_minute)
    if endpoint == current_endpoint():
        return Limits(
            known.llm_pace,
            known.llm_concurrency,
            known.llm_requests_per_minute,
            known.llm_tokens_per_minute,
        )
    return Limits("adaptive", 16, None, None)


def key_of(endpoint: Endpoint) -> str:
    """Return the key an endpoint is asked with: no endpoint ever sees another one's."""
    if endpoint == current_endpoint():
        key = settings().llm_api_key
    else:
        own = named_endpoints().get(endpoint.name)
        key = own.api_key if own else None
    return key.get_secret_value() if key else NO_KEY


def setting_of(endpoint: Endpoint, part: str) -> str:
    """Return the name of the setting that says something (`API_KEY`, ..) of an endpoint."""
    is_current = endpoint == current_endpoint()
    return f"LLM_{part}" if is_current else f"LLM_ENDPOINT_{endpoint.name.upper()}_{part}"


def model_for(step: Step, model_class: str) -> str:
    """Return the model a step asks: its own, else the settings' model of that class."""
    known = settings()
    if step.model:
        return step.model
    by_class = {"small": known.llm_model_small, "large": known.llm_model_large}
    return by_class.get(model_class) or known.llm_model


def open_client(endpoint: Endpoint) -> tuple[AsyncOpenAI, Transport]:
    """Return (client for the endpoint, what carries its requests).

    Retries, deadlines and limits are the dispatcher's.
    """
    # a second of imports: only for those who ask
    import httpx2
    from openai import AsyncOpenAI

    from python_models.llm.endpoints.transport import AiohttpTransport, EmbeddedTransport

    known, extras = settings(), extras_of(endpoint.name)
    if endpoint.is_offline:
        from python_models.llm.offline.app import OfflineApp

        transport: EmbeddedTransport | AiohttpTransport = EmbeddedTransport(OfflineApp().__call__)
    else:
        named = {name.lower() for name in extras.headers}
        # where another header holds the key, the client's own would be tried, and is none
        left_out = {"authorization"} - named if has_key_elsewhere(endpoint) else ()
        transport = AiohttpTransport(left_out)
    client = AsyncOpenAI(
        api_key=key_of(endpoint),
        base_url=endpoint.base_url,
        timeout=known.llm_timeout_seconds,
        max_retries=0,
        default_headers=extras.headers,
        default_query=extras.query,
        http_client=httpx2.AsyncClient(transport=transport, timeout=known.llm_timeout_seconds),
    )
    return client, transport
