"""The report of a day: what was not normal, since when, how sure, and what to do about it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyarrow as pa
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from python_models.telemetry.evidence import SEVERITIES, figure

Row = Mapping[str, Any]

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "telemetry"
SHOWN_CYCLES = 12
SCHEMA = pa.schema(
    [
        ("report_date", pa.date32()),
        ("control_count", pa.int64()),
        ("issue_count", pa.int64()),
        ("critical_count", pa.int64()),
        ("pending_count", pa.int64()),
        ("markdown", pa.string()),
        ("html", pa.string()),
    ]
)
MARKDOWN_MARKS = re.compile(r"([\\`*_{}\[\]#!|<>~&$:])")
REVIEWS = {
    "accepted": "checked against its evidence and accepted",
    "needs_review": "did not pass its check: read it with care",
    "pending": "not written or not checked yet",
    "failed": "could not be written",
}


def write_reports(
    days: Iterable[Row], issues: Iterable[Row], assessments: Iterable[Row]
) -> pa.Table:
    """Return one report for each day that had cycles.

    `days` holds one row per control and day with `control_id`, `is_series`, `report_date`,
    `cycle_count`, `rejected_count` and `judged_count`.
    """
    controls = group(days, "report_date")
    issues_by_day = group(issues, "issue_date")
    assessed_by_day = group(assessments, "assessment_date")
    rows = [
        write_report(day, controls[day], issues_by_day[day], assessed_by_day[day])
        for day in sorted(controls)
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def read_rows(relation: Any) -> list[dict[str, Any]]:
    """Return the rows of a DuckDB relation."""
    return relation.to_arrow_table().to_pylist()


def group(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """Return the rows by the value of a column."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def write_report(
    day: Any, controls: list[Row], issues: list[Row], assessments: list[Row]
) -> dict[str, Any]:
    """Return the report of one day as a row of `telemetry.reports`."""
    sections = control_sections(issues, assessments)
    named = {row["control_id"] for row in issues}
    judged = {row["control_id"] for row in controls if row["judged_count"]}
    series = {row["control_id"] for row in controls if row["is_series"]} - named
    running = {row["control_id"] for row in controls} - series
    quiet = running - named
    values = {
        "day": day,
        "sections": sections,
        "quiet": sorted(quiet & judged),
        "unjudged": sorted(quiet - judged),
        "series": sorted(series),
        "cycle_count": sum(row["cycle_count"] for row in controls),
        "rejected_count": sum(row["rejected_count"] for row in controls),
        "control_count": len(running),
        "reviews": REVIEWS,
    }
    return {
        "report_date": day,
        "control_count": values["control_count"],
        "issue_count": len(issues),
        "critical_count": sum(issue["severity"] == "critical" for issue in issues),
        "pending_count": sum(row["review_status"] == "pending" for row in assessments),
        "markdown": template("report.md.jinja").render(values),
        "html": template("report.html.jinja").render(values),
    }


def control_sections(issues: list[Row], assessments: list[Row]) -> list[dict[str, Any]]:
    """Return what the report says of each control with issues, the worst control first."""
    assessed = {row["control_id"]: row for row in assessments}
    sections = [
        {
            "control_id": control_id,
            "issues": sorted(rows, key=issue_rank),
            "assessment": assessed.get(control_id),
        }
        for control_id, rows in group(issues, "control_id").items()
    ]
    return sorted(sections, key=lambda part: (issue_rank(part["issues"][0]), part["control_id"]))


def issue_rank(issue: Row) -> tuple[int, int, str]:
    """Return where an issue stands: worst first, then the one in most cycles."""
    return (-SEVERITIES.index(issue["severity"]), -issue["cycle_count"], issue["rule"])


def cycles_link(issue: Row, cycle_id: str | None = None) -> str:
    """Return the dashboard address that shows the cycles behind a figure."""
    query = {"control": issue["control_id"], "date": issue["issue_date"], "rule": issue["rule"]}
    if cycle_id is not None:
        query = {"control": issue["control_id"], "cycle": cycle_id}
    return f"{PAGE}?{urlencode(query)}"


def anchor(issue: Row) -> str:
    """Return the place on the page where the cycles behind an issue are listed."""
    return "cycles-" + re.sub(r"[^0-9A-Za-z]+", "-", str(issue["issue_id"]))


def markdown(value: Any) -> str:
    """Return text that Markdown and the HTML made from it show as it is."""
    flat = " ".join(str(value).split())
    return MARKDOWN_MARKS.sub(r"\\\1", flat)


def measure(value: Any, unit: str) -> str:
    """Return a figure with no more digits than a person compares; shares are percents."""
    if value is None:
        return figure(None)
    if unit == "share":
        return figure(round(100 * float(value), 1), "%")
    size = abs(float(value))
    return figure(round(float(value), 0 if size >= 1000 else 1 if size >= 10 else 3), unit)


def told(issue: Row) -> str:
    """Return an issue's rule in words; a drift says which way it goes."""
    if issue["rule"] != "drift" or None in (issue["value"], issue["limit_value"]):
        return str(issue["label"])
    return f"{issue['label']}, {'rising' if issue['value'] > issue['limit_value'] else 'falling'}"


def where(stage: str | None) -> str:
    """Return the stage in words, nothing for the whole cycle."""
    return "" if stage in (None, "all") else f", stage {stage}"


def moment(value: Any) -> str:
    """Return a time to the minute."""
    return str(value)[:16].replace("T", " ")


def percent(value: float | None) -> str:
    """Return a share in percent."""
    return "unknown" if value is None else f"{value * 100:.0f} %"


@cache
def template(name: str) -> Template:
    """Return a report template; HTML escapes every value by itself."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=name.endswith(".html.jinja"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        md=markdown,
        measure=measure,
        told=told,
        where=where,
        moment=moment,
        percent=percent,
        anchor=anchor,
        link=cycles_link,
    )
    environment.globals["shown_cycles"] = SHOWN_CYCLES
    return environment.get_template(name)
