"""The offline endpoint's smaller routes: models, files, batches, and the test double's own."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from python_models.llm.offline.batches import answer_batches
from python_models.llm.offline.faults import Faults

if TYPE_CHECKING:
    from python_models.llm.offline.app import OfflineApp, Scope


async def answer_route(
    app: OfflineApp, method: str, path: str, scope: Scope, body: bytes
) -> tuple[int, Any]:
    """Return (status, body) for a request that is neither chat nor embeddings."""
    if path == "/models":
        names = ("sluice-offline-1", "sluice-offline-embed-1")
        models = [{"id": name, "object": "model", "owned_by": "sluice"} for name in names]
        return 200, {"object": "list", "data": models}
    if path == "/counters":
        return 200, app.counters.as_json()
    if path == "/faults" and method == "POST":
        app.faults = Faults.from_json(body.decode())
        app.limit = type(app.limit)(app.faults)
        return 200, {"faults": "set"}
    if path == "/counters/reset" and method == "POST":
        app.counters = type(app.counters)()
        return 200, {"counters": "reset"}
    if path == "/files" and method == "POST":
        return 200, await keep_file(app, scope, body)
    if path.startswith("/files/") and path.endswith("/content"):
        found = app.files.get(path.split("/")[2])
        return (200, found) if found is not None else missing(path)
    if path.startswith("/batches"):
        return await answer_batches(app, method, path, body)
    return missing(path)


def missing(path: str) -> tuple[int, dict[str, Any]]:
    """Return a 404 in the protocol's shape."""
    return 404, {"error": {"message": f"no route {path}", "type": "not_found", "code": None}}


async def keep_file(app: OfflineApp, scope: Scope, body: bytes) -> dict[str, Any]:
    """Keep an uploaded file and return its description."""
    from starlette.requests import Request

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    form = await Request(scope, receive).form(max_part_size=512 * 1024 * 1024)
    sent = form["file"]
    content = sent.encode() if isinstance(sent, str) else await sent.read()
    file_id = f"file-{uuid.uuid4().hex[:16]}"
    app.files[file_id] = content
    return {
        "id": file_id,
        "object": "file",
        "bytes": len(content),
        "created_at": 0,
        "filename": "batch.jsonl",
        "purpose": str(form.get("purpose", "batch")),
        "status": "processed",
    }
