"""The eight figures that news is to reach, each beside its floor.

`python -m tests.benchmarks.news_figures --data FOLDER --figures 1,2,4` measures some of them. 1 and
2 need a folder with captures: `feed_captures` of kagisearch/fastfeedparser, `article_extraction` of
scrapinghub/article-extraction-benchmark. 3 and 5 are benchmarks of their own; 4, 6, 7 and 8 are
tests, whose own figures are shown. 3, 5, 7 and 8 take minutes each.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.news.pages import quality
from tests.benchmarks import news, news_tiers
from tests.benchmarks.news_captures import captures

TESTS = {
    4: ("python_models/news/test_stories_of_the_demo.py", "python_models/news/test_stories.py"),
    6: ("python_models/news/test_planted_faults.py",),
    7: ("faults/test_news.py",),
    8: ("python_models/news/test_expecting.py",),
}
FLOORS = {
    1: "96 of 96 files, 2,580 entries, each with an id, dates as two other parsers have them",
    2: f"F1 {quality.FLOOR}",
    3: f"wall <= {news.WALL} x bound, CPU <= trafilatura + {news.CPU_MS:.0f} ms a page, "
       f"< {news.MEMORY_MB} MB; nothing new: one request a feed, no page, "
       f"<= {news.NOTHING_NEW_SECONDS:.0f} s",
    4: "BCubed F1 >= 0.95; a day more, or another order, changes no story",
    5: f"<= {news_tiers.SPEND:.0%} of assessing everything; the same ten for {news_tiers.SAME} of "
       f"{news_tiers.SEEDS} seeds, never fewer than {news_tiers.SURELY}",
    6: "found: number 99 %, quote 99 %, name 95 %, copied run 100 %; false alarms <= 5 %",
    7: "the same report, no answer paid for twice; an old run is read and gone on from",
    8: "calls of phases whose rows exist exact, USD within 10 %",
}  # fmt: skip
NAMES = {
    1: "captured feeds", 2: "main text", 3: "asking and reading", 4: "stories", 5: "tiers",
    6: "planted faults", 7: "kills", 8: "estimate",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """What was measured, in words, and whether it is enough; None: not measured."""

    said: str
    is_reached: bool | None


def _feeds(data: Path | None) -> Figure:
    folder = data / "feed_captures" if data else None
    if folder is None or not folder.is_dir():
        return Figure("needs DATA=<folder with feed_captures>", None)
    found = captures(folder)
    said = (
        f"{found['read']} of {found['files']} files, {found['entries']:,} entries, "
        f"{found['with_id']:,} with an id, {found['other_dates']} of {found['dates']:,} dates other"
    )
    wanted = {"files": 96, "read": 96, "entries": 2_580, "with_id": 2_580, "other_dates": 0}
    return Figure(said, wanted.items() <= found.items())


def _texts(data: Path | None) -> Figure:
    folder = data / "article_extraction" if data else None
    if folder is None or not folder.is_dir():
        return Figure("needs DATA=<folder with article_extraction>", None)
    found = quality.measure(folder)
    return Figure(f"F1 {found.f1:.3f} of {found.page_count} pages", found.f1 >= quality.FLOOR)


def _scraping(_: Path | None) -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        found = news.bench(news.Size(), Path(folder), None)
    said = (
        f"wall {found['wall_to_bound']:.2f} x bound, CPU {found['cpu_ms_a_page']:.0f} ms a page "
        f"(trafilatura {found['trafilatura_ms_a_page']:.0f}), {found['peak_mb']:.0f} MB; nothing "
        f"new: {found['second_feeds']} requests, {found['nothing_new_s']:.0f} s; "
        f"{found['most_at_once_at_a_host']} at once at a host, {found['pages_twice']} twice, "
        f"{found['disallowed_asked']} disallowed"
    )
    return Figure(said, news.is_reached(found, news.Size()))


def _tiers(_: Path | None) -> Figure:
    found = news_tiers.measure(news_tiers.SEEDS)
    said = (
        f"{found['share_of_tokens']:.1%} of the tokens, {found['share_of_usd']:.1%} of the USD of "
        f"{found['articles']} articles; the same ten for {found['same_10']} seeds, fewest "
        f"{found['fewest_same']}; Spearman {found['correlation']:.2f}"
    )
    return Figure(said, news_tiers.is_reached(found))


def tested(number: int) -> Figure:
    """Run the tests of a figure; what they note of themselves is what was measured."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        paths = [str(PROJECT_ROOT / "tests" / name) for name in TESTS[number]]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-n0", "-q", "-m", "long or not long",
             f"--junitxml={report}", *paths],
            cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if not report.exists():
            return Figure(done.stdout[-500:] + done.stderr[-500:], False)
        cases = list(ElementTree.parse(report).iter("testcase"))
    failed = [case.get("name", "") for case in cases
              if case.find("failure") is not None or case.find("error") is not None]  # fmt: skip
    notes = [f"{one.get('name')} {_short(one.get('value') or '')}"
             for case in cases for one in case.iter("property")]  # fmt: skip
    counted = f"{len(cases) - len(failed)} of {len(cases)} tests pass"
    return Figure(", ".join([*notes, counted, *failed]), done.returncode == 0)


def _short(value: str) -> str:
    try:
        return f"{float(value):.3f}".rstrip("0").rstrip(".")
    except ValueError:
        return value


MEASURES: dict[int, Callable[[Path | None], Figure]] = {
    1: _feeds, 2: _texts, 3: _scraping, 5: _tiers,
    **{number: lambda _, number=number: tested(number) for number in TESTS},
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Print the figures asked for as they come; returns 1 when one is not reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.news_figures")
    parser.add_argument("--data", type=Path, help="folder with captured feeds and pages")
    parser.add_argument("--figures", default="1,2,3,4,5,6,7,8", help="such as 1,2,4")
    options = parser.parse_args(arguments)
    found = []
    for number in (int(word) for word in options.figures.split(",")):
        figure = MEASURES[number](options.data)
        found.append(figure.is_reached)
        word = {True: "reached", False: "NOT REACHED", None: "not measured"}[figure.is_reached]
        sys.stdout.write(
            f"{number} {NAMES[number]}: {word}\n  {figure.said}\n  floor: {FLOORS[number]}\n"
        )
        sys.stdout.flush()
    return int(False in found)


if __name__ == "__main__":
    sys.exit(main())
