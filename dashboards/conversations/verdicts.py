"""The documents of a verdict: checks, a judge's scores, what is weak among many records."""

from __future__ import annotations

from pydantic import BaseModel


class Check(BaseModel):
    """One check of a conversation; a check that says nothing of it is left out."""

    tier: str  # structure | content
    check_name: str
    score: float
    is_passed: bool
    is_required: bool
    recommendation: str | None


class Judgement(BaseModel):
    """What a judge says of a conversation; scores are shares of one."""

    status: str
    judged_score: float | None
    coherence: float | None
    helpfulness: float | None
    empathy: float | None
    safety: float | None
    therapeutic_appropriateness: float | None
    clinical_accuracy: float | None
    reason: str | None
    inaccurate_statements: str | None  # of the disorders it names
    error: str | None
    model: str | None
    call_id: str | None  # of its row in llm.calls
    cost_usd: float | None


class Verdict(BaseModel):
    """What the rules say of a conversation."""

    conversation_id: str
    grade: str  # premium | keep | below
    score: float
    structure_score: float | None
    content_score: float | None
    is_structurally_valid: bool
    is_content_valid: bool
    failed_check: str | None
    language: str | None
    flags: list[str]
    is_flagged_for_care: bool
    toxicity: float
    pii_count: int
    recommendations: list[str]
    checks: list[Check]
    disorders: list[str]  # of the DSM-5 reference that it names, when it is valid
    judged_status: str  # not_asked, or how the judge's answer ended: ok, pending, invalid ..
    judged_score: float | None
    judgement: Judgement | None  # null where no judge was asked


class Refused(BaseModel):
    """A record that is no conversation."""

    record_number: int
    reason: str
    error: str


class Share(BaseModel):
    """How conversations do in one check."""

    tier: str
    check_name: str
    conversations: int  # of which it says something
    failed: int
    mean_score: float


class Weak(BaseModel):
    """One of the weakest conversations."""

    record_number: int
    conversation_id: str
    grade: str
    score: float
    failed_check: str | None
    recommendations: list[str]
