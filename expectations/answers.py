"""What must hold of the answers of an LLM step, whatever it asked."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.promise import Promise, Severity, between, no_rows, one_of

USABLE = ("ok", "repaired")
BAD = ("invalid", "refused", "truncated", "failed")
PENDING = ("pending",)  # the budget or the endpoint stopped the step


def answered(what: str = "answers cost", *, waiting: Sequence[str] = PENDING) -> list[Promise]:
    """Promise a known status, and a cost that can be one.

    Args:
        what: the cost's subject and verb, as the promise says it.
        waiting: statuses of rows that have no answer yet.
    """
    return [
        one_of("status", [*USABLE, *BAD, *waiting]),
        between(f"{what} nothing or something", "critical", "cost_usd", 0, None),
    ]


def few_bad(
    name: str,
    severity: Severity,
    share: float,
    *,
    least: int = 3,
    waiting: Sequence[str] = PENDING,
) -> Promise:
    """Promise that a share of the answers at most is bad; fewer than `least` are no share."""
    asked = f"status not in ({_texts(waiting)})"
    bad = f"status not in ({_texts([*USABLE, *waiting])})"
    return no_rows(
        name,
        severity,
        f"""
        select status, answer_count, asked_count from (
            select status, count(*) as answer_count,
                sum(count(*)) filter ({asked}) over () as asked_count,
                sum(count(*)) filter ({bad}) over () as bad_count
            from {{batch}} group by status
        )
        where {bad} and bad_count >= {least} and bad_count > {share} * asked_count
        """,
    )


def none_pending(what: str) -> Promise:
    """Warn of answers that wait for the next run."""
    return no_rows(
        f"no {what} is pending",
        "warn",
        """
        select 'pending' as status, count(*) as answer_count from {batch}
        where status = 'pending' having count(*) > 0
        """,
        because="the budget or the endpoint stopped the step; the next run goes on",
    )


def _texts(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)
