"""Looks the claims of an assessment up in its evidence: rules, numbers, times, cycles, severity."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from python_models.telemetry.evidence import worst

NUMBER = re.compile(r"(?<![\w.:/-])-?\d+(?:\.\d+)?(?![\w:/-]|\.\d)")
TIME = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?")
SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n+")
CYCLE_MENTION = re.compile(r"\bcycles?\s+([\w./:#-]*\d[\w./:#-]*)", re.IGNORECASE)
SEVERITY_MENTION = re.compile(
    r"\((low|medium|high|critical)\)|\bseverity(?:\s+is|:)?\s+(low|medium|high|critical)\b"
    r"|\b(low|medium|high|critical)\s+severity\b",
    re.IGNORECASE,
)
STAGE_MENTION = re.compile(r"\bin (?:the )?stage\s+['\"`]?(\w+)|\b(ramp_\w+)", re.IGNORECASE)
DENIAL = re.compile(
    r"\b(no (?:issues?|problems?|deviations?|anomal\w+)|nothing (?:abnormal|unusual|wrong)"
    r"|(?:all|every\w*) (?:cycles? )?(?:was|were|is|are|looks?) (?:normal|fine|healthy))\b",
    re.IGNORECASE,
)
SAYS_UP = re.compile(
    r"\b(above|exceed\w*|higher|hotter|(?<!no )longer|over its|too (?:high|long|hot))\b",
    re.IGNORECASE,
)
SAYS_DOWN = re.compile(
    r"\b(below|lower|colder|shorter|under its|too (?:low|short|cold))\b", re.IGNORECASE
)


@dataclass
class Audit:
    """What looking the claims up found."""

    contradictions: list[str] = field(default_factory=list)
    verified: int = 0
    missing_rules: list[str] = field(default_factory=list)

    def judge(self, is_true: bool, complaint: str) -> None:
        """Count a claim that holds; keep the complaint of one that does not."""
        if is_true:
            self.verified += 1
        elif complaint not in self.contradictions:
            self.contradictions.append(complaint)


def mentions(text: str, rule: str) -> bool:
    """Say whether a text names a rule, written with underscores, spaces or hyphens."""
    pattern = r"[\s_-]".join(re.escape(part) for part in rule.split("_"))
    return re.search(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE) is not None


def is_close(text: str, candidates: Iterable[float]) -> bool:
    """Say whether a written number is one of the candidates at the precision it is written with."""
    value = float(text)
    decimals = len(text.partition(".")[2])
    allowed = 0.5 * 10**-decimals + 1e-9
    return any(abs(value - candidate) <= allowed for candidate in candidates)


def numbers_of(finding: dict[str, Any]) -> list[float]:
    """Return every figure of a finding, in the units a person may write it in."""
    plain = [
        float(value)
        for value in finding.values()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    ]
    scaled = [number * factor for number in plain for factor in (0.001, 100)]
    value, limit = finding.get("value"), finding.get("limit")
    if not isinstance(value, (int, float)) or not isinstance(limit, (int, float)) or not limit:
        return plain + scaled
    ratio = value / limit
    return [*plain, *scaled, value - limit, limit - value, ratio, abs(ratio - 1) * 100]


def times_of(items: Iterable[dict[str, Any]]) -> list[str]:
    """Return the times of some evidence, to the second."""
    return [
        str(value).replace("T", " ")[:19]
        for item in items
        for name, value in item.items()
        if name.endswith("_at") and value
    ]


def audit(
    assessment: dict[str, Any],
    subject: dict[str, Any],
    findings: list[dict[str, Any]],
    cycles: list[dict[str, Any]],
    all_rules: Iterable[str],
) -> Audit:
    """Look every claim of an assessment up in findings and cycles."""
    found = Audit()
    fields = ("summary", "likely_cause", "recommended_action")
    text = "\n".join(str(assessment.get(name) or "") for name in fields)
    _audit_severity(found, assessment, findings)
    _audit_cycles(found, assessment, text, cycles)
    _audit_rules(found, text, findings, all_rules)
    for sentence in SENTENCE.split(text):
        _audit_sentence(found, sentence, subject, findings, cycles)
    found.judge(
        not DENIAL.search(text) or not findings, "says nothing was wrong, but rules did fire"
    )
    return found


def _audit_severity(
    found: Audit, assessment: dict[str, Any], findings: list[dict[str, Any]]
) -> None:
    expected = worst([str(finding.get("severity")) for finding in findings])
    claimed = assessment.get("severity")
    found.judge(claimed == expected, f"severity {claimed}, but the worst finding is {expected}")


def _audit_cycles(
    found: Audit, assessment: dict[str, Any], text: str, cycles: list[dict[str, Any]]
) -> None:
    existing = {str(cycle["cycle_id"]) for cycle in cycles if cycle.get("exists", True)}
    concerned = {str(cycle["cycle_id"]) for cycle in cycles if cycle.get("rules")}
    for cycle_id in assessment.get("cited_cycle_ids") or []:
        found.judge(cycle_id in existing, f"cites cycle {cycle_id}, which does not exist")
        if cycle_id in existing:
            found.judge(cycle_id in concerned, f"cites cycle {cycle_id}, where no rule fired")
    for name in CYCLE_MENTION.findall(text):
        cycle_id = name.rstrip(".:")
        if not NUMBER.fullmatch(cycle_id):
            found.judge(cycle_id in existing, f"names cycle {cycle_id}, which is not in the facts")


def _audit_rules(
    found: Audit, text: str, findings: list[dict[str, Any]], all_rules: Iterable[str]
) -> None:
    fired = {str(finding["rule"]) for finding in findings}
    found.missing_rules = sorted(rule for rule in fired if not mentions(text, rule))
    for rule in sorted(set(all_rules) | fired):
        # "drift" is also an everyday word; only the others are names that must have fired
        if mentions(text, rule) and (rule in fired or "_" in rule):
            found.judge(rule in fired, f"names {rule}, which did not fire")


def _audit_sentence(
    found: Audit,
    sentence: str,
    subject: dict[str, Any],
    findings: list[dict[str, Any]],
    cycles: list[dict[str, Any]],
) -> None:
    named = [finding for finding in findings if mentions(sentence, str(finding["rule"]))]
    about = named or findings
    evidence = [*about, subject, *([] if named else cycles)]
    bare = _without_names(sentence, subject, cycles)
    times = [*times_of([*about, *cycles]), str(subject.get("date"))]
    for written in TIME.findall(bare):
        moment = written.replace("T", " ")
        known = any(time.startswith(moment) for time in times)
        found.judge(known, f"says {written}, a time the facts do not hold")
    candidates = [number for item in evidence for number in numbers_of(item)]
    for written in NUMBER.findall(TIME.sub(" ", bare)):
        where = f" about {named[0]['rule']}" if len(named) == 1 else ""
        found.judge(is_close(written, candidates), f"says {written}{where}, not in the facts")
    if len(named) == 1:
        _audit_words(found, sentence, named[0])


def _audit_words(found: Audit, sentence: str, finding: dict[str, Any]) -> None:
    rule = finding["rule"]
    for groups in SEVERITY_MENTION.findall(sentence):
        claimed = next(name for name in groups if name).lower()
        found.judge(
            claimed == finding.get("severity"),
            f"calls {rule} {claimed}, but it is {finding.get('severity')}",
        )
    stages = finding.get("stages") or [finding.get("stage")]
    for groups in STAGE_MENTION.findall(sentence):
        stage = next(name for name in groups if name).lower()
        found.judge(stage in stages, f"puts {rule} in stage {stage}, not in {stages}")
    wrong = SAYS_DOWN if finding.get("direction") == "up" else SAYS_UP
    right = SAYS_UP if finding.get("direction") == "up" else SAYS_DOWN
    if finding.get("direction") and wrong.search(sentence):
        is_right = right.search(sentence) is not None
        found.judge(is_right, f"has the direction of {rule} the wrong way round")


def _without_names(sentence: str, subject: dict[str, Any], cycles: list[dict[str, Any]]) -> str:
    """Return the sentence without ids, whose digits are no claims."""
    names = [str(cycle["cycle_id"]) for cycle in cycles] + [str(subject.get("control_id"))]
    for name in sorted(names, key=len, reverse=True):
        sentence = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", sentence)
    return sentence
