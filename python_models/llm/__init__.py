"""The one door to model providers: steps, their answers, and the ledger that pays once."""

from python_models.llm.embeddings import embed_step, embed_texts
from python_models.llm.ledger import fold_journal
from python_models.llm.offline.request import OfflineRequest, offline_rule
from python_models.llm.run import run_step
from python_models.llm.step import Cascade, FixedRule, Step, StepFailed

__all__ = [
    "Cascade",
    "FixedRule",
    "OfflineRequest",
    "Step",
    "StepFailed",
    "embed_step",
    "embed_texts",
    "fold_journal",
    "offline_rule",
    "run_step",
]
