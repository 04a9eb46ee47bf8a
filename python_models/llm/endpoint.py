"""Settings -> the endpoint that answers, and the one openai client that talks to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ingestion.settings import SettingsError, settings
from python_models.llm.step import Step

if TYPE_CHECKING:
    from openai import AsyncOpenAI

OFFLINE = "offline"
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


def model_for(step: Step, model_class: str) -> str:
    """Return the model a step asks: its own, else the settings' model of that class."""
    known = settings()
    if step.model:
        return step.model
    by_class = {"small": known.llm_model_small, "large": known.llm_model_large}
    return by_class.get(model_class) or known.llm_model


def open_client(endpoint: Endpoint) -> AsyncOpenAI:
    """Return a client for the endpoint; retries, deadlines and limits are the dispatcher's."""
    # a second of imports: only for those who ask
    import httpx2
    from openai import AsyncOpenAI

    from python_models.llm.transport import AiohttpTransport

    known = settings()
    if endpoint.is_offline:
        from python_models.llm.offline.app import OfflineApp

        transport: httpx2.AsyncBaseTransport = httpx2.ASGITransport(app=OfflineApp())
    else:
        transport = AiohttpTransport()
    key = known.llm_api_key.get_secret_value() if known.llm_api_key else "none"
    return AsyncOpenAI(
        api_key=key,
        base_url=endpoint.base_url,
        timeout=known.llm_timeout_seconds,
        max_retries=0,
        http_client=httpx2.AsyncClient(transport=transport, timeout=known.llm_timeout_seconds),
    )
