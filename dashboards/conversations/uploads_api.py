"""Files that become datasets: uploaded, followed until they have landed, removed before that."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from contextlib import ExitStack
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dashboards.api import formats
from dashboards.api.audit import PREFIX
from dashboards.api.idempotency import Once, OnlyOnce
from dashboards.api.keys import Caller
from dashboards.api.multipart import receive
from dashboards.api.problems import Problem, documented
from dashboards.api.releases import Release, Releases
from dashboards.api.security import Reader, may
from dashboards.conversations.waiting_api import Landing, of_release, told
from ingestion.conversations.declaration import Format
from ingestion.conversations.kept_uploads import Upload, remove, uploads
from ingestion.conversations.uploads import (
    Receiving,
    UploadKnown,
    UploadRefused,
    UploadTooLarge,
    Wanted,
)
from ingestion.lakehouse import journal
from ingestion.lakehouse.settings import settings

router = APIRouter()
Writer = Annotated[Caller, Depends(may("write"))]
DatasetId = Annotated[str, Path(max_length=300)]
_ERRORS = documented(400, 401, 403, 404, 409, 413, 415, 422, 429)


class Said(BaseModel):
    """What is said of a file that becomes a dataset."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=120)
    license: str = Field(min_length=1, max_length=120, examples=["CC-BY-4.0"])
    tier: Literal["open", "restricted", "private"] = "private"
    priority: int = Field(default=0, ge=-1000, le=1000)
    format: Format = "auto"


class Made(BaseModel):
    """A dataset that a file has become; the next run lands it."""

    dataset_id: str
    sha256: str
    bytes: int


_NOTHING = {"bytes": None, "sha256": None}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "name", "license"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        **Said.model_json_schema()["properties"],
                    },
                }
            }
        },
    }
}


@router.post(
    "/pipeline/upload",
    status_code=201,
    response_model=Made,
    responses=_ERRORS,
    openapi_extra=_BODY,
    tags=["pipeline"],
)
async def upload(request: Request, caller: Writer, once: OnlyOnce) -> Response:
    """Take a file, written to disk as it arrives, as a dataset.

    The same bytes are refused with 409, which names their dataset if the key may see it.
    """
    with ExitStack() as stack:
        holding: list[Receiving] = []

        async def opened(file_name: str) -> Callable[[bytes], Awaitable[None]]:
            most = settings().sluice_api_upload_bytes
            holding.append(stack.enter_context(refusing(Receiving, file_name, most)))

            async def write(block: bytes) -> None:
                await anyio.to_thread.run_sync(refusing, holding[0].write, block)

            return write

        fields = await receive(request, opened)
        said = said_of(fields, caller)
        return await anyio.to_thread.run_sync(_kept, once, holding[0], said)


@router.delete(
    "/datasets/{dataset}", status_code=204, responses=_ERRORS, tags=["datasets"],
    response_class=Response,
)  # fmt: skip
def delete(request: Request, caller: Writer, dataset: DatasetId) -> Response:
    """Remove a dataset that was uploaded, before it has landed."""
    found = _upload(caller, dataset)
    if found is None or not _is_own(caller, found):
        raise Problem(404, f"No dataset {dataset!r} of this key was uploaded.")
    if _landed(request, dataset) is not None:
        raise Problem(409, "This dataset has landed: what a release has stays.")
    remove(found)
    return Response(status_code=204)


@router.get(
    "/datasets/{dataset}/progress", response_model=Landing, responses=_ERRORS, tags=["datasets"]
)
def progress(request: Request, caller: Reader, dataset: DatasetId) -> Response:
    """Say how far a dataset is on its way into a release."""
    kept, landed = _upload(caller, dataset), _landed(request, dataset)
    if landed is not None and landed["tier"] not in caller.tiers:
        landed = None
    if kept is None and landed is None:
        raise Problem(404, f"There is no dataset {dataset!r}.")
    if kept is not None:
        return formats.document(told(kept) | of_release(landed))
    return formats.document({"dataset_id": dataset} | _NOTHING | of_release(landed))


def said_of(fields: dict[str, str], caller: Caller) -> Said:
    """Return what was said of a file.

    Raises:
        Problem: 422, it does not fit; 403, the key has not the tier.
    """
    try:
        said = Said.model_validate(fields)
    except ValidationError as error:
        wrong = [("/" + "/".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        raise Problem(422, "What was sent does not fit.", wrong) from error
    refuse_tier(said, caller)
    return said


def keep_records(
    once: Once,
    asked: BaseModel | str,
    said: Said,
    records: Iterable[bytes],
    told: dict[str, Any],
    file_name: str = "records.jsonl",
) -> Response:
    """Keep records as a dataset; returns what is told, with the dataset in it.

    Args:
        asked: what makes this request the same as another.
        records: the bytes of a file, block by block.
        file_name: whose ending says of which kind it is.

    Raises:
        Problem: 403, the key may not write, or has not the tier; else as for an upload.
    """
    refuse_saving(once.caller, said)

    def make() -> Response:
        most = settings().sluice_api_upload_bytes
        with refusing(Receiving, file_name, most) as receiving:
            for block in records:
                refusing(receiving.write, block)
            made = _made(once, receiving, said)
        answer = formats.document(told | {"dataset": made})
        _remember(once, answer)
        return answer

    return once.answer(asked, make)


def _kept(once: Once, receiving: Receiving, said: Said) -> Response:
    def make() -> Response:
        made = _made(once, receiving, said)
        answer = formats.document(made, 201)
        answer.headers["Location"] = f"{PREFIX}/datasets/{made['dataset_id']}/progress"
        _remember(once, answer)
        return answer

    return once.answer(f"{said.model_dump_json()} {receiving.checksum}", make)


def _made(once: Once, receiving: Receiving, said: Said) -> dict[str, Any]:
    """Let what was received be a dataset; tells which."""
    # a request whose server was killed finds by this mark what it had made
    mark = hashlib.sha256(f"{once.caller.prefix} {once.key}".encode()).hexdigest()
    wanted = Wanted(**said.model_dump())
    try:
        kept = receiving.keep(wanted, once.caller.prefix, mark if once.key else "")
    except UploadKnown as error:
        is_shown = error.tier in once.caller.tiers
        detail = str(error) if is_shown else "This very file is kept already."
        raise Problem(409, detail) from error
    except UploadRefused as error:
        raise _problem(error) from error
    return {"dataset_id": kept.dataset, "sha256": kept.checksum, "bytes": receiving.size}


def _remember(once: Once, answer: Response) -> None:
    with journal.journal() as connection:
        once.keep(connection, answer)


def refuse_saving(caller: Caller, said: Said) -> None:
    """Refuse a dataset of a key that may not make it.

    Raises:
        Problem: 403, names the scope or the tier.
    """
    if not caller.scopes & {"write", "admin"}:
        raise Problem(403, "This key lacks the scope `write`.")
    refuse_tier(said, caller)


def refuse_tier(said: Said, caller: Caller) -> None:
    """Refuse what is said of a file by a key without the tier.

    Raises:
        Problem: 403, names the tier.
    """
    if said.tier not in caller.tiers:
        raise Problem(403, f"This key lacks the tier {said.tier}.")


def refusing(call: Callable[..., Any], *arguments: Any) -> Any:
    """Call; what is refused there is a problem here."""
    try:
        return call(*arguments)
    except UploadRefused as error:
        raise _problem(error) from error


def _problem(error: UploadRefused) -> Problem:
    if isinstance(error, UploadTooLarge):
        return Problem(413, f"{error} (one file: SLUICE_API_UPLOAD_BYTES)")
    return Problem(422, str(error), [("/file", "refused")])


def _upload(caller: Caller, dataset: str) -> Upload | None:
    """Return an upload if who asks may see it."""
    found = next((one for one in uploads() if one.dataset == dataset), None)
    return found if found and found.tier in caller.tiers else None


def _is_own(caller: Caller, upload: Upload) -> bool:
    return upload.owner == caller.prefix or "admin" in caller.scopes


def _landed(request: Request, dataset: str) -> dict[str, Any] | None:
    """Return a dataset as the release has it."""
    releases: Releases = request.app.state.releases
    try:
        release: Release = releases.current()
    except Problem:
        return None
    found = release.dicts(
        "select name, tier, records_landed from conversations.datasets where dataset_id = $dataset",
        dataset=dataset,
    )
    return found[0] if found else None
