"""What the rules, and a judge where one is asked, say of conversations; kept under an id.

What is kept has nothing in it that was said in a conversation; the next release shows it in
`conversations.validation_requests`.
"""

from __future__ import annotations

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import fmean, quantiles
from typing import Any

import pyarrow as pa

from dashboards.api import formats
from dashboards.conversations.understanding import understood
from dashboards.conversations.verdicts import Judgement, Verdict, Weak
from ingestion.conversations.formats import Standardised, Unstandard
from python_models.conversations.judgement import judged
from python_models.conversations.validating import Sessions
from python_models.release import kept_tables

_WEAKEST = 20
_CHUNK = 1_000  # conversations that are looked at together
_sessions = Sessions()
Tell = Callable[[int], None]


def split(
    records: Sequence[Any], format_name: str
) -> tuple[dict[int, Standardised], list[dict[str, Any]]]:
    """Return conversations by the number of their record, and the records that are none."""
    found: dict[int, Standardised] = {}
    refused = []
    for number, record in enumerate(records, start=1):
        one = understood(record, format_name)
        if isinstance(one, Unstandard):
            refused.append({"record_number": number, "reason": one.reason, "error": str(one)})
        else:
            found[number] = one
    return found, refused


def verdicts(
    conversations: Sequence[Standardised],
    budget_usd: float | None = None,
    tell: Tell = lambda done: None,
) -> dict[str, dict[str, Any]]:
    """Return what is said of conversations, by their id.

    Args:
        budget_usd: most that a judge may cost; none is asked without.
        tell: is told how many conversations are done.

    Raises:
        RulesFailed: the rules cannot be compiled.
        StepFailed: the judge refuses, or the journal cannot be written.
    """
    found: dict[str, dict[str, Any]] = {}
    answers = None if budget_usd is None else _answers(conversations, budget_usd)
    for start in range(0, len(conversations), _CHUNK):
        chunk = conversations[start : start + _CHUNK]
        with _sessions.session() as session:
            rows = session.verdicts(chunk, _of(chunk, answers))
        found |= {key: _told(row) for key, row in rows.items()}
        tell(start + len(chunk))
    return found


def report(
    records: Sequence[Any],
    format_name: str,
    budget_usd: float | None = None,
    tell: Tell = lambda done: None,
) -> dict[str, Any]:
    """Return how good records are together; raises as `verdicts` does."""
    found, refused = split(records, format_name)
    said = verdicts(list(found.values()), budget_usd, tell)
    numbers = {one.conversation_id: number for number, one in reversed(found.items())}
    rows = [row | {"record_number": numbers[key]} for key, row in said.items()]
    rows.sort(key=lambda row: (row["score"], row["record_number"]))
    scores = [row["score"] for row in rows]
    cuts = quantiles(scores, n=10, method="inclusive") if len(scores) > 1 else scores * 9
    return {
        "records": len(records),
        "conversations": len(rows),
        "refused": refused,
        "grades": dict(Counter(row["grade"] for row in rows)),
        "flags": dict(Counter(flag for row in rows for flag in row["flags"])),
        "judged": dict(Counter(row["judged_status"] for row in rows)),
        "judge_cost_usd": sum((row["judgement"] or {}).get("cost_usd") or 0.0 for row in rows),
        "mean_score": fmean(scores) if scores else None,
        **{f"p{n}0_score": cuts[n - 1] if cuts else None for n in (1, 5, 9)},
        "checks": _shares(rows),
        "weakest": [{name: row[name] for name in Weak.model_fields} for row in rows[:_WEAKEST]],
    }


def kept(
    key_prefix: str | None, kind: str, result: dict[str, Any], about: dict[str, Any]
) -> dict[str, Any]:
    """Keep what came of a request; returns it with its id."""
    now = datetime.now(UTC).replace(tzinfo=None)
    names = {"validation_id": f"val-{secrets.token_hex(8)}", "rules": _sessions.version}
    row = {
        **names, "kind": kind, "key_prefix": key_prefix,
        "result": formats.json_of(without_texts(result)).decode(),
        "requested_at": now.isoformat(sep=" ", timespec="microseconds"), **about,
    }  # fmt: skip
    kept_tables.keep("conversations", "validation_requests", [row])
    return names | {"requested_at": now} | result


def without_texts(result: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept: what is wrong with a record may quote it, its reason never does."""

    def reason(one: dict[str, Any] | None) -> dict[str, Any] | None:
        return one and one | {"error": ""}

    refused, verdict = result["refused"], result.get("verdict")
    told = [reason(one) for one in refused] if isinstance(refused, list) else reason(refused)
    result = result | {"refused": told}
    if verdict and verdict["judgement"]:
        texts = dict.fromkeys(("reason", "inaccurate_statements", "error"))
        result["verdict"] = verdict | {"judgement": verdict["judgement"] | texts}
    return result


def _answers(conversations: Sequence[Standardised], budget_usd: float) -> pa.Table | None:
    """Return a judge's answers; none where nothing passes tiers 1 and 2. No session is held."""
    queued = []
    for start in range(0, len(conversations), _CHUNK):
        with _sessions.session() as session:
            queued.append(session.queued(conversations[start : start + _CHUNK]))
    rows = {row["conversation_id"]: row for table in queued for row in table.to_pylist()}
    if not rows:
        return None
    return judged(pa.Table.from_pylist(list(rows.values()), queued[0].schema), budget_usd)


def _of(conversations: Sequence[Standardised], answers: pa.Table | None) -> pa.Table | None:
    """Return the answers about some of the conversations."""
    if answers is None or len(answers) <= 1:
        return answers
    mine = pa.array({one.conversation_id for one in conversations}, pa.string())
    return answers.filter(pa.compute.is_in(answers["conversation_id"], value_set=mine))


def _told(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in Verdict.model_fields}
    judgement = row["judgement"]
    split_up = {
        "flags": (row["flags"] or "").split(),
        "recommendations": [one for one in (row["recommendations"] or "").split("; ") if one],
        "checks": row["checks"] or [],
        "disorders": row["disorders"] or [],
        "judgement": judgement and {name: judgement[name] for name in Judgement.model_fields},
    }
    return told | split_up


def _shares(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        for check in row["checks"]:
            found[check["tier"], check["check_name"]].append(check)
    return [
        {
            "tier": tier,
            "check_name": name,
            "conversations": len(checks),
            "failed": sum(not check["is_passed"] for check in checks),
            "mean_score": fmean(check["score"] for check in checks),
        }
        for (tier, name), checks in sorted(found.items(), key=lambda one: (one[0][0], one[0][1]))
    ]
