"""What providers and gateways send when something is wrong means what their documents say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from python_models.llm.endpoints.error_types import ErrorType
from python_models.llm.endpoints.errors import problem_inside, status_problem

BODIES = Path(__file__).with_name("provider_bodies.jsonl")
SENT = [json.loads(line) for line in BODIES.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("sent", SENT, ids=[sent["name"] for sent in SENT])
def test_a_body_means_what_its_provider_says(sent: dict[str, Any]) -> None:
    found = status_problem(sent["status"], sent["text"], {}, sent["has_format"])
    assert found.kind is ErrorType[sent["means"]]


@pytest.mark.parametrize(
    ("message", "means"),
    [
        ("您的账户已达到速率限制，请您控制请求频率", ErrorType.RATE_LIMIT),
        ("您的账户已欠费，请充值后重试", ErrorType.QUOTA),
    ],
)
def test_an_error_inside_a_body_is_understood_without_its_status(
    message: str, means: ErrorType
) -> None:
    found = problem_inside({"error": {"code": "1", "message": message}}, {}, has_format=False)
    assert found is not None
    assert found.kind is means


@pytest.mark.parametrize(
    ("location", "said"),
    [
        (
            "https://u:secret@elsewhere.test/v2/chat?key=secret#secret",
            "https://elsewhere.test/v2/chat",
        ),
        ("/v2/chat?api_key=secret", "/v2/chat"),
        ("//[secret@elsewhere.test", "//elsewhere.test"),
        ("?secret", "an address it does not name"),
    ],
)
def test_where_a_server_sends_us_on_to_is_said_without_keys(location: str, said: str) -> None:
    found = status_problem(308, "", {"location": location}, has_format=False)
    assert found.kind is ErrorType.MOVED
    assert found.message == f"it sends us on to {said} (status 308)"
