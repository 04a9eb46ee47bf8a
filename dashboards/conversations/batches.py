"""Many records in one request: more than are answered at once become a job.

What was asked lies in the job's folder, and what came of it beside that, for as long as the folder.
"""

from __future__ import annotations

import sys

from fastapi.responses import Response
from pydantic import BaseModel

from dashboards.api.idempotency import Once
from dashboards.api.job_documents import started
from dashboards.jobs.jobs import ASKED_NAME

MOST_AT_ONCE = 1_000  # records that are answered at once
MOST_RECORDS = 100_000  # of one request; a file may have more


def as_job(once: Once, kind: str, sent: BaseModel, budget_usd: float | None = None) -> Response:
    """Start the job that does what was asked of many records.

    Args:
        kind: `standardize` or `quality`.
        budget_usd: most that the job may spend.
    """
    environment = {"SLUICE_JOB_OWNER": once.caller.prefix}
    if budget_usd is not None:
        environment["LLM_BUDGET_USD"] = str(budget_usd)
    command = [sys.executable, "-m", "dashboards.conversations.batch_job", kind]
    count = len(getattr(sent, "records"))  # noqa: B009  each body of many records has them
    title = f"{kind.capitalize()} of {count} records"

    def make() -> Response:
        files = {ASKED_NAME: sent.model_dump_json().encode()}
        return started(once, kind, title, command, environment, files)

    return once.answer(sent, make)
