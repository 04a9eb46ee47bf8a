"""Sets as files: exported by a job with a manifest, downloaded with ranges and checksums."""

from __future__ import annotations

import base64
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.background import BackgroundTask

from dashboards.api import formats
from dashboards.api.answer_files import answer_folder, remove
from dashboards.api.idempotency import OnlyOnce
from dashboards.api.job_documents import JobDocument, document_of, job_of, started
from dashboards.api.keys import Caller
from dashboards.api.pipeline import STARTING, JobId
from dashboards.api.problems import Problem, documented
from dashboards.api.releases import OfWhole, Release
from dashboards.api.security import Reader, may
from dashboards.jobs.jobs import Job
from ingestion.lakehouse.lake import lake
from python_models.conversations.exporting import LEFT_OUT, MANIFEST, refuse_tiers, write_one
from python_models.conversations.released_set import ReleasedSet, SetRefused, released_set
from python_models.conversations.request import Request as Wanted
from python_models.conversations.writers import file_name, sha256_of
from python_models.release import kept_tables

router = APIRouter()
Exporter = Annotated[Caller, Depends(may("read", "export"))]
Form = Literal["json", "jsonl", "csv", "parquet"]
Name = Annotated[str, Query(min_length=1, max_length=60)]
_ERRORS = documented(401, 403, 404, 410, 416, 422, 429, 503)
_BLOCK = 1024 * 1024
_FILE = {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}


class Export(BaseModel):
    """Which set is wanted, and in which shape."""

    model_config = ConfigDict(extra="forbid")

    set: str = Field(min_length=1, max_length=60)
    format: Form = "jsonl"
    template: str = Field(default="messages", max_length=40)
    trainer: str = Field(default="trl", max_length=40)
    compression: Literal["none", "gzip", "zstd"] = "none"


@router.post(
    "/production/export", status_code=202, response_model=JobDocument,
    responses=STARTING | documented(503), tags=["production"],
)  # fmt: skip
def export(
    request: Request, caller: Exporter, once: OnlyOnce, wanted: Annotated[Export, Body()]
) -> Response:
    """Write a set's splits, what was left out and a manifest as files, as a job."""

    def make() -> Response:
        asked = _asked(caller, wanted)
        _set_of(request.app.state.releases.current(), wanted.set, asked)
        options = {
            "set": wanted.set, "format": asked.format, "template": asked.template,
            "for": asked.trainer, "compress": asked.compression, "tiers": ",".join(asked.tiers),
        }  # fmt: skip
        command = [sys.executable, "-m", "dashboards.conversations.export_job"]
        command += [f"--{name}={value}" for name, value in options.items()]
        return started(once, "export", f"Export of {wanted.set}", command)

    return once.answer(wanted, make)


@router.get(
    "/production/status/{id}", response_model=JobDocument, responses=_ERRORS, tags=["production"]
)
def status(caller: Reader, id: JobId) -> Response:
    """Say how far a set or an export is; the result of an export is its manifest."""
    return formats.document(document_of(job_of(caller, id)))


@router.get(
    "/production/export/{id}/{file}",
    response_class=FileResponse,
    responses=_ERRORS | {200: _FILE, 206: {"description": "A part of the file", **_FILE}},
    tags=["production"],
)
def download(
    request: Request,
    caller: Reader,
    id: JobId,
    file: Annotated[str, Path(max_length=200)],
) -> Response:
    """Give one file of a job, whole or a range of it; `Digest` is that of the whole file."""
    job = job_of(caller, id)
    known = _files(job)
    if file not in known:
        raise Problem(404, f"The job {id} has no file {file!r}.")
    path = _folder(job) / file
    if not path.is_file():
        raise Problem(410, "The files of this job were removed.")
    return _sent(request, path, file, known[file] or sha256_of(path))


@router.get(
    "/pipeline/export/{format}",
    response_class=FileResponse,
    responses=_ERRORS | {200: _FILE, 206: {"description": "A part of the file", **_FILE}},
    tags=["pipeline"],
)
def one_file(
    request: Request,
    release: OfWhole,
    caller: Exporter,
    format: Form,
    set: Name,
    template: Annotated[str, Query(max_length=40)] = "messages",
) -> Response:
    """Give the conversations of a released set as one file."""
    request.state.etag = None  # the file has one of its own
    asked = _asked(caller, Export(set=set, format=format, template=template))
    folder, name = answer_folder(), file_name(set, format, "none")
    path = folder / name
    try:
        with release.connection.cursor() as cursor:
            found = released_set(cursor, set)
            written = write_one(found, asked, path)
        # readers see the row with the next release; nobody waits for one here
        kept_tables.keep("conversations", "exports", written.rows())
    except BaseException as error:
        remove(folder)
        if isinstance(error, SetRefused):
            raise _refused(error, set) from error
        raise
    (told,) = written.manifest["files"]
    return FileResponse(
        path, filename=name, background=BackgroundTask(remove, folder),
        headers=digest(told["sha256"]),
        media_type="application/octet-stream",
    )  # fmt: skip


def _asked(caller: Caller, wanted: Export) -> Wanted:
    """Return what an export is asked for.

    Raises:
        Problem: 422, there is no such shape.
    """
    asked = Wanted(
        format=wanted.format, template=wanted.template, compression=wanted.compression,
        tiers=tuple(sorted(caller.tiers)), trainer=wanted.trainer,
    )  # fmt: skip
    try:
        asked.check()
    except SetRefused as error:
        raise Problem(422, str(error), [("/template", "refused")]) from error
    return asked


def _set_of(release: Release, name: str, asked: Wanted) -> ReleasedSet:
    """Return a set that the key may have.

    Raises:
        Problem: 404, there is none; 403, it holds a tier that the key lacks.
    """
    try:
        with release.connection.cursor() as cursor:
            found = released_set(cursor, name)
            refuse_tiers(found, asked.tiers)
    except SetRefused as error:
        raise _refused(error, name) from error
    return found


def _refused(error: SetRefused, name: str) -> Problem:
    if "tier" in str(error):
        # how many conversations of which other tier there are is not for this key
        return Problem(403, f"The set {name!r} holds conversations of a tier that this key lacks.")
    return Problem(404, f"There is no set {name!r} in this release.")


def _files(job: Job) -> dict[str, str | None]:
    """Return the files of a job that is whole, with their SHA-256 where it is known."""
    told: dict[str, Any] = dict(job.result or {})
    if job.state != "succeeded" or "files" not in told:
        raise Problem(404, f"The job {job.job_id} has written no files.")
    found: dict[str, str | None] = {one["file"]: one["sha256"] for one in told["files"]}
    if job.kind != "export":
        return found
    found |= {LEFT_OUT: told["left_out"]["sha256"], MANIFEST: None}
    return found | {str(one): None for one in told.get("beside", ())}


def _folder(job: Job) -> FilePath:
    return lake().root / "exports" / job.job_id if job.kind == "export" else job.folder


def _sent(request: Request, path: FilePath, name: str, sha256: str) -> Response:
    is_packed = name.endswith((".gz", ".zst", ".parquet"))
    takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
    if not takes_gzip or is_packed or "range" in request.headers:
        headers = digest(sha256) | {"Vary": "Accept-Encoding"}
        kind = "application/octet-stream"
        return FileResponse(path, filename=name, headers=headers, media_type=kind)
    headers = digest(sha256) | {
        "Content-Encoding": "gzip",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Vary": "Accept-Encoding",
    }
    return StreamingResponse(_gzipped(path), headers=headers, media_type="application/octet-stream")


def _gzipped(path: FilePath) -> Iterator[bytes]:
    packer = zlib.compressobj(level=6, wbits=31)
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            if packed := packer.compress(block):
                yield packed
    yield packer.flush()


def digest(sha256: str) -> dict[str, str]:
    """Return the checksum of a whole file, before any encoding, for programs and for people."""
    return {
        "Digest": f"sha-256={base64.b64encode(bytes.fromhex(sha256)).decode()}",
        "X-Content-SHA256": sha256,
    }
