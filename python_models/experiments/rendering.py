"""Prompts of studies: a template's text and what its stage is given -> messages.

Templates come from a study's files and run in Jinja's sandbox with StrictUndefined; what goes in
is fenced as data by the template's own `data` filter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from python_models.llm.prompts import ROLES, Message, clean, fence, to_json, with_data_rule


class RenderError(ValueError):
    """A prompt cannot be written; the message names template and variable."""


@dataclass(frozen=True)
class PromptTemplate:
    """A template that was compiled once for all its rows."""

    template_id: str
    template: Template

    def messages(self, given: Mapping[str, Any]) -> list[Message]:
        """Return the messages for one row: the whole text as the user's, or block by block.

        Raises:
            RenderError: a variable is missing, or the template stops for another reason.
        """
        try:
            blocks = [name for name in self.template.blocks if name.split("_")[0] in ROLES]
            if not blocks:
                said = clean(self.template.render(given)).strip()
                return with_data_rule([{"role": "user", "content": said}])
            context = self.template.new_context(dict(given))
            return with_data_rule(
                [
                    {
                        "role": name.split("_")[0],
                        "content": clean("".join(self.template.blocks[name](context))).strip(),
                    }
                    for name in blocks
                ]
            )
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise RenderError(f"template {self.template_id}: {error}") from None


@lru_cache(maxsize=512)
def compiled(template_id: str, text: str) -> PromptTemplate:
    """Return a template ready to be filled.

    Raises:
        RenderError: the text is no template.
    """
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["data"] = fence
    environment.filters["json"] = to_json
    try:
        return PromptTemplate(template_id, environment.from_string(text))
    except TemplateError as error:
        raise RenderError(f"template {template_id}: {error}") from None


def concepts_of(text: str) -> list[dict[str, Any]]:
    """Return a combination's concepts as templates see them, tags as a list."""
    return [one | {"tags": json.loads(one["tags"] or "[]")} for one in json.loads(text)]


def as_text(messages: list[Message]) -> str:
    """Return messages as one text a person reads: a lone one as it is, else role by role."""
    if len(messages) == 1:
        return messages[0]["content"]
    return "\n\n".join(f"[{one['role']}]\n{one['content']}" for one in messages)
