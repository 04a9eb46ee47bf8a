"""One day of one control, as the evidence models give it."""

from __future__ import annotations

CYCLES = [
    {
        "cycle_id": "press-1-20260105-07",
        "started_at": "2026-01-05 07:10:00",
        "duration_s": 241.5,
        "energy_wh": 80.2,
        "mean_power_w": 1204.4,
        "max_temperature_c": 71.2,
        "exists": True,
        "rules": ["over_power", "over_temperature"],
    },
    {
        "cycle_id": "press-1-20260105-09",
        "started_at": "2026-01-05 09:30:00",
        "duration_s": 240.1,
        "energy_wh": 79.4,
        "mean_power_w": 1187.9,
        "max_temperature_c": 60.3,
        "exists": True,
        "rules": ["over_power"],
    },
]
ISSUES = [
    {
        "rule": "over_power",
        "label": "power above its limit",
        "severity": "high",
        "stage": "hold",
        "unit": "W",
        "value": 1312.4,
        "limit": 1101.75,
        "cycle_count": 2,
        "cycle_ids": ["press-1-20260105-07", "press-1-20260105-09"],
        "first_seen_at": "2026-01-04 18:20:00",
        "last_seen_at": "2026-01-05 09:30:00",
        "likely_cause": "a mechanical load that grew",
        "what_to_do": "check the load, lubrication and set point",
    },
    {
        "rule": "over_temperature",
        "label": "temperature above its limit",
        "severity": "medium",
        "stage": "ramp_down",
        "unit": "degC",
        "value": 71.2,
        "limit": 66.3,
        "cycle_count": 1,
        "cycle_ids": ["press-1-20260105-07"],
        "first_seen_at": "2026-01-05 07:10:00",
        "last_seen_at": "2026-01-05 07:10:00",
        "likely_cause": "cooling that is not enough for the load",
        "what_to_do": "check fan, filter and coolant",
    },
]
FINDINGS = [
    {
        name: issue[name]
        for name in ("rule", "severity", "unit", "value", "limit", "cycle_count", "first_seen_at")
    }
    | {"stages": [issue["stage"]], "direction": "up"}
    for issue in ISSUES
]
SUBJECT = {"control_id": "press-1", "date": "2026-01-05", "cycles": 24, "cycles_with_issues": 2}
