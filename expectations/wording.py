"""Great Expectations' own words for what was promised and what was found."""

from __future__ import annotations

from string import Template
from typing import Any

from great_expectations.render.renderer.inline_renderer import InlineRenderer

from expectations.engine import is_broken_check, is_understood


def expected_text(result: Any) -> str:
    """Return the promise as a sentence; empty for one that is not understood."""
    if not is_understood(result):
        return ""
    return _rendered(result, "atomic.prescriptive.summary")


def observed_text(result: Any) -> str:
    """Return what was found: a value, or how many rows of how many are against the promise."""
    known = result.result
    if known.get("unexpected_count") is not None and known.get("element_count") is not None:
        share = known.get("unexpected_percent_total", known.get("unexpected_percent")) or 0.0
        return f"{known['unexpected_count']:,} of {known['element_count']:,} rows ({share:.3g} %)"
    if is_broken_check(result) or known.get("observed_value") is None:
        return "as promised" if result.success else "not found"
    return _rendered(result, "atomic.diagnostic.observed_value")


def _rendered(result: Any, name: str) -> str:
    for content in InlineRenderer(render_object=result).get_rendered_content():
        if content.name == name:
            value = content.to_json_dict()["value"]
            parameters = {key: item.get("value") for key, item in value.get("params", {}).items()}
            return Template(value.get("template") or "").safe_substitute(parameters)
    return ""
