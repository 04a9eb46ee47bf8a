"""Datasets of files that lie elsewhere, taken by a job."""

from __future__ import annotations

import sys
from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.responses import Response
from pydantic import Field

from dashboards.api.idempotency import OnlyOnce
from dashboards.api.job_documents import JobDocument, started
from dashboards.api.pipeline import STARTING
from dashboards.api.problems import Problem
from dashboards.conversations import loading
from dashboards.conversations.uploads_api import Said, Writer, refuse_tier
from ingestion.conversations.upload_checks import UploadRefused

router = APIRouter()


class Load(Said):
    """A file that lies elsewhere, and what is said of it."""

    location: str = Field(
        min_length=1,
        max_length=2_000,
        description="A path under SLUICE_API_ROOTS, https://, hf://owner/name, kaggle://owner/slug",
    )


@router.post(
    "/datasets/load", status_code=202, response_model=JobDocument, responses=STARTING,
    tags=["datasets"],
)  # fmt: skip
def load(caller: Writer, once: OnlyOnce, wanted: Annotated[Load, Body()]) -> Response:
    """Take a file that lies elsewhere as a dataset, as a job; its result names the dataset."""
    refuse_tier(wanted, caller)

    def make() -> Response:
        try:
            loading.refuse(wanted.location)
        except UploadRefused as error:
            raise Problem(422, str(error), [("/location", "refused")]) from error
        command = [
            sys.executable,
            "-m",
            "dashboards.conversations.load_job",
            wanted.model_dump_json(),
        ]
        title = f"Load of {wanted.name}"
        return started(once, "load", title, command, {"SLUICE_JOB_OWNER": caller.prefix})

    return once.answer(wanted, make)
