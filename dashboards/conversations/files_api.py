"""Files of chat data that are looked at or converted where they arrive: nothing of them is kept
unless that is asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

import anyio.to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, Response
from pydantic import ValidationError
from starlette.background import BackgroundTask

from dashboards.api import formats
from dashboards.api.answer_files import answer_folder, remove
from dashboards.api.idempotency import Once, OnlyOnce
from dashboards.api.keys import Caller
from dashboards.api.multipart import receive
from dashboards.api.problems import Problem
from dashboards.api.security import may
from dashboards.conversations.production_api import digest
from dashboards.conversations.standardize_api import (
    ERRORS,
    Conversion,
    Converted,
    UnderstoodList,
    converted,
    listed,
)
from dashboards.conversations.understanding import document
from dashboards.conversations.uploads_api import Said, keep_records, refusing, said_of
from ingestion.conversations.declaration import Format
from ingestion.conversations.upload_checks import UploadRefused, check_unpacked
from ingestion.conversations.uploads import ending_of
from ingestion.landing.rejecting import Unreadable
from python_models.conversations.convert import convert as convert_file
from python_models.conversations.preview import RECORDS_SHOWN, preview
from python_models.conversations.released_set import SetRefused
from python_models.conversations.request import Request as Wanted
from python_models.conversations.writers import file_name, sha256_of

router = APIRouter()
Validator = Annotated[Caller, Depends(may("read", "validate"))]
_BLOCK = 1024 * 1024
# fields of a conversion beside those of a dataset, whose `format` is that of the records
_SHAPE = ("template", "file_format", "compression")


@dataclass(frozen=True)
class _Arrived:
    """A file that is here for as long as the request, and the fields that came with it."""

    path: Path
    name: str
    checksum: str
    fields: dict[str, str]


def _body(said: dict[str, Any]) -> dict[str, Any]:
    """Return how a multipart body with a file is described."""
    told = {
        "file": {"type": "string", "format": "binary"},
        "save": {"type": "boolean", "description": "Make the result a dataset, named by `name`"},
    }
    named = Said.model_json_schema()["properties"]
    schema = {"type": "object", "required": ["file"], "properties": told | said | named}
    return {"multipart/form-data": {"schema": schema}}


_CHOICES = {
    "template": {"type": "string", "default": "messages"},
    "file_format": {"enum": ["jsonl", "json", "csv", "parquet"], "default": "jsonl"},
    "compression": {"enum": ["none", "gzip", "zstd"], "default": "none"},
}
_SENT = {
    key: value
    for key, value in Conversion.model_json_schema(
        ref_template="#/components/schemas/{model}"
    ).items()
    if key != "$defs"
}
_CONVERTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Records of a body as JSON; a file as a file, with its `Digest` and, as"
        " `X-Records-Read`, `X-Records-Written` and `X-Records-Left-Out`, what it came to",
        "content": {"application/octet-stream": {"schema": {"type": "string"}}},
    }
}


@router.post(
    "/standardize/file",
    response_model=UnderstoodList,
    responses=ERRORS,
    tags=["standardize"],
    openapi_extra={"requestBody": {"required": True, "content": _body({})}},
)
async def file(request: Request, caller: Validator, once: OnlyOnce) -> Response:
    """Say what the first 5,000 records of a file are; with `save` all of them are a dataset."""
    folder = answer_folder()
    try:
        arrived = await _received(request, folder)
        return await anyio.to_thread.run_sync(_standardised, once, arrived)
    finally:
        remove(folder)


@router.post(
    "/pipeline/convert",
    response_model=Converted,
    responses=ERRORS | _CONVERTED,
    tags=["pipeline"],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _SENT}} | _body(_CHOICES),
        }
    },
)
async def convert(request: Request, caller: Validator, once: OnlyOnce) -> Response:
    """Write up to 1,000 records of a body, or a file of any length, in another shape."""
    kind = request.headers.get("content-type", "").lower()
    if not kind.startswith("multipart/form-data"):
        try:
            sent = Conversion.model_validate_json(await request.body())
        except ValidationError as error:
            wrong = [dict(one) | {"loc": ("body", *one["loc"])} for one in error.errors()]
            raise RequestValidationError(wrong) from error
        return await anyio.to_thread.run_sync(converted, once, sent)
    with ExitStack() as stack:
        folder = answer_folder()
        stack.callback(remove, folder)
        arrived = await _received(request, folder)
        answer = await anyio.to_thread.run_sync(_converted, once, arrived, folder)
        if answer.background is not None:
            stack.pop_all()  # what is sent is removed when it has been
        return answer


async def _received(request: Request, folder: Path) -> _Arrived:
    found: list[Path] = []
    names: list[str] = []
    hashed = hashlib.sha256()

    async def opened(name: str) -> Any:
        found.append(folder / f"upload{refusing(ending_of, name)}")
        names.append(name)
        found[0].touch()

        async def write(block: bytes) -> None:
            hashed.update(block)
            await anyio.to_thread.run_sync(_append, found[0], block)

        return write

    fields = await receive(request, opened)
    return _Arrived(found[0], names[0], hashed.hexdigest(), fields)


def _standardised(once: Once, arrived: _Arrived) -> Response:
    asked, hinted = _asked(arrived), _hint(arrived.fields)
    said, path = _to_save(once, arrived.fields), arrived.path
    with _reading():
        refusing(check_unpacked, path)
        found = [
            document(one, {}) for one in preview(path, arrived.name, RECORDS_SHOWN + 1, hinted)
        ]
    told = listed(found[:RECORDS_SHOWN], is_cut=len(found) > RECORDS_SHOWN)
    if said is None:
        return formats.document(told)

    def lines() -> Iterator[bytes]:
        with _reading():
            for one in preview(path, arrived.name, None, hinted):
                if one.reason is None:
                    turns = [turn._asdict() for turn in one.messages]
                    record = {"id": one.conversation_id, "messages": turns}
                    yield formats.json_of(record) + b"\n"

    return keep_records(once, asked, said, lines(), told)


def _converted(once: Once, arrived: _Arrived, folder: Path) -> Response:
    asked, hinted = _asked(arrived), _hint(arrived.fields)
    given = {name: arrived.fields.pop(name) for name in _SHAPE if name in arrived.fields}
    said = _to_save(once, arrived.fields)
    wanted = Wanted(
        format=given.get("file_format", "jsonl"),
        template=given.get("template", "messages"),
        compression=given.get("compression", "none"),
    )
    try:
        wanted.check()
    except SetRefused as error:
        raise Problem(422, str(error), [("/template", "refused")]) from error
    target = folder / file_name("converted", wanted.format, wanted.compression)
    with _reading():
        refusing(check_unpacked, arrived.path)
        done = convert_file(arrived.path, target, wanted, hinted)
    counts = {"read": done.records, "written": done.written, "left_out": done.left_out.total()}
    if said is not None:
        told = {
            "records": [],
            "left_out": [{"reason": why, "count": n} for why, n in sorted(done.left_out.items())],
            "not_carried": dict(sorted(done.lost.items())),
        }
        return keep_records(once, asked, said, _blocks(target), told, target.name)
    headers = digest(sha256_of(target)) | {
        f"X-Records-{name.title().replace('_', '-')}": str(count) for name, count in counts.items()
    }
    arrived.path.unlink()
    return FileResponse(
        target, filename=target.name, background=BackgroundTask(remove, folder), headers=headers,
        media_type="application/octet-stream",
    )  # fmt: skip


class _reading:
    """Turns what cannot be read into a problem."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Unreadable | UploadRefused):
            told = f"The file cannot be read: {error}"
            raise Problem(422, told, [("/file", "unreadable")]) from error


def _hint(fields: dict[str, str]) -> str | None:
    """Return the format of the records, when it is said.

    Raises:
        Problem: 422, there is no such format.
    """
    given = fields.get("format", "auto")
    if given not in get_args(Format):
        raise Problem(422, "What was sent does not fit.", [("/format", "is no format of records")])
    return None if given == "auto" else given


def _to_save(once: Once, fields: dict[str, str]) -> Said | None:
    """Return as what dataset the result is to be kept; none when it is not.

    Raises:
        Problem: 422, what is said of it does not fit; 403, the key has not the tier.
    """
    save = fields.pop("save", "false").lower()
    if save not in ("true", "false"):
        raise Problem(422, "What was sent does not fit.", [("/save", "is neither true nor false")])
    if save == "true":
        return said_of(fields, once.caller)
    if wrong := [
        (f"/{name}", "is of no use without `save`") for name in fields if name != "format"
    ]:
        raise Problem(422, "What was sent does not fit.", wrong)
    return None


def _asked(arrived: _Arrived) -> str:
    return f"{formats.json_of(dict(sorted(arrived.fields.items()))).decode()} {arrived.checksum}"


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            yield block


def _append(path: Path, block: bytes) -> None:
    with path.open("ab") as stream:
        stream.write(block)
