"""Figures of public sets with known answers: `make knowledge-evaluate DATA=<folder>`.

Below the folder are sets in the layout they are published in: questions with spans
(`chunking_evaluation`), names (CoNLL), relations (Re-DocRED), matched pairs (DITTO's form).
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit_document, say
from ingestion.lakehouse.settings import PROJECT_ROOT, SettingsError, told
from python_models.knowledge import rules
from python_models.knowledge.chunking.semantic import SEMANTIC
from python_models.knowledge.evaluation import pairs, retrieval, texts
from python_models.knowledge.resolution.anchors import Settings

SEEDS = PROJECT_ROOT / "dbt_project" / "seeds" / "knowledge"
EXTRACTOR = "rules"  # others ask a model: a grid compares them, by questions of one's own


def main(arguments: list[str] | None = None) -> int:
    """Print the figures of each set that a folder holds; returns the exit code.

    Raises:
        SettingsError: the folder holds no such set.
    """
    parser = Arguments(prog="python -m python_models.knowledge.evaluate", description=__doc__)
    parser.add_argument("--data", required=True, type=Path, help="folder of the sets (DATA=)")
    parser.add_argument("--json", action="store_true", help="as a JSON document")
    options: argparse.Namespace = parser.parse_args(arguments)
    rows = list(evaluated(options.data.expanduser()))
    if not rows:
        raise SettingsError(
            f"{options.data} holds no set that is known: questions.csv with corpora/, *.conll, "
            "dev*.json, or test.txt with records"
        )
    if options.json:
        emit_document({"figures": rows})
        return 0
    for row in rows:
        within = f"  [{row['low']:.3f}, {row['high']:.3f}]" if row["low"] is not None else ""
        name = f"{row['set']}: {row['what']}, {row['metric']}"
        say(f"{name:<64} {row['value']:.3f}{within}  n={row['n']}")
    return 0


def evaluated(data: Path) -> Iterator[dict[str, Any]]:
    """Yield the figures of each set below a folder, or of the folder itself."""
    for folder in sorted({data, *(path for path in data.rglob("*") if path.is_dir())}):
        if retrieval.is_there(folder):
            # one that asks for vectors is compared by a grid, as extractors that ask a model are
            chunkers = [row for row in _seed("knowledge_chunkers") if row["kind"] != SEMANTIC]
            yield from retrieval.evaluated(folder, chunkers)
        if file := texts.names_in(folder):
            yield from texts.names_evaluated(file, rules.extract, EXTRACTOR)
        if (file := texts.relations_in(folder)) and _is_docred(file):
            yield from texts.relations_evaluated(file, rules.extract, EXTRACTOR)
        if pairs.is_there(folder):
            for row in _seed("knowledge_resolvers"):
                yield from pairs.evaluated(folder, row["resolver_id"], _settings(row))


def _is_docred(file: Path) -> bool:
    with file.open(encoding="utf-8") as stream:
        return '"vertexSet"' in stream.read(4096)


def _settings(row: dict[str, str]) -> Settings:
    return Settings(
        float(row["threshold"]),
        float(row["name_weight"]),
        float(row["neighbour_weight"]),
        float(row["margin"]),
        row["uses_first_names"] == "true",
        row["uses_scores"] == "true",
    )


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    raise SystemExit(told(main))
