"""Writes a small release database: the released tables and columns, seeded rows, hostile text."""

from __future__ import annotations

import json
import math
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from tests.dashboards.conversations_rows import write_conversations
from tests.dashboards.experiments_rows import write_experiments
from tests.dashboards.hostile_text import HOSTILE as HOSTILE
from tests.dashboards.knowledge_rows import write_knowledge
from tests.dashboards.news_rows import write_news

FIRST_DAY = datetime(2026, 1, 1)
DAYS = 20
CONTROLS = ("press-01", "press-02", "oven-01", "<img src=x onerror=alert(1)>")
STAGES = (("ramp_up", 60, 900.0), ("hold", 180, 1500.0), ("ramp_down", 60, 500.0))
DDL = (Path(__file__).parent / "released_tables.sql").read_text(encoding="utf-8")


def write_release(path: Path, rows: bool = True) -> None:
    """Write a release database; without rows it has every table, empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(DDL)
        write_conversations(connection, rows)
        write_experiments(connection, rows)
        write_news(connection, rows)
        write_knowledge(connection, rows)
        connection.execute(
            "insert into ops.releases (release_id, created_at, invocation_id, is_current)"
            " values (7, ?, 'inv-2', true)",
            [FIRST_DAY + timedelta(days=DAYS)],
        )
        if rows:
            for table, records in all_rows().items():
                insert(connection, table, records)


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, records: list[dict[str, Any]]
) -> None:
    """Insert records by column name."""
    if not records:
        return
    batch = pa.Table.from_pylist(records)
    connection.register("batch", batch)
    connection.execute(f"insert into {table} by name select * from batch")
    connection.unregister("batch")


def all_rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table."""
    made = telemetry_rows(random.Random(7))
    return made | assessment_rows(made["telemetry.issues"]) | ops_rows() | llm_rows()


def telemetry_rows(chance: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Return readings, cycles and what is derived from them; a third control drifts up late."""
    found: dict[str, list[dict[str, Any]]] = {
        f"telemetry.{name}": []
        for name in (
            "readings",
            "cycles",
            "rejected_cycles",
            "cycle_stages",
            "cycle_variance",
            "issues",
            "stage_curves",
            "baselines",
        )
    }
    for control in CONTROLS:
        for day in range(DAYS):
            for number in range(2):
                _cycle(found, chance, control, day, number)
    return found


def _cycle(
    found: dict[str, list[dict[str, Any]]],
    chance: random.Random,
    control: str,
    day: int,
    number: int,
) -> None:
    started = FIRST_DAY + timedelta(days=day, hours=6 + 5 * number, minutes=chance.randrange(30))
    is_hot = control == "oven-01" and day >= 16 and number == 1
    is_valid = not (control == "press-02" and day == 12 and number == 0)
    factor = chance.gauss(1, 0.02) * (1.6 if is_hot else 1)
    cycle_id = f"{control}/{started:%Y%m%dT%H%M}"
    key = {"cycle_id": cycle_id, "control_id": control}
    cycle_day = started.date()
    at = started
    for stage, seconds, level in STAGES:
        stage_start = at
        for point in range(20):
            relative = point / 19
            power = level * factor * (0.9 + 0.1 * math.sin(relative * math.pi))
            shared = {"power_w": power, "temperature_c": 40 + power / 30}
            when = {"cycle_date": cycle_day, "started_at": stage_start}
            found["telemetry.stage_curves"].append(
                key | shared | when | {"stage": stage, "point": point, "relative_time": relative}
            )
            if point % 2 == 0:
                found["telemetry.readings"].append(
                    key
                    | shared
                    | {
                        "source": "demo",
                        "stage": stage,
                        "reading_number": 1,
                        "is_power_missing": False,
                        "is_temperature_missing": False,
                        "duplicate_count": 0,
                        "reading_date": cycle_day,
                        "reading_at": stage_start + timedelta(seconds=seconds * relative),
                        "load_id": "load-1",
                    }
                )
        at = stage_start + timedelta(seconds=seconds)
        _stage(found, key, stage, stage_start, at, level * factor, is_hot, day)
    found["telemetry.cycles"].append(
        key
        | {
            "source": "demo",
            "stage_sequence": ">".join(stage for stage, *_ in STAGES),
            "reading_count": 30,
            "duration_s": 300.0,
            "energy_wh": 90.0 * factor,
            "mean_power_w": 1100 * factor,
            "max_power_w": 1500 * factor,
            "mean_temperature_c": 77.0,
            "max_temperature_c": 90.0,
            "largest_gap_s": 10.0,
            "missing_share": 0.0,
            "is_valid": is_valid,
            "rejection_count": int(not is_valid),
            "is_derived": False,
            "cycle_date": cycle_day,
            "started_at": started,
            "ended_at": at,
        }
    )
    if not is_valid:
        reason = {"reason": "too_few_readings", "value": 3.0, "limit_value": 10.0}
        when = {"cycle_date": cycle_day, "started_at": started}
        found["telemetry.rejected_cycles"].append(key | reason | when)
    if is_hot:
        found["telemetry.issues"].append(
            {
                "issue_id": f"issue-{day}",
                "control_id": control,
                "rule": "over_power",
                "severity": "critical" if day > 17 else "high",
                "stage": "hold",
                "unit": "W",
                "value": 2400.0,
                "limit_value": 1700.0,
                "cycle_count": 1,
                "cycle_ids": [cycle_id],
                "issue_date": cycle_day,
                "first_seen_at": FIRST_DAY + timedelta(days=16, hours=11),
                "last_seen_at": at,
            }
        )


def _stage(
    found: dict[str, list[dict[str, Any]]],
    key: dict[str, Any],
    stage: str,
    started: datetime,
    ended: datetime,
    level: float,
    is_hot: bool,
    day: int,
) -> None:
    when = {"cycle_date": started.date(), "started_at": started}
    found["telemetry.cycle_stages"].append(
        key
        | when
        | {
            "stage": stage,
            "reading_count": 10,
            "duration_s": (ended - started).total_seconds(),
            "energy_wh": 30.0,
            "mean_power_w": level,
            "median_power_w": level,
            "stddev_power_w": 12.0,
            "max_power_w": level * 1.05,
            "mean_temperature_c": 77.0,
            "max_temperature_c": 90.0,
            "coefficient_of_variation": 0.02,
            "missing_share": 0.0,
            "ended_at": ended,
        }
    )
    found["telemetry.cycle_variance"].append(
        key
        | when
        | {
            "stage": stage,
            "metric": "power_w",
            "variance_class": "insufficient_history"
            if day < 5
            else ("critical" if is_hot else "normal"),
            "direction": "up" if is_hot else "none",
            "value": level,
            "baseline_median": 1000.0,
            "robust_z": None if day < 5 else (21.4 if is_hot else 0.4),
            "deviation_pct": 60.0 if is_hot else 1.0,
            "coefficient_of_variation": 0.02,
            "drift_z": 0.3,
        }
    )


def assessment_rows(issues: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Return assessments, evaluations, reports, detection quality and point anomalies."""
    shared = {
        "provider": "offline-rules",
        "model": "sluice-offline-1",
        "prompt_version": "1",
        "prompt_tokens": 900,
        "completion_tokens": 120,
        "cost_usd": 0.0,
        "asked_at": FIRST_DAY + timedelta(days=DAYS),
    }
    assessments, evaluations, reports = [], [], []
    for issue in issues:
        key = {"control_id": issue["control_id"], "assessment_date": issue["issue_date"]}
        call_id = f"call-{issue['issue_id']}"
        assessments.append(
            key
            | shared
            | {
                "status": "ok",
                "review_status": "accepted",
                "summary": f"Power on hold is 60 % above its baseline. {HOSTILE}",
                "severity": issue["severity"],
                "likely_cause": "A worn heating element",
                "recommended_action": "Measure the element's resistance",
                "confidence": 0.8,
                "cited_cycle_ids": issue["cycle_ids"],
                "prompt_template": "assessment",
                "call_id": call_id,
            }
        )
        evaluations.append(
            key
            | shared
            | {
                "status": "ok",
                "faithfulness": 5,
                "completeness": 4,
                "actionability": 4,
                "reason": "All figures are in the evidence.",
                "is_passed": True,
                "prompt_template": "evaluation",
                "call_id": f"eval-{issue['issue_id']}",
                "assessment_call_id": call_id,
            }
        )
        reports.append(
            {
                "report_date": issue["issue_date"],
                "control_count": 4,
                "issue_count": 1,
                "critical_count": 1,
                "pending_count": 0,
                "markdown": f"# Report\n\n**1 issue.** [cycles](telemetry?cycle=1)\n\n{HOSTILE}",
                "html": "<h1>Report</h1>",
            }
        )
    return {
        "telemetry.assessments": assessments,
        "telemetry.assessment_evaluations": evaluations,
        "telemetry.reports": reports,
        "telemetry.detection_quality": _quality_rows(),
        "telemetry.point_anomalies": _point_rows(),
    }


def _quality_rows() -> list[dict[str, Any]]:
    scores = {"sluice": 0.97, "always_on": 0.21, "best_threshold": 0.62}
    return [
        {
            "source": "demo",
            "control_id": "all",
            "level": "cycle",
            "issue_kind": kind,
            "true_positives": 40,
            "false_positives": 1,
            "false_negatives": 1,
            "true_negatives": 700,
            "unlabelled": 12,
            "precision": score,
            "recall": score,
            "f1": score,
            "false_alarm_rate": 1 - score,
            "yardstick": yardstick,
        }
        for kind in ("any", "over_power", "drift")
        for yardstick, score in scores.items()
    ]


def _point_rows() -> list[dict[str, Any]]:
    return [
        {
            "source": "pump",
            "control_id": "pump/1",
            "reading_number": 1,
            "score": 9.0 if number in (60, 61) else 1.0 + math.sin(number / 5) / 2,
            "threshold": 5.0,
            "is_anomaly": number in (60, 61),
            "label": number in (60, 61, 62),
            "top_sensor": "vibration",
            "reading_date": FIRST_DAY.date(),
            "reading_at": FIRST_DAY + timedelta(seconds=number),
        }
        for number in range(120)
    ]


def ops_rows() -> dict[str, list[dict[str, Any]]]:
    """Return two runs (the last one stopped at a gate) with their nodes, gates, loads and costs."""
    runs, nodes, gates, costs = [], [], [], []
    for number, status in ((1, "success"), (2, "success"), (3, "failed")):
        started = FIRST_DAY + timedelta(days=DAYS - 3 + number)
        key = {"run_id": f"run-{number}", "invocation_id": f"inv-{number}"}
        runs.append(
            key
            | {
                "started_at": started,
                "seconds": 60.0 + number,
                "command": "build",
                "target": "local",
                "git_commit": "abc1234",
                "is_dirty": False,
                "config_hash": f"cfg{number}",
                "status": status,
                "message": "gate_telemetry__after_staging failed" if status == "failed" else None,
                "nodes_ok": 40,
                "nodes_failed": int(status == "failed"),
                "nodes_skipped": 10 * int(status == "failed"),
                "calls": 4,
                "cached": 2 * number,
                "tokens": 4000,
                "usd": 0.0,
                "release_id": 5 + number if status == "success" else None,
                "bytes_added": 2_500_000 * number,
            }
        )
        for phase, node in (
            ("1 landing", "gate_telemetry__after_landing"),
            ("3 intermediate", "int_telemetry__cycles_built"),
            ("4 llm", "llm_telemetry__assessments_written"),
            ("5 marts", "cycles"),
        ):
            nodes.append(
                key
                | {
                    "domain": "telemetry",
                    "phase": phase,
                    "node": node,
                    "resource_type": "model",
                    "status": "success",
                    "started_at": started,
                    "seconds": 1.5 * number,
                    "rows_in": 1000,
                    "rows_out": 900 + number,
                    "calls": 4 if phase == "4 llm" else 0,
                    "cached": 2,
                    "tokens": 4000,
                    "usd": 0.0,
                    "peak_memory_bytes": 400_000_000,
                    "cpu_seconds": 1.2,
                    "bytes_read": 12_000_000,
                    "bytes_written": 3_000_000,
                    "bytes_spilled": 0,
                    "message": None,
                }
            )
        gates.append(
            {
                "invocation_id": f"inv-{number}",
                "gate": "gate_telemetry__after_staging",
                "table_name": "stg_telemetry__readings",
                "expectation": "expect_column_values_to_be_between(power_w)",
                "severity": "critical",
                "success": status == "success",
                "broken_check": False,
                "observed": "3 % outside",
                "expected": "0 to 1000000",
                "unexpected_count": 0 if status == "success" else 12,
                "sample_keys": '["press-01"]',
                "checked_at": started,
            }
        )
        costs.append(
            {
                "cost_date": started.date(),
                "domain": "telemetry",
                "step": "telemetry_assessment",
                "model": "sluice-offline-1",
                "provider": "offline-rules",
                "calls": 4,
                "cached": 2 * number,
                "prompt_tokens": 3600,
                "completion_tokens": 400,
                "usd": 0.01 * number,
                "saved_usd": 0.02,
            }
        )
    return {
        "ops.runs": runs[::-1],  # as in a real release: the last one first
        "ops.node_runs": nodes,
        "ops.gate_results": gates[::-1],
        "ops.costs": costs,
        "ops.loads": [
            {
                "pipeline": "telemetry",
                "load_id": "load-1",
                "table_name": "readings",
                "state": "landed",
                "rows": 4800,
                "rejects": 2,
                "duplicates": 1,
                "bytes": 120_000,
                "seconds": 1.2,
                "landed_at": FIRST_DAY + timedelta(days=DAYS),
            }
        ],
        "ops.freshness": [
            {
                "source": "demo",
                "newest_record_at": FIRST_DAY + timedelta(days=DAYS - 1),
                "age_seconds": 86_400.0,
            }
        ],
        "ops.release_tables": [
            {
                "release_id": 7,
                "domain": "telemetry",
                "table_name": name,
                "snapshot_id": 1,
                "rows": 100,
                "bytes": 10_000,
                "schema_hash": "x",
                "is_unchanged": False,
            }
            for name in ("cycles", "issues")
        ],
        "telemetry.rejects": [
            {
                "load_id": "load-1",
                "source": "demo",
                "source_file": "2026-01-02.csv",
                "file_hash": "f00",
                "line_number": line,
                "column_name": "power",
                "reason": "not_a_number",
                "error": f"`{HOSTILE}` is not a number",
                "raw_text": f'press-01;{HOSTILE};"=cmd()"',
                "rejected_at": FIRST_DAY + timedelta(days=DAYS),
            }
            for line in (17, 99)
        ],
    }


def llm_rows() -> dict[str, list[dict[str, Any]]]:
    """Return calls of every status, the first one with hostile text in prompt and answer."""
    calls, attempts = [], []
    for number, status in enumerate(("ok", "ok", "repaired", "invalid", "refused", "failed")):
        call_id = "call-issue-16" if number == 0 else f"call-{number}"
        shared = {
            "call_id": call_id,
            "step": "telemetry_assessment" if number % 2 == 0 else "telemetry_evaluation",
            "node": "llm_telemetry__assessments_written",
            "invocation_id": "inv-2",
            "provider": "offline-rules",
            "model": "sluice-offline-1",
            "finish_reason": "stop",
            "error": None if status == "ok" else f"{status}: {HOSTILE}",
            "prompt_tokens": 900,
            "completion_tokens": 100,
            "cost_usd": 0.002,
            "seconds": 0.01,
            "asked_at": FIRST_DAY + timedelta(days=DAYS, seconds=number),
            "answered_at": FIRST_DAY + timedelta(days=DAYS, seconds=number + 1),
        }
        attempts.append(
            shared
            | {"attempt_id": f"a{number}", "attempt": 1, "kind": "ask", "state": "answered"}
            | {"http_status": 200, "raw_response": "{}"}
        )
        calls.append(
            shared
            | {
                "row_key": json.dumps({"control_id": "oven-01", "number": number}),
                "replicate": 0,
                "prompt_template": "assessment" if number % 2 == 0 else "evaluation",
                "prompt_version": "1",
                "prompt_hash": "p00",
                "endpoint": "embedded",
                "response_model": "sluice-offline-1",
                "input_messages": '[{"role": "system", "content": "You assess machines."}, '
                f'{{"role": "user", "content": "Evidence: {HOSTILE}"}}]',
                "raw_answer": f'{{"summary": "{HOSTILE}"}}',
                "parsed_answer": '{"summary": "x"}' if status == "ok" else None,
                "status": status,
                "attempts": 1,
                "cached_tokens": 0,
                "is_usage_estimated": False,
            }
        )
    return {"llm.calls": calls, "llm.attempts": attempts}
