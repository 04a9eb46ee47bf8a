"""What a step has to know of the run it is part of, without the client's import."""

from __future__ import annotations

import os
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from python_models.llm.asking.estimating import Estimate

# set while `make estimate` runs the models: they tell what they would ask, and ask nothing
RECORDER: ContextVar[list[Estimate] | None] = ContextVar("recorder", default=None)


class OnlyEstimated(Exception):
    """The step was estimated and not run."""


def invocation() -> str:
    """Return the id of the dbt run under way, empty outside of one."""
    return os.environ.get("SLUICE_INVOCATION_ID", "")
