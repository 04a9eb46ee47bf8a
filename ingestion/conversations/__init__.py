"""Conversations' way into the lake: chat data of any format, standardised record by record."""

from __future__ import annotations

NAMESPACE = "raw_conversations"  # of the raw tables in the catalog
