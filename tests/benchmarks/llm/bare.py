"""The bare openai client in a loop: the same questions, no ledger, no retries, no limits."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from openai import AsyncOpenAI

from python_models.llm.prompting.answers import answer_schema
from python_models.llm.prompting.prompts import load_prompt
from tests.python_models.llm.steps import SINGLE, Verdict, machines


async def ask_all(url: str, rows: int, in_flight: int) -> None:
    """Ask as anyone would write it in ten lines."""
    client = AsyncOpenAI(api_key="none", base_url=url, max_retries=0)
    prompt, gate = load_prompt(SINGLE.template, Verdict), asyncio.Semaphore(in_flight)
    form = {"name": "verdict", "schema": answer_schema(Verdict), "strict": True}

    async def ask(row: dict[str, Any]) -> Verdict:
        async with gate:
            answer = await client.chat.completions.create(
                model="sluice-offline-1",
                messages=prompt.messages(row),
                temperature=0,
                max_tokens=300,
                response_format={"type": "json_schema", "json_schema": form},
            )
        return Verdict.model_validate_json(answer.choices[0].message.content)

    await asyncio.gather(*[ask(row) for row in machines(rows).to_pylist()])
    await client.close()


def measure(url: str, rows: int, in_flight: int) -> tuple[float, float]:
    """Return (seconds, CPU seconds) of asking so many rows."""
    started, cpu = time.perf_counter(), time.process_time()
    asyncio.run(ask_all(url, rows, in_flight))
    return time.perf_counter() - started, time.process_time() - cpu
