from datetime import date, datetime

import pytest
from markdown_it import MarkdownIt

from python_models.telemetry.report import (
    cycles_link,
    issue_rank,
    markdown,
    measure,
    write_report,
    write_reports,
)

DAY = date(2026, 1, 5)
HOSTILE = '<script>alert("x")</script> [click](javascript:alert(1)) | `code` :fire:'


def an_issue(**changes):
    issue = {
        "issue_id": "i1",
        "control_id": "press-1",
        "rule": "over_power",
        "severity": "high",
        "stage": "hold",
        "unit": "W",
        "label": "power above its limit",
        "value": 1312.437,
        "limit_value": 1101.75,
        "cycle_count": 2,
        "cycle_ids": ["press-1/07", "press-1/09"],
        "issue_date": DAY,
        "first_seen_at": datetime(2026, 1, 4, 18, 20),
        "last_seen_at": datetime(2026, 1, 5, 9, 30),
    }
    return issue | changes


def an_assessment(**changes):
    assessment = {
        "control_id": "press-1",
        "assessment_date": DAY,
        "status": "ok",
        "review_status": "accepted",
        "summary": "Power rose.",
        "likely_cause": "a load that grew",
        "recommended_action": "Today: check the load.",
        "confidence": 0.62,
        "cited_cycle_ids": ["press-1/07"],
        "error": None,
        "provider": "offline-rules",
        "model": "rules",
    }
    return assessment | changes


def a_day(control_id="press-1", day=DAY, cycles=24, rejected=1):
    return {
        "control_id": control_id,
        "is_series": False,
        "report_date": day,
        "cycle_count": cycles,
        "rejected_count": rejected,
        "judged_count": 3,
    }


def assert_harmless(text):
    """Render as a reader would, raw HTML allowed, and look for what must not come to life."""
    rendered = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
    page = rendered.render(text)
    assert "<script" not in page
    assert 'href="javascript' not in page


def the_report(issues=None, assessments=None, days=None):
    issues = [an_issue()] if issues is None else issues
    assessments = [an_assessment()] if assessments is None else assessments
    return write_report(DAY, days or [a_day(), a_day("press-2")], issues, assessments)


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_a_report_says_what_since_when_how_sure_and_what_to_do(form):
    text = the_report()[form]
    for said in ("power above its limit", "2026-01-04 18:20", "62 %", "check the load"):
        assert said in text
    assert "1 of 2 controls were not normal" in text
    assert "accepted" in text
    assert "press-2" in text


def test_each_figure_links_to_its_cycles():
    report = the_report()
    assert (
        "[1312 W](telemetry?control=press-1&date=2026-01-05&rule=over_power)"
        in (report["markdown"])
    )
    assert '<a href="#cycles-i1">1312 W</a>' in report["html"]
    assert 'id="cycles-i1"' in report["html"]
    assert "telemetry?control=press-1&amp;cycle=press-1%2F09" in report["html"]


def test_many_cycles_are_not_all_listed_but_can_be_reached():
    issue = an_issue(cycle_ids=[f"c{number}" for number in range(40)], cycle_count=40)
    assert "28 more" in the_report([issue])["html"]


@pytest.mark.parametrize("field", ["summary", "likely_cause", "recommended_action"])
def test_markup_in_an_answer_is_shown_not_obeyed(field):
    report = the_report(assessments=[an_assessment(**{field: HOSTILE})])
    assert "<script" not in report["html"]
    assert "&lt;script&gt;" in report["html"]
    assert_harmless(report["markdown"])


def test_markup_in_names_is_shown_not_obeyed():
    issue = an_issue(control_id=HOSTILE, cycle_ids=[HOSTILE], stage=HOSTILE)
    report = the_report([issue], [an_assessment(control_id=HOSTILE)], [a_day(HOSTILE)])
    assert "<script" not in report["html"]
    assert_harmless(report["markdown"])


@pytest.mark.parametrize(
    ("status", "said"), [("pending", "not written or not checked"), ("failed", "could not")]
)
def test_an_assessment_that_is_missing_says_why(status, said):
    missing = an_assessment(review_status=status, summary=None, error="no budget")
    report = the_report(assessments=[missing])
    assert said in report["html"]
    assert "no budget" in report["html"]
    assert report["pending_count"] == (status == "pending")


def test_an_assessment_under_its_floor_is_marked():
    report = the_report(assessments=[an_assessment(review_status="needs_review")])
    assert "read it with care" in report["markdown"]


def test_a_day_without_issues_has_a_report_too():
    table = write_reports([a_day(), a_day(day=date(2026, 1, 6))], [an_issue()], [])
    rows = table.to_pylist()
    assert [row["issue_count"] for row in rows] == [1, 0]
    assert "0 of 1 controls" in rows[1]["markdown"]
    assert rows[1]["critical_count"] == 0


def test_no_days_make_an_empty_table_of_the_same_shape():
    assert write_reports([], [], []).column_names[0] == "report_date"


def test_the_worst_issue_comes_first():
    issues = [an_issue(), an_issue(severity="critical", rule="drift"), an_issue(severity="low")]
    ranked = sorted(issues, key=issue_rank)
    assert [issue["severity"] for issue in ranked] == ["critical", "high", "low"]


def test_links_survive_odd_names():
    assert cycles_link(an_issue(control_id="a&b=c d")).startswith("telemetry?control=a%26b%3Dc+d")


@pytest.mark.parametrize(
    ("value", "shown"), [(1312.437, "1312 W"), (98.7654, "98.8 W"), (0.123456, "0.123 W")]
)
def test_a_figure_has_no_more_digits_than_are_compared(value, shown):
    assert measure(value, "W") == shown


def test_plain_text_stays_readable_in_markdown():
    assert markdown("2026-01-05 (about 5 cycles), in total.") == (
        "2026-01-05 (about 5 cycles), in total."
    )


def test_a_control_without_history_is_not_judged_yet_and_not_normal() -> None:
    report = write_report(DAY, [a_day(), a_day("new") | {"judged_count": 0}], [], [])
    normal, _, unjudged = report["markdown"].partition("## Not judged yet")
    assert "press" in normal
    assert "new" not in normal
    assert "new: too few cycles" in unjudged
    assert "<h2>Not judged yet</h2>\n<p>new: too few" in report["html"]


def test_a_series_is_outside_the_report_and_not_normal() -> None:
    series = a_day("bench_2", cycles=0, rejected=0) | {"is_series": True, "judged_count": 0}
    report = write_report(DAY, [a_day(), series], [], [])
    normal, _, unjudged = report["markdown"].partition("## Not judged yet")
    assert "bench" not in normal
    assert unjudged.strip().startswith(r"bench\_2: without cycles, so outside this report")
    assert "<p>bench_2: without cycles" in report["html"]
    assert report["control_count"] == 1


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.494253, "share", "49.4 %"),
        (61.25, "degC", "61.2 \N{DEGREE SIGN}C"),
        (61.25, "degC/kW", "61.2 \N{DEGREE SIGN}C/kW"),
        (1500, "W", "1500 W"),
    ],
)
def test_figures_read_as_people_write_them(value: float, unit: str, shown: str) -> None:
    assert measure(value, unit) == shown


@pytest.mark.parametrize(("value", "way"), [(120.0, "rising"), (80.0, "falling")])
def test_a_drift_says_which_way_it_goes(value: float, way: str) -> None:
    drift = an_issue(rule="drift", label="slow change", value=value, limit_value=100.0)
    report = the_report(issues=[drift])
    assert f"slow change, {way}" in report["markdown"]
    assert f"slow change, {way}" in report["html"]
