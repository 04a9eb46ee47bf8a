"""`python -m ingestion.knowledge.demo`: write SYNTHETIC exports, the same for a seed."""

from __future__ import annotations

import shutil
import sys

from ingestion.knowledge.demo.lines import write_lines
from ingestion.knowledge.demo.organisation import SIZES, make_organisation
from ingestion.knowledge.demo.pages import write_pages
from ingestion.knowledge.demo.papers import write_papers
from ingestion.knowledge.demo.questions import write_questions
from ingestion.knowledge.demo.reports import write_reports
from ingestion.knowledge.demo.story import tell
from ingestion.knowledge.demo.talk import write_talk
from ingestion.knowledge.demo.truth import write_truth
from ingestion.knowledge.demo.work import write_work
from ingestion.knowledge.demo.written import Written
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments

SEED = 7
PARTS = (
    write_pages,
    write_talk,
    write_work,
    write_papers,
    write_reports,
    write_lines,
    write_questions,
    write_truth,
)
README = """# SYNTHETIC knowledge

Written by `python -m ingestion.knowledge.demo` (seed {seed}, size {size}): a made-up company,
Northwind, with its people, teams, services and incidents, as its tools would export it three times.

`truth/` says what is true: who is who under which names, what held from when to when, and the very
words that say it. Nothing reads it but tests and figures.
"""


def main(arguments: list[str] | None = None) -> int:
    """Write the demo; returns 0."""
    parser = Arguments(prog="python -m ingestion.knowledge.demo", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    folder = lake().demo / "knowledge"
    shutil.rmtree(folder, ignore_errors=True)
    written = write(options.size, options.seed)
    written.save(folder)
    text = README.format(seed=options.seed, size=options.size)
    (folder / "README.md").write_text(text, encoding="utf-8")  # last: what has it is whole
    sys.stdout.write(f"{folder}: {len(written.files)} files\n")
    return 0


def write(size: str, seed: int = SEED) -> Written:
    """Return all files of the demo, and what they say."""
    story = tell(make_organisation(SIZES[size], seed))
    written = Written()
    for part in PARTS:
        part(story, written)
    return written


if __name__ == "__main__":
    sys.exit(main())
