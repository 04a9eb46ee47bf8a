"""Deterministic answers of the offline endpoint for telemetry: rules over evidence, no model."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import Any

from python_models.llm.offline.request import OfflineRequest, offline_rule, read_lines
from python_models.telemetry.claims import Audit, audit
from python_models.telemetry.evidence import SEVERITIES, figure, read_object, worst

RULES_SEED = (
    Path(__file__).parents[2] / "dbt_project" / "seeds" / "telemetry" / "telemetry_issue_rules.csv"
)
ACTION = re.compile(
    r"\b(check|inspect|replace|clean|compare|tighten|measure|stop|calibrat\w+|lubricat\w+|verify"
    r"|plan|repair|adjust|call|test|re-?run|review)\b",
    re.IGNORECASE,
)
URGENCY = re.compile(
    r"\b(now|at once|immediately|today|tomorrow|before|within|this (?:shift|week|morning)|next"
    r"|shift|week|maintenance)\b",
    re.IGNORECASE,
)
URGENCY_BY_SEVERITY = {
    "critical": "At once, before the next cycle",
    "high": "Today",
    "medium": "This week",
    "low": "At the next planned maintenance",
}


@offline_rule("telemetry_assessment")
def assess(request: OfflineRequest) -> dict[str, Any]:
    """Write the assessment by extracting what the evidence says; nothing is added to it."""
    subject = read_object(request.data.get("subject"))
    issues = _worst_first(read_lines(request.data.get("issues")))
    cycles = read_lines(request.data.get("cycles"))
    history = read_lines(request.data.get("history"))
    severity = worst([str(issue.get("severity")) for issue in issues])
    return {
        "summary": _summary(subject, issues)[:1500],
        "severity": severity,
        "likely_cause": _cause(issues, history)[:800],
        "recommended_action": _action(issues, severity)[:800],
        "confidence": _confidence(issues, history),
        "cited_cycle_ids": _cited(issues, cycles),
    }


def _worst_first(issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def rank(issue: dict[str, Any]) -> tuple[int, int, str]:
        known = issue.get("severity") in SEVERITIES
        severity = SEVERITIES.index(issue["severity"]) if known else -1
        return (-severity, -int(issue.get("cycle_count") or 0), str(issue.get("rule")))

    return sorted(issues, key=rank)


def _summary(subject: dict[str, Any], issues: list[dict[str, Any]]) -> str:
    opening = (
        f"{subject.get('control_id')} ran {subject.get('cycles')} cycles on "
        f"{subject.get('date')}, {subject.get('cycles_with_issues')} of them with issues."
    )
    return " ".join([opening, *(_issue_sentence(issue) for issue in issues)])


def _issue_sentence(issue: dict[str, Any]) -> str:
    where = f" in stage {issue['stage']}" if issue.get("stage") not in (None, "all") else ""
    count = issue.get("cycle_count")
    since = str(issue.get("first_seen_at"))[:16].replace("T", " ")
    return (
        f"{issue.get('rule')} ({issue.get('severity')}): {issue.get('label')}{where}, "
        f"{figure(issue.get('value'), issue.get('unit'))} against a limit of "
        f"{figure(issue.get('limit'), issue.get('unit'))}, in {count} "
        f"cycle{'' if count == 1 else 's'} since {since}."
    )


def _cause(issues: list[dict[str, Any]], history: list[dict[str, Any]]) -> str:
    if not issues:
        return "The evidence holds no issue."
    lead = issues[0]
    before = {str(item.get("rule")) for item in history}
    again = " It was there on days before as well." if lead.get("rule") in before else ""
    return f"From {lead.get('rule')}, most likely: {lead.get('likely_cause')}.{again}"


def _action(issues: list[dict[str, Any]], severity: str) -> str:
    if not issues:
        return "Check why this control was listed at all."
    steps = [f"{issue.get('what_to_do')} ({issue.get('rule')})" for issue in issues[:3]]
    return f"{URGENCY_BY_SEVERITY[severity]}: {'; then '.join(steps)}."


def _confidence(issues: list[dict[str, Any]], history: list[dict[str, Any]]) -> float:
    """Return more for more cycles that agree, for one plain cause and for a history of it."""
    if not issues:
        return 0.1
    cycles = min(int(issues[0].get("cycle_count") or 0), 5)
    again = any(item.get("rule") == issues[0].get("rule") for item in history)
    sure = 0.5 + 0.06 * cycles + (0.1 if again else 0) - 0.05 * (len(issues) - 1)
    return round(max(0.2, min(0.9, sure)), 2)


def _cited(issues: list[dict[str, Any]], cycles: list[dict[str, Any]]) -> list[str]:
    ids = [str(name) for issue in issues for name in (issue.get("cycle_ids") or [])[:5]]
    ids = ids or [str(cycle["cycle_id"]) for cycle in cycles]
    return list(dict.fromkeys(ids))[:20]


@offline_rule("telemetry_evaluation")
def evaluate(request: OfflineRequest) -> dict[str, Any]:
    """Score an assessment by looking its claims up in the facts."""
    subject = read_object(request.data.get("subject"))
    findings = read_lines(request.data.get("findings"))
    cycles = read_lines(request.data.get("cycle_facts"))
    assessment = read_object(request.data.get("assessment"))
    found = audit(assessment, subject, findings, cycles, rule_names())
    actionability = _actionability(str(assessment.get("recommended_action") or ""))
    return {
        "faithfulness": _faithfulness(found),
        "completeness": _completeness(found, findings),
        "actionability": actionability,
        "reason": _reason(found, actionability)[:1500],
    }


@cache
def rule_names() -> tuple[str, ...]:
    """Return the names of all issue rules."""
    with RULES_SEED.open(encoding="utf-8", newline="") as rows:
        return tuple(row["rule"] for row in csv.DictReader(rows))


def _faithfulness(found: Audit) -> int:
    if found.contradictions:
        return 2 if len(found.contradictions) == 1 else 1
    return 5 if found.verified >= 5 else 4


def _completeness(found: Audit, findings: list[dict[str, Any]]) -> int:
    if not found.missing_rules:
        return 5
    worst_severity = worst([str(finding.get("severity")) for finding in findings])
    missing = [finding for finding in findings if finding["rule"] in found.missing_rules]
    if len(missing) * 2 > len(findings):
        return 1
    is_worst_missing = any(finding.get("severity") == worst_severity for finding in missing)
    return 2 if is_worst_missing else 4


def _actionability(action: str) -> int:
    words = len(action.split())
    if not ACTION.search(action):
        return 1 if words < 8 else 2
    return 3 + (words >= 8) + (URGENCY.search(action) is not None)


def _reason(found: Audit, actionability: int) -> str:
    parts = [f"Wrong: {'; '.join(found.contradictions[:6])}."] if found.contradictions else []
    if found.missing_rules:
        parts.append(f"Not named: {', '.join(found.missing_rules)}.")
    if actionability < 4:
        parts.append("The action does not say what to check first and how soon.")
    return " ".join(parts) or f"All {found.verified} claims looked up are in the facts."
