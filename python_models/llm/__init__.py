"""The one door to model providers: steps, their answers, and the ledger that pays once."""

from python_models.llm.offline.request import OfflineRequest, offline_rule
from python_models.llm.run import run_step
from python_models.llm.step import Cascade, FixedRule, Step, StepFailed

__all__ = [
    "Cascade",
    "FixedRule",
    "OfflineRequest",
    "Step",
    "StepFailed",
    "offline_rule",
    "run_step",
]
