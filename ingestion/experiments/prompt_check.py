"""Whether a prompt template can be filled: what it names must be what its stage is given."""

from __future__ import annotations

from typing import Any

from jinja2 import StrictUndefined, TemplateError, UndefinedError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

_CONCEPTS = [
    {
        "id": name,
        "name": name,
        "description": f"what {name} is",
        "tags": ["tag"],
        "level": "sentence",
        "origin": "a source",
    }
    for name in ("first", "second", "third", "fourth")
]
# what a template of each kind may name, with values to try it on
GIVEN: dict[str, dict[str, Any]] = {
    "draft": {"concepts": _CONCEPTS},
    "essay": {"concepts": _CONCEPTS, "draft": "a draft"},
    "evaluation": {
        "concepts": _CONCEPTS,
        "draft": "a draft",
        "essay": "an essay",
        "scale_min": 0.0,
        "scale_max": 10.0,
    },
}


def problem_of(kind: str, template_id: str, text: str, k_max: int = 2) -> tuple[str, str] | None:
    """Return (reason, sentence) when a template cannot be used, None when it can.

    It is tried on as many concepts as the study puts in one prompt.

    The sentence names the template and the variable that nothing fills.
    """
    given = GIVEN[kind] | {"concepts": _CONCEPTS[:k_max]}
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.filters["data"] = lambda value, label: str(value)
    environment.filters["json"] = str
    where = f"template {template_id} ({kind})"
    try:
        parsed = environment.parse(text)
        if meta.find_referenced_templates(parsed) and any(meta.find_referenced_templates(parsed)):
            return "includes_a_file", f"{where}: includes another file; a template stands alone"
        unknown = sorted(meta.find_undeclared_variables(parsed) - given.keys())
        if unknown:
            return "unknown_variable", (
                f"{where}: nothing fills {', '.join(unknown)}; a {kind} template may name "
                f"{', '.join(given)}"
            )
        rendered = environment.from_string(text).render(given)
    except UndefinedError as error:
        return "unknown_variable", f"{where}: {error} (a prompt is given {k_max} concepts)"
    except TemplateError as error:
        return "not_a_template", f"{where}: {error}"
    except (TypeError, ValueError, ArithmeticError) as error:
        return "not_a_template", f"{where}: {type(error).__name__}: {error}"
    return None if rendered.strip() else ("empty", f"{where}: gives an empty prompt")
