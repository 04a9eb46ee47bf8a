"""The benchmark's figures as a Markdown table a person reads."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

TARGETS = {
    "landing / floor": "<= 2.0 (2.5 at 10 M)",
    "landing peak MB": "<= 1,024",
    "models / floor": "<= 1.5",
    "build / models": "<= 2.0",
    "... / CPU s of the SQL by hand": "<= 2.0",
    "publishing / floor": "<= 1.5",
    "build peak MB": "<= 6,144",
    "day / full build": "<= 10 %",
    "one more day: models / SQL by hand": "<= 1.3 (1.5 at 10 M)",
    "one more day: build / (dbt start + 2 x SQL by hand)": "<= 1.0, + 2 s",
    "second make run, nothing new, s": "< 30",
}


def machine() -> dict[str, str]:
    """Return what the figures were taken on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "memory_gb": f"{memory:.0f}",
        "cpu": _cpu(),
        "python": platform.python_version(),
    } | {name: version(name) for name in ("duckdb", "dbt-core", "dlt", "pyiceberg")}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


Row = tuple[str, Callable[[dict], str]]

ROWS: tuple[Row, ...] = (
    ("controls x days", lambda s: f"{s['controls']} x {s['days']}"),
    ("rows landed", lambda s: f"{s['landing']['rows']:,}"),
    ("landing s", lambda s: f"{s['landing']['seconds']:.1f}"),
    ("landing rows/s", lambda s: f"{s['landing']['rows_per_s']:,.0f}"),
    ("landing floor s", lambda s: f"{s['landing']['floor_s']:.1f}"),
    ("landing / floor", lambda s: f"{s['landing']['ratio']:.2f}"),
    ("... in CPU seconds", lambda s: f"{s['landing']['cpu_s'] / s['landing']['floor_cpu_s']:.2f}"),
    ("... without fixed costs", lambda s: f"{s['landing']['ratio_without_fixed']:.2f}"),
    ("landing peak MB", lambda s: f"{s['landing']['peak_mb']:,.0f}"),
    ("build s (all of dbt)", lambda s: f"{s['build']['seconds']:.1f}"),
    ("build CPU s", lambda s: f"{s['build']['cpu_s']:.1f}"),
    ("... / CPU s of the SQL by hand", lambda s: _cpu_ratio(s["build"])),
    ("build / models", lambda s: f"{s['build']['seconds'] / s['build']['model_s']:.2f}"),
    ("models, summed s", lambda s: f"{s['build']['model_s']:.1f}"),
    ("models rows/s", lambda s: f"{s['landing']['rows'] / s['build']['model_s']:,.0f}"),
    ("models by hand, summed s", lambda s: f"{s['build']['floor_s']:.1f}"),
    ("models / floor", lambda s: f"{s['build']['ratio']:.2f}"),
    ("... without dbt's own per model", lambda s: f"{s['build']['ratio_without_fixed']:.2f}"),
    ("slowest ratio of a model > 1 s", lambda s: _worst(s["build"]["models"])),
    ("build peak MB", lambda s: f"{s['build']['peak_mb']:,.0f}"),
    ("release s", lambda s: _group(s["build"], "release")),
    ("publishing floor s (COPY)", lambda s: f"{s['build']['publishing']['seconds']:.1f}"),
    ("publishing / floor", lambda s: f"{s['build']['publishing']['ratio']:.2f}"),
    ("gates s", lambda s: _group(s["build"], "gate")),
    ("LLM steps s (offline)", lambda s: _group(s["build"], "llm")),
    ("data tests s", lambda s: _group(s["build"], "test")),
    ("one more day: landing s", lambda s: f"{s['increment']['landing_s']:.1f}"),
    ("one more day: build s (all of dbt)", lambda s: f"{s['increment']['build_s']:.1f}"),
    ("one more day: models s", lambda s: f"{s['increment']['model_s']:.1f}"),
    ("one more day: SQL by hand, s", lambda s: f"{s['increment']['floor_s']:.1f}"),
    ("one more day: models / SQL by hand", lambda s: f"{s['increment']['ratio']:.2f}"),
    ("one more day: build / (dbt start + 2 x SQL by hand)", lambda s: _day_ratio(s)),
    ("one more day: build CPU s", lambda s: f"{s['increment']['cpu_s']:.1f}"),
    ("... / CPU s of that day's SQL by hand", lambda s: _cpu_ratio(s["increment"])),
    ("day / full build", lambda s: f"{s['increment']['share_of_full']:.1%}"),
    (
        "... without dbt's own per model ",
        lambda s: _share_beyond_fixed(s["increment"]["share_without_fixed"]),
    ),
    ("one more day: release s", lambda s: _group(s["increment"], "release")),
    ("second make run, nothing new, s", lambda s: f"{s['nothing_new']['seconds']:.1f}"),
    ("fixed: Python start s", lambda s: f"{s['fixed']['python_start_s']:.2f}"),
    ("fixed: dbt start s", lambda s: f"{s['fixed']['dbt_start_s']:.1f}"),
    ("fixed: dbt's first parse, beside landing, s", lambda s: f"{s['fixed']['first_parse_s']:.1f}"),
    ("fixed: import of GX s", lambda s: f"{s['fixed']['import_great_expectations_s']:.1f}"),
    ("fixed: all models without a row s", lambda s: f"{s['fixed']['models_without_rows_s']:.1f}"),
    ("fixed: landing of nothing s", lambda s: f"{s['fixed']['landing_without_files_s']:.1f}"),
)


def _cpu_ratio(build: dict) -> str:
    return f"{build['cpu_s'] / build['floor_cpu_s']:.2f}"


def _day_ratio(size: dict) -> str:
    day = size["increment"]
    return f"{day['build_s'] / (size['fixed']['dbt_start_s'] + 2 * day['floor_s']):.2f}"


def _share_beyond_fixed(share: float) -> str:
    """A share of zero means that the day took no longer than models without a row."""
    return f"{share:.1%}" if share else "nothing beyond it"


def _group(part: dict, name: str) -> str:
    return f"{part['groups_s'].get(name, 0.0):.1f}"


def _worst(models: list[dict]) -> str:
    known = [one for one in models if one["ratio"] and one["seconds"] > 1]
    if not known:
        return "-"
    worst = max(known, key=lambda one: one["ratio"])
    return f"{worst['ratio']:.2f} ({worst['model']})"


def markdown(found: dict) -> str:
    """Return the table, one column for each size, with targets where there are any."""
    sizes = found["sizes"]
    facts = ", ".join(f"{name} {value}" for name, value in found["machine"].items())
    lines = [
        "# Telemetry benchmark",
        "",
        f"SYNTHETIC data; {facts}; {found['measured_at'][:16]} UTC. One node at a time.",
        "",
        "| | " + " | ".join(f"{size} M" for size in sizes) + " | target at 50 M |",
        "|---|" + "---:|" * (len(sizes) + 1),
    ]
    for name, figure in ROWS:
        cells = [figure(size) for size in sizes.values()]
        lines.append(f"| {name} | {' | '.join(cells)} | {TARGETS.get(name, '')} |")
    for size, part in sizes.items():
        lines += ["", f"Slowest models at {size} M:", "", "| model | s | by hand s | ratio |"]
        lines.append("|---|---:|---:|---:|")
        lines += [_model_line(model) for model in part["build"]["models"][:10]]
    return "\n".join(lines) + "\n"


def _model_line(model: dict) -> str:
    by_hand = "-" if model["floor_s"] is None else f"{model['floor_s']:.2f}"
    ratio = "-" if model["ratio"] is None else f"{model['ratio']:.2f}"
    return f"| {model['model']} | {model['seconds']:.2f} | {by_hand} | {ratio} |"
