"""What was promised and what was found, in words.

Great Expectations' own renderers build a class for each sentence, 40 ms apiece: more than
judging the promise takes. The few expectations that gates use are worded here.
"""

from __future__ import annotations

from typing import Any

from expectations.promise import Promise


def expected_text(promise: Promise) -> str:
    """Return the promise as a sentence."""
    known = promise.arguments
    kind = promise.expectation
    if promise.because:
        text = promise.because
    elif promise.query:
        text = "the query finds no row"
    elif "value_set" in known:
        text = f"one of {', '.join(str(value) for value in known['value_set'])}"
    elif "min_value" in known or "max_value" in known:
        text = _range_text(known.get("min_value"), known.get("max_value"))
    elif "unique" in kind:
        text = "no two rows agree"
    elif "not_be_null" in kind:
        text = "no row without a value"
    else:
        text = kind.removeprefix("expect_").replace("_", " ")
    mostly = known.get("mostly", 1)
    return text if mostly >= 1 else f"{text}, in at least {mostly:.6g} of the rows"


def _range_text(low: Any, high: Any) -> str:
    if high is None:
        return f"{low:,} or more"
    if low is None:
        return f"{high:,} or less"
    return f"{low:,} to {high:,}"


def observed_text(result: Any) -> str:
    """Return what was found: a value, or how many rows of how many are against the promise."""
    known = result.result
    count, total = known.get("unexpected_count"), known.get("element_count")
    if count is not None and total is not None:
        share = known.get("unexpected_percent_total", known.get("unexpected_percent")) or 0.0
        return f"{count:,} of {total:,} rows ({share:.3g} %)"
    value = known.get("observed_value")
    if value is None:
        return "as promised" if result.success else "not found"
    text = f"{value:,}" if isinstance(value, int | float) else str(value)
    rows_only = result.expectation_config.type in ("no_rows", "unexpected_rows_expectation")
    return f"{text} unexpected row{'' if value == 1 else 's'}" if rows_only else text
