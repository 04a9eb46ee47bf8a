"""Prompts of studies: a template's text and what its stage is given -> messages.

Templates come from a study's files and run in Jinja's sandbox with StrictUndefined, in a process
of its own with bounded time and memory; what goes in is fenced as data by the template's own
`data` filter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ingestion.experiments.prompt_check import SECONDS
from ingestion.lakehouse.bounded import BoundedProcess, Exceeded, Raised
from python_models.llm.prompting.prompts import (
    ROLES,
    Message,
    clean,
    fence,
    to_json,
    with_data_rule,
)

_process = BoundedProcess(SECONDS)
_SELF_EXPLAINING = ("UndefinedError", "SecurityError", "TemplateSyntaxError", "ValueError")


class RenderError(ValueError):
    """A prompt cannot be written; the message names template and variable."""


@dataclass(frozen=True)
class PromptTemplate:
    """A template for all its rows."""

    template_id: str
    text: str

    def messages(self, given: Mapping[str, Any]) -> list[Message]:
        """Return the messages for one row: the whole text as the user's, or block by block.

        Raises:
            RenderError: a variable is missing, the template stops for another reason, or it takes
                more time or memory than a prompt may.
        """
        try:
            found: list[Message] = _process.call(f"{__name__}:filled", self.text, dict(given))
        except Exceeded as error:
            raise RenderError(f"template {self.template_id}: to fill it, {error}") from None
        except Raised as error:
            kind, _, why = str(error).partition(": ")
            said = why if kind in _SELF_EXPLAINING else str(error)
            raise RenderError(f"template {self.template_id}: {said}") from None
        return found


def filled(text: str, given: dict[str, Any]) -> list[Message]:
    """Return the messages a template gives, in the process this is called in.

    Raises:
        Exception: whatever the template does.
    """
    template = _compiled(text)
    blocks = [name for name in template.blocks if name.split("_")[0] in ROLES]
    if not blocks:
        said = clean(template.render(given)).strip()
        return with_data_rule([{"role": "user", "content": said}])
    context = template.new_context(dict(given))
    return with_data_rule(
        [
            {
                "role": name.split("_")[0],
                "content": clean("".join(template.blocks[name](context))).strip(),
            }
            for name in blocks
        ]
    )


@lru_cache(maxsize=512)
def _compiled(text: str) -> Template:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["data"] = fence
    environment.filters["json"] = to_json
    return environment.from_string(text)


def compiled(template_id: str, text: str) -> PromptTemplate:
    """Return a template ready to be filled; Jinja reads it where it is filled."""
    return PromptTemplate(template_id, text)


def concepts_of(text: str) -> list[dict[str, Any]]:
    """Return a combination's concepts as templates see them, tags as a list."""
    return [one | {"tags": json.loads(one["tags"] or "[]")} for one in json.loads(text)]


def as_text(messages: list[Message]) -> str:
    """Return messages as one text a person reads: a lone one as it is, else role by role."""
    if len(messages) == 1:
        return messages[0]["content"]
    return "\n\n".join(f"[{one['role']}]\n{one['content']}" for one in messages)
