"""What agents may ask of the corpus, beside the tools that every lake has."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from pydantic import Field

from dashboards.api.keys import Caller
from dashboards.api.releases import Releases
from dashboards.knowledge.api import passages
from python_models.knowledge.search.hits import Filters

Answer = Callable[[Context, Callable[[Caller], Any]], Awaitable[str]]


def tools(releases: Releases, answer: Answer) -> tuple[Callable[..., Any], ...]:
    """Return the search of the released corpus.

    Args:
        releases: of the lake.
        answer: gives what a function of the caller returns, or says why it was refused.
    """

    async def search_knowledge(
        context: Context,
        question: Annotated[str, Field(min_length=1, max_length=1_000)],
        k: Annotated[int, Field(ge=1, le=50)] = 10,
        source: str | None = None,
    ) -> str:
        """Find passages of the team's documents that answer a question, with their addresses."""
        return await answer(
            context,
            lambda caller: passages(
                releases.current(caller.tier), caller, question, k, Filters(source=source)
            ),
        )

    return (search_knowledge,)
