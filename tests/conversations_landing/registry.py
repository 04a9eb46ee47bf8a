"""Conversations among the domains, also before their models are."""

from __future__ import annotations

from ingestion.landing.products import DOMAINS, Domain


def register() -> None:
    """Add the domain when the registry does not have it."""
    demo = "ingestion.conversations.demo"
    DOMAINS.setdefault("conversations", Domain("conversations", "records", demo))
