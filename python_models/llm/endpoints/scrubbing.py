"""Secrets out of whatever is written: the settings' secrets, read once for a process."""

from __future__ import annotations

from typing import overload

from ingestion.lakehouse.scrubbing import without_secrets
from ingestion.lakehouse.settings import secret_values
from python_models.llm.endpoints.boundary import clean
from python_models.llm.endpoints.named_endpoints import endpoint_secrets


class Scrubber:
    """Replaces every secret in force when it was made; cheap enough for every text."""

    def __init__(self) -> None:
        self._secrets = secret_values() | frozenset(endpoint_secrets())

    @overload
    def __call__(self, text: str) -> str: ...

    @overload
    def __call__(self, text: None) -> None: ...

    @overload
    def __call__(self, text: str | None) -> str | None: ...

    def __call__(self, text: str | None) -> str | None:
        """Return the text with secrets replaced by `***`, fit to be stored."""
        if text:
            return without_secrets(clean(text), self._secrets)
        return text
