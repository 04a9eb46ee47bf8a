"""Command `export-run`: a run as files, one a phase, the last one as Markdown."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ingestion.lakehouse.output import emit, say
from python_models.release import live
from python_models.runs.invocation import GOOD
from python_models.runs.phase_documents import exported, kept_documents
from python_models.runs.phases import latest_nodes, sample_rows


def export_run(options: argparse.Namespace) -> int:
    """Write `phase<n>_<name>.json` for each phase of a run into a folder.

    Where several domains ran, each has a folder of its own.
    """
    run_id = live.run_named(options.id)["run_id"]
    folder = Path(options.dir).expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    written = [
        {"file": str(path.relative_to(folder)), "rows": one["metadata"]["output_count"]}
        for path, one in export(run_id, folder, options.rows, options.domain)
    ]
    emit(written, options.json, f"Run {run_id} in {folder}")
    return 0


def export(
    run_id: str, folder: Path, limit: int | None, domain: str | None = None
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Write each phase of a run and give back its file and document.

    The last one is Markdown; of a product whose phases are kept it is what the product says.
    """
    kept = kept_documents(run_id, domain, limit)
    others = {
        name: phases
        for name, phases in _nodes_by_phase(run_id).items()
        if domain in (None, name) and name not in kept
    }
    names = sorted(kept.keys() | others.keys())
    for name in names:
        own = folder / name if len(names) > 1 else folder
        own.mkdir(exist_ok=True)
        if name in kept:
            documents: Iterable[dict[str, Any]] = exported(name, kept.pop(name))
        else:
            documents = _documents(run_id, limit, name, others[name])
        for one, is_last in _with_last(documents):
            is_report = is_last and (name in others or "text" in one)
            yield write(own, one, is_last=is_report), one
    if not names:
        say(f"Run {run_id} has no phases.")


def _with_last(documents: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Yield each document and whether it is the last one, never holding more than two."""
    waiting: dict[str, Any] | None = None
    for one in documents:
        if waiting is not None:
            yield waiting, False
        waiting = one
    if waiting is not None:
        yield waiting, True


def write(folder: Path, document: dict[str, Any], *, is_last: bool) -> Path:
    """Write a phase as one file, whole or not at all; the last one as Markdown."""
    metadata = document["metadata"]
    name = re.sub(r"[^a-z0-9]+", "_", metadata["phase_name"].lower()).strip("_")
    path = folder / f"phase{metadata['phase_number']}_{name}.{'md' if is_last else 'json'}"
    if is_last:
        text = document.get("text") or _markdown(document)
    else:
        shown = {part: document[part] for part in ("metadata", "data")}
        text = json.dumps(shown, default=str, indent=2, ensure_ascii=False) + "\n"
    unfinished = path.with_name(f".{path.name}")
    unfinished.write_text(text, encoding="utf-8")
    return unfinished.replace(path)


def _nodes_by_phase(run_id: str) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return {domain: {phase: its nodes}} of a run."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for node in latest_nodes(run_id):
        if node["phase"]:
            found.setdefault(node["domain"] or "", {}).setdefault(node["phase"], []).append(node)
    return found


def _documents(
    run_id: str, limit: int | None, domain: str, phases: dict[str, list[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """Yield the phases of a domain one by one, as the journal and the tables of now say."""
    with live.live_ops() as ops:
        spent = {
            row["phase"]: row
            for row in live.rows(
                ops,
                "select phase, sum(calls) as calls, sum(usd) as usd from ops.node_runs"
                " where run_id = ? and coalesce(domain, '') = ? group by phase",
                [run_id, domain],
            )
        }
    for phase in sorted(phases, key=_ordinal):
        data = sample_rows(run_id, phases[phase], limit)
        yield document(run_id, phase, phases[phase], spent.get(phase, {}), data)


def document(
    run_id: str,
    phase: str,
    nodes: list[dict[str, Any]],
    spent: Mapping[str, Any],
    data: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what is written of a phase: what is known of it, and its rows.

    Args:
        run_id: the run.
        phase: ordinal and name.
        nodes: its nodes as the journal has them, in the order they ran.
        spent: its `calls` and `usd`.
        data: {node: its rows, or why there are none}.
    """
    ordinal, _, name = phase.partition(" ")
    return {
        "metadata": {
            "run_id": run_id,
            "phase_name": name,
            "phase_number": int(ordinal),
            "timestamp": nodes[0]["started_at"],
            "duration_seconds": round(sum(node["seconds"] or 0 for node in nodes), 3),
            "input_count": _boundary(nodes, "rows_in"),
            "output_count": _boundary(nodes[::-1], "rows_out"),
            "llm_calls": int(spent.get("calls") or 0),
            "cost_usd": float(spent.get("usd") or 0),
            "status": "ok" if all(node["status"] in GOOD for node in nodes) else "failed",
        },
        "data": dict(data),
    }


def _boundary(nodes: list[dict[str, Any]], count: str) -> int | None:
    """Return the first count known: what came into a phase, or what came out of it."""
    return next((node[count] for node in nodes if node[count] is not None), None)


def _ordinal(phase: str) -> int:
    return int(phase.partition(" ")[0])


def _markdown(of: dict[str, Any]) -> str:
    metadata = of["metadata"]
    lines = [f"# {metadata['phase_name'].capitalize()} of run {metadata['run_id']}", ""]
    lines += ["| | |", "|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {value} |" for name, value in metadata.items()]
    for name, sample in of["data"].items():
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
