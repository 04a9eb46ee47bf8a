"""Whether a prompt template can be filled: what it names must be what its stage is given.

A template may do anything Jinja can: it is tried in a process of its own, with bounded time and
memory, on short texts and on long ones.
"""

from __future__ import annotations

from typing import Any

from jinja2 import StrictUndefined, TemplateError, UndefinedError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ingestion.lakehouse.bounded import BoundedProcess, Exceeded, Raised

SECONDS = 5.0  # what a template may take of one prompt
LONG_TEXT = ("All of this is said at length. " * 700).strip()  # as long as essays get
_process = BoundedProcess(SECONDS)

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
    "comparison": {"concepts": _CONCEPTS, "essay_a": "an essay", "essay_b": "another"},
}


def problem_of(kind: str, template_id: str, text: str, k_max: int = 2) -> tuple[str, str] | None:
    """Return (reason, sentence) when a template cannot be used, None when it can.

    It is tried on as many concepts as the study puts in one prompt.

    The sentence names the template and the variable that nothing fills.
    """
    where = f"template {template_id} ({kind})"
    try:
        found = _process.call(f"{__name__}:tried", kind, text, k_max)
    except Exceeded as error:
        return "not_bounded", f"{where}: to fill it, {error}"
    except Raised as error:
        return "not_a_template", f"{where}: {error}"
    return (found[0], f"{where}: {found[1]}") if found else None


def tried(kind: str, text: str, k_max: int) -> tuple[str, str] | None:
    """Return (reason, what is wrong) of a template, None when it can be used.

    Raises:
        Exception: whatever filling it raises.
    """
    concepts = [_CONCEPTS[at % len(_CONCEPTS)] for at in range(k_max)]
    given = GIVEN[kind] | {"concepts": concepts}
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.filters["data"] = lambda value, label: str(value)
    environment.filters["json"] = str
    try:
        parsed = environment.parse(text)
        if any(True for _ in meta.find_referenced_templates(parsed)):
            return "includes_a_file", "includes another file; a template stands alone"
        unknown = sorted(meta.find_undeclared_variables(parsed) - given.keys())
        if unknown:
            return "unknown_variable", (
                f"nothing fills {', '.join(unknown)}; a {kind} template may name {', '.join(given)}"
            )
        template = environment.from_string(text)
        rendered = template.render(given)
    except UndefinedError as error:
        return "unknown_variable", f"{error} (a prompt is given {k_max} concepts)"
    except TemplateError as error:
        return "not_a_template", str(error)
    if not rendered.strip():
        return "empty", "gives an empty prompt"
    template.render(_at_length(given))  # what grows with the texts it is given shows here
    return None


def _at_length(given: dict[str, Any]) -> dict[str, Any]:
    """Return the same with texts as long as they get."""
    texts = ("draft", "essay", "essay_a", "essay_b")
    long = {name: LONG_TEXT for name in texts if name in given}
    concepts = [one | {"description": LONG_TEXT[:4000]} for one in given["concepts"]]
    return given | long | {"concepts": concepts}
