"""`python -m ingestion.news.pages.quality FOLDER`: how much of the main text of pages is found.

The folder is one of scrapinghub/article-extraction-benchmark: `ground-truth.json` and `html/`. The
measure is that benchmark's: precision and recall of 4-grams of words, averaged over pages.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import say
from ingestion.lakehouse.settings import SettingsError, told
from ingestion.news.pages.read import read_page

GRAM = 4  # words
FLOOR = 0.955  # F1 below which the extraction is not good enough
_WORD = re.compile(r"\w+", re.UNICODE)


@dataclass(frozen=True)
class Quality:
    """Shares of 4-grams, 0..1, averaged over pages."""

    page_count: int
    precision: float
    recall: float
    seconds: float  # a page

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def measure(folder: Path) -> Quality:
    """Read the pages of a folder and compare their texts with the right ones."""
    precisions, recalls, seconds = [], [], []
    for key, text, address in _pages(folder):
        packed = (folder / "html" / f"{key}.html.gz").read_bytes()
        read = read_page(gzip.decompress(packed), content_type="text/html", url=address)
        wanted, found = _grams(text), _grams(read.text or "")
        common = sum((wanted & found).values())
        # as the benchmark counts: of nothing found, nothing is wrong
        precisions.append(common / sum(found.values()) if found else float(not wanted))
        recalls.append(common / sum(wanted.values()) if wanted else 1.0)
        seconds.append(read.extraction_seconds)
    if not seconds:
        raise SettingsError(f"{folder}/html has no page that ground-truth.json names.")
    count = len(seconds)
    return Quality(count, sum(precisions) / count, sum(recalls) / count, sum(seconds) / count)


def _pages(folder: Path) -> Iterator[tuple[str, str, str]]:
    try:
        truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"DATA={folder} has no ground-truth.json; name a folder of "
            "scrapinghub/article-extraction-benchmark."
        ) from None
    for key, page in sorted(truth.items()):
        if (folder / "html" / f"{key}.html.gz").exists():
            yield key, page["articleBody"], page.get("url") or ""


def _grams(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    grams = [tuple(words[at : at + GRAM]) for at in range(max(1, len(words) - GRAM + 1))]
    return Counter(gram for gram in grams if gram)


def main(arguments: list[str] | None = None) -> int:
    """Print the figures; returns 0: good enough, 1: not."""
    parser = Arguments(prog="python -m ingestion.news.pages.quality")
    parser.add_argument("folder", type=Path)
    found = measure(parser.parse_args(arguments).folder)
    say(
        f"{found.page_count} pages: F1 {found.f1:.3f} (at least {FLOOR}), precision "
        f"{found.precision:.3f}, recall {found.recall:.3f}, {found.seconds * 1000:.0f} ms a page"
    )
    return 0 if found.f1 >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(told(main))
