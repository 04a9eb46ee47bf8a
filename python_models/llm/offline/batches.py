"""`/v1/batches` of the offline endpoint: a file of requests in, a file of answers out."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any

from python_models.llm.offline.chat import answer_chat

if TYPE_CHECKING:
    from python_models.llm.offline.app import OfflineApp


async def answer_batches(
    app: OfflineApp, method: str, path: str, body: bytes
) -> tuple[int, dict[str, Any]]:
    """Create, show, list or cancel a batch."""
    parts = path.strip("/").split("/")
    if len(parts) == 1 and method == "POST":
        return create(app, json.loads(body))
    if len(parts) == 1:
        known = [shown(batch) for batch in app.batches.values()]
        return 200, {"object": "list", "data": known, "has_more": False}
    batch = app.batches.get(parts[1])
    if batch is None:
        message = f"No such batch: {parts[1]}"
        return 404, {"error": {"message": message, "type": "not_found", "code": None}}
    if len(parts) == 3 and parts[2] == "cancel":
        batch["status"] = "cancelled"
    elif batch["status"] == "in_progress" and time.monotonic() >= batch["metadata"]["ready"]:
        complete(app, batch)
    return 200, shown(batch)


def create(app: OfflineApp, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Take a batch; it is complete after the configured latency."""
    if request["input_file_id"] not in app.files:
        message = f"No such file: {request['input_file_id']}"
        return 400, {"error": {"message": message, "type": "invalid_request", "code": None}}
    batch = {
        "id": f"batch_{uuid.uuid4().hex[:16]}",
        "object": "batch",
        "endpoint": request["endpoint"],
        "input_file_id": request["input_file_id"],
        "completion_window": request["completion_window"],
        "status": "in_progress",
        "output_file_id": None,
        "error_file_id": None,
        "created_at": int(time.time()),
        "metadata": {
            "ready": time.monotonic() + app.faults.latency(),
            "said": request.get("metadata") or {},
        },
    }
    app.batches[batch["id"]] = batch
    return 200, shown(batch)


def shown(batch: dict[str, Any]) -> dict[str, Any]:
    """Return a batch as a client sees it."""
    return batch | {"metadata": batch["metadata"]["said"]}


def complete(app: OfflineApp, batch: dict[str, Any]) -> None:
    """Answer every request of a batch into its output file; order is turned round on purpose."""
    lines = app.files[batch["input_file_id"]].decode().splitlines()
    answered = [answer_line(app, json.loads(line)) for line in lines if line.strip()]
    batch["output_file_id"] = f"file-{uuid.uuid4().hex[:16]}"
    app.files[batch["output_file_id"]] = "\n".join(reversed(answered)).encode()
    batch["status"] = "completed"
    batch["completed_at"] = int(time.time())
    batch["request_counts"] = {"total": len(lines), "completed": len(answered), "failed": 0}


def answer_line(app: OfflineApp, line: dict[str, Any]) -> str:
    """Answer one request of a batch."""
    app.counters.enter()
    request = line["body"]
    schema = (request.get("response_format") or {}).get("json_schema") or {}
    step = (request.get("metadata") or {}).get("step") or schema.get("name", "")
    kind = app.faults.draw(line["custom_id"])
    app.counters.leave()
    if kind == "server_error":
        response = {"status_code": 500, "body": {"error": {"message": "The server had an error."}}}
        return json.dumps({"custom_id": line["custom_id"], "response": response, "error": None})
    answer = answer_chat(request, step, kind, app.faults)
    app.counters.answered += 1
    app.counters.prompt_tokens += answer.prompt_tokens
    app.counters.completion_tokens += answer.completion_tokens
    response = {"status_code": 200, "request_id": answer.body["id"], "body": answer.body}
    return json.dumps(
        {"custom_id": line["custom_id"], "response": response, "error": None}, ensure_ascii=False
    )
