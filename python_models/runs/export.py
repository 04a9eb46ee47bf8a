"""Command `export-run`: a run as files, one a phase, the last one as Markdown."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.lakehouse.output import emit, say
from python_models.release import live
from python_models.runs.invocation import GOOD
from python_models.runs.phases import latest_nodes, sample_rows


def export_run(options: argparse.Namespace) -> int:
    """Write `phase<n>_<name>.json` for each phase of a run into a folder."""
    run_id = live.run_named(options.id)["run_id"]
    folder = Path(options.dir).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    written = [
        {"file": path.name, "rows": document["metadata"]["output_count"]}
        for path, document in export(run_id, folder, options.rows)
    ]
    emit(written, options.json, f"Run {run_id} in {folder}")
    return 0


def export(run_id: str, folder: Path, limit: int | None) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Write each phase of a run and give back its file and document."""
    documents = list(_documents(run_id, limit))
    for document in documents:
        metadata = document["metadata"]
        name = re.sub(r"[^a-z0-9]+", "_", metadata["phase_name"].lower()).strip("_")
        stem = f"phase{metadata['phase_number']}_{name}"
        if document is documents[-1]:
            path = folder / f"{stem}.md"
            path.write_text(_markdown(document), encoding="utf-8")
        else:
            path = folder / f"{stem}.json"
            text = json.dumps(document, default=str, indent=2, ensure_ascii=False)
            path.write_text(text + "\n", encoding="utf-8")
        yield path, document
    if not documents:
        say(f"Run {run_id} has no phases.")


def _documents(run_id: str, limit: int | None) -> Iterator[dict[str, Any]]:
    phases: dict[str, list[dict[str, Any]]] = {}
    for node in latest_nodes(run_id):
        if node["phase"]:
            phases.setdefault(node["phase"], []).append(node)
    with live.live_ops() as ops:
        spent = {
            row["phase"]: row
            for row in live.rows(
                ops,
                "select phase, sum(calls) as calls, sum(usd) as usd from ops.node_runs"
                " where run_id = ? group by phase",
                [run_id],
            )
        }
    for phase in sorted(phases, key=_ordinal):
        nodes = phases[phase]
        ordinal, _, name = phase.partition(" ")
        yield {
            "metadata": {
                "run_id": run_id,
                "phase_name": name,
                "phase_number": int(ordinal),
                "timestamp": nodes[0]["started_at"],
                "duration_seconds": round(sum(node["seconds"] or 0 for node in nodes), 3),
                "input_count": _boundary(nodes, "rows_in"),
                "output_count": _boundary(nodes[::-1], "rows_out"),
                "llm_calls": int(spent.get(phase, {}).get("calls") or 0),
                "cost_usd": float(spent.get(phase, {}).get("usd") or 0),
                "status": "ok" if all(node["status"] in GOOD for node in nodes) else "failed",
            },
            "data": sample_rows(run_id, nodes, limit),
        }


def _boundary(nodes: list[dict[str, Any]], count: str) -> int | None:
    """Return the first count known: what came into a phase, or what came out of it."""
    return next((node[count] for node in nodes if node[count] is not None), None)


def _ordinal(phase: str) -> int:
    return int(phase.partition(" ")[0])


def _markdown(document: dict[str, Any]) -> str:
    metadata = document["metadata"]
    lines = [f"# {metadata['phase_name'].capitalize()} of run {metadata['run_id']}", ""]
    lines += ["| | |", "|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {value} |" for name, value in metadata.items()]
    for name, sample in document["data"].items():
        lines += ["", f"## {name}", ""]
        if isinstance(sample, str):
            lines.append(sample)
        elif sample:
            lines.append("| " + " | ".join(sample[0]) + " |")
            lines.append("|" + "---|" * len(sample[0]))
            lines += ["| " + " | ".join(map(_cell, row.values())) + " |" for row in sample]
    return "\n".join(lines) + "\n"


def _cell(value: Any) -> str:
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", "<br>")
