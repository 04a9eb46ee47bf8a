import pytest

from python_models.telemetry.claims import audit, is_close, mentions

SUBJECT = {"control_id": "m-2", "date": "2026-01-05", "cycles": 9, "cycles_with_issues": 1}
FINDING = {
    "rule": "long_cycle",
    "severity": "medium",
    "stage": "all",
    "direction": "up",
    "unit": "s",
    "value": 912.5,
    "limit": 660.0,
    "cycle_count": 1,
    "first_seen_at": "2026-01-05 08:00:00",
}
CYCLE = {"cycle_id": "m-2/3", "started_at": "2026-01-05 08:00:00", "rules": ["long_cycle"]}


def complaints(summary, **changes):
    answer = {
        "summary": summary,
        "severity": "medium",
        "likely_cause": "",
        "recommended_action": "",
        "cited_cycle_ids": ["m-2/3"],
    } | changes
    found = audit(answer, SUBJECT, [FINDING], [CYCLE], ["long_cycle", "stuck_stage", "drift"])
    return found.contradictions


@pytest.mark.parametrize(
    "summary",
    [
        "long_cycle: 912.5 s against 660 s.",
        "long_cycle: about 913 s, 38 % over its limit.",
        "long_cycle (medium) since 2026-01-05 08:00 in cycle m-2/3.",
        "One long cycle; 1 of 9 cycles on m-2 was concerned.",
        "long_cycle: 252.5 s longer than the limit.",
        "The wear may drift further.",
        "long_cycle: the machine no longer keeps its pace.",
    ],
)
def test_a_claim_that_follows_from_the_facts_stands(summary):
    assert complaints(summary) == []


@pytest.mark.parametrize(
    "summary",
    [
        "long_cycle: 913.5 s against 660 s.",
        "long_cycle: 48 % over its limit.",
        "long_cycle since 2026-01-04.",
        "long_cycle in cycle m-2/4.",
        "long_cycle (critical).",
        "long_cycle and stuck-stage.",
        "long_cycle: well below its limit.",
        "12 of 9 cycles were concerned.",
    ],
)
def test_a_claim_that_does_not_is_named(summary):
    assert len(complaints(summary)) == 1


def test_a_cycle_that_exists_but_is_fine_is_no_evidence():
    cycle = {"cycle_id": "m-2/5", "rules": None}
    answer = {"summary": "", "severity": "medium", "cited_cycle_ids": ["m-2/5"]}
    found = audit(answer, SUBJECT, [FINDING], [CYCLE, cycle], ["long_cycle"])
    assert found.contradictions == ["cites cycle m-2/5, where no rule fired"]


def test_a_number_is_compared_at_the_precision_it_is_written_with():
    assert is_close("912", [912.4])
    assert not is_close("912.0", [912.4])


def test_a_rule_is_known_by_its_name_in_any_spelling():
    assert mentions("an Over-Temperature of", "over_temperature")
    assert not mentions("over_temperatures", "over_temperature")
