"""`python -m ingestion.experiments.demo`: write SYNTHETIC studies, the same for the same seed.

Two studies of one question: `daydream` tries every pair of a few concepts; `daydream_retold` is
the same study with another version of one draft template, so that only what this touches is new,
and shows its judges essays two at a time as well.
"""

from __future__ import annotations

import csv
import io
import random
import sys
from pathlib import Path

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told

TEXTS = Path(__file__).parent / "demo_texts"
SEED = 7
CONCEPTS = 6
README = """# SYNTHETIC studies

Written by `python -m ingestion.experiments.demo` (seed {seed}): made-up texts,
{count} concepts.
`daydream` is the study, `daydream_retold` the same with one draft template in another version.
Copy a folder, change it, and name yours in SLUICE_SOURCES.
"""
STUDY = """# SYNTHETIC: a study shipped to show how one is written
study: {name}
description: {description}
k_max: 2
level: paragraph
replicates:
  draft: 1
  evaluation: 2
"""
DESCRIPTIONS = {
    "daydream": "Does a model find the link between two unrelated ideas?",
    "daydream_retold": "The same with a second version of the draft template `bridge`.",
}
WITH_PAIRS = ("daydream_retold",)  # whose judges see essays two at a time too
MODELS = [
    ("model_id", "endpoint", "provider_model", "for_generation", "for_evaluation", "parameters"),
    ("dreamer", "offline", "sluice-offline-1", "true", "false",
     '{"max_tokens": 1200, "temperature": 0.9}'),
    ("plain", "offline", "sluice-offline-small-1", "true", "false",
     '{"max_tokens": 1200, "temperature": 0.2}'),
    ("judge_a", "offline", "sluice-offline-1", "false", "true",
     '{"max_tokens": 400, "temperature": 0}'),
    ("judge_b", "offline", "sluice-offline-small-1", "false", "true",
     '{"max_tokens": 400, "temperature": 0}'),
]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Write the demo studies; 0 when they are there."""
    parser = Arguments(prog="python -m ingestion.experiments.demo",
                                     description=__doc__)  # fmt: skip
    parser.add_argument("--seed", type=int, default=SEED, help=f"chooses the concepts ({SEED})")
    parser.add_argument("--concepts", type=int, default=CONCEPTS, help=f"how many ({CONCEPTS})")
    parser.add_argument("--out", type=Path, help="folder (default: demo/experiments in the lake)")
    given = parser.parse_args(arguments)
    out = given.out or lake().demo / "experiments"
    names = write_demo(out, given.seed, given.concepts)
    sys.stdout.write(f"Wrote SYNTHETIC studies ({', '.join(names)}) to {out}. Seed {given.seed}.\n")
    return 0


def write_demo(out: Path, seed: int = SEED, concepts: int = CONCEPTS) -> list[str]:
    """Write the studies below a folder, its README last; returns their names."""
    bank = list(csv.DictReader(io.StringIO((TEXTS / "concepts.csv").read_text(encoding="utf-8"))))
    chosen = sorted(
        random.Random(seed).sample(bank, min(concepts, len(bank))),
        key=lambda concept: concept["concept_id"],
    )
    for name in DESCRIPTIONS:
        _write_study(out / name, name, chosen)
    retold = (TEXTS / "retold" / "bridge.jinja").read_text(encoding="utf-8")
    _write(out / "daydream_retold" / "templates" / "draft" / "bridge.jinja", retold)
    _write(out / "README.md", README.format(seed=seed, count=len(chosen)))
    return list(DESCRIPTIONS)


def _write_study(folder: Path, name: str, concepts: list[dict[str, str]]) -> None:
    heads = ("concept_id", "name", "tags", "source", "active")
    rows = [heads, *([concept[head] for head in heads[:4]] + ["true"] for concept in concepts)]
    _write(folder / "concepts.csv", _csv(rows))
    for concept in concepts:
        for level in ("sentence", "paragraph"):
            path = folder / "descriptions" / level / f"{concept['concept_id']}.txt"
            _write(path, concept[level] + "\n")
    for path in sorted((TEXTS / "templates").rglob("*")):
        if path.is_file() and (name in WITH_PAIRS or "comparison" not in path.as_posix()):
            target = folder / "templates" / path.relative_to(TEXTS / "templates")
            _write(target, path.read_text(encoding="utf-8"))
    _write(folder / "models.csv", _csv(MODELS))
    scorers = (TEXTS / "scorers.csv").read_text(encoding="utf-8")
    _write(folder / "scorers.csv", scorers)
    study = STUDY.format(name=name, description=DESCRIPTIONS[name])
    study += "pairs: [draft_template]\n" if name in WITH_PAIRS else ""
    _write(folder / "study.yml", study)


def _csv(rows: list) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(told(main))
