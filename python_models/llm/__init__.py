"""The one door to model providers: steps, their answers, and the ledger that pays once.

Names are imported when they are used: folding the ledger must not cost the openai client's import.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

HOMES = {
    "Cascade": "step",
    "FixedRule": "step",
    "OfflineRequest": "offline.request",
    "RowPrompts": "step",
    "Step": "step",
    "StepFailed": "step",
    "embed_step": "features.embeddings",
    "embed_texts": "features.embeddings",
    "fold_journal": "ledger.fold",
    "offline_rule": "offline.request",
    "run_step": "run",
}
__all__ = sorted(HOMES)


def __getattr__(name: str) -> Any:
    """Import a public name from where it lives."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
