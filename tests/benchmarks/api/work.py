"""What the API adds to the work itself: a batch beside the decoder, a verdict beside its SQL."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import httpx2

from ingestion.conversations.formats import standardise
from python_models.conversations.rules import rules
from python_models.conversations.validating import Session


def _p95(call: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[min(times - 1, int(0.95 * times))]


def _best(call: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return min(found)


def standardised(url: str, key: str, count: int = 1_000, times: int = 5) -> float:
    """Return the time of a batch over that of what landing does with the same records.

    That is the decoder and the id of each content, without which no answer is one. What the client
    takes to write the request and to read the answer is not the server's.
    """
    records = [
        {"instruction": f"How do I bake bread {n}?", "output": f"Knead it {n} times. " * 40}
        for n in range(count)
    ]
    body = json.dumps({"records": records}).encode()
    sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with httpx2.Client(headers=sent, timeout=120) as client:

        def asked() -> None:
            answer = client.post(f"{url}/standardize/batch", content=body)
            assert answer.status_code == 200 and f'"understood":{count},'.encode() in answer.content

        alone = _best(lambda: [standardise(one).conversation_id for one in records], times)
        return _best(asked, times) / alone


def validated(url: str, key: str, times: int = 40) -> float:
    """Return the p95 of a verdict over that of the same SQL by hand, one conversation each."""
    record = {"instruction": "How do I bake a loaf of bread?", "output": "Knead it and wait. " * 20}
    session, one = Session(rules()), standardise(record)
    session.verdicts([one])
    with httpx2.Client(headers={"Authorization": f"Bearer {key}"}, timeout=120) as client:

        def asked() -> None:
            answer = client.post(f"{url}/validate/conversation", json={"record": record})
            assert answer.status_code == 200 and answer.json()["verdict"]

        for _ in range(4):
            asked()  # every session of the server is made
        return _p95(asked, times) / _p95(lambda: session.verdicts([one]), times)
