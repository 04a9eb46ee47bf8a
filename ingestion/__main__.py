"""`python -m ingestion [DOMAIN ...] [--source NAME ...] [--path PLACE]`: land what is new."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from ingestion.lakehouse.chosen import use_mode
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import print_table
from ingestion.lakehouse.settings import MODES, SettingsError, scrub
from ingestion.landing.beside import Beside, ending_of_beside, opened_catalog_once
from ingestion.landing.products import PRODUCTS, UnknownProduct, chosen_products

if TYPE_CHECKING:
    from ingestion.landing.registration import Product
    from ingestion.landing.report import Report

OK, SOME_FAILED, WRONG, LOCKED, REFUSED = 0, 1, 2, 3, 4
# what a caller learns of several domains: the one that needs a person most
_BY_WEIGHT = (OK, REFUSED, SOME_FAILED, WRONG, LOCKED)
WIDTH = 77  # of a sentence on a terminal, behind its indent
SILENT_SECONDS = 10  # between two lines of progress, where nobody sees a bar
MOST_REASONS = 20  # printed of a source; the table of rejects has all


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code, the gravest of the domains'.

    0: all is landed (rejected rows are counted, not an error) · 1: a load, a source or a
    declaration failed, or a source of one's own is not there; the others landed · 2: wrong
    settings, or a named source that is not there · 3: another landing is running · 4: a file or
    study was refused whole, the others landed.
    """
    options = _parser().parse_args(arguments)
    named = [name for text in options.domain for name in text.replace(",", " ").split()]
    try:
        products = chosen_products(named)
    except UnknownProduct as error:
        return _fail(str(error), WRONG)
    if options.mode:
        use_mode(options.mode)
    if (told := ending_of_beside()) is not None:
        return _land_beside(products[0], options, told)
    ending = Ending()
    codes = _land_all(products, options, ending)
    ending.show_unchanged()
    for name, why in ending.missing.items():
        codes.append(_fail(f"Warning: source {name} is not there: {why}", SOME_FAILED))
    return max(codes, key=_weight)


def _weight(code: int) -> int:
    return _BY_WEIGHT.index(code) if code in _BY_WEIGHT else len(_BY_WEIGHT) + code


@dataclass
class Ending:
    """What is said once, after all products."""

    missing: dict[str, str] = field(default_factory=dict)  # {source: why it is not there}
    unchanged: dict[str, int] = field(default_factory=dict)  # {product: files as they were}
    broken: list[str] = field(default_factory=list)  # declarations: what is wrong with them
    is_told: bool = True  # else somebody else says it

    def take(self, product: str, report: Report) -> None:
        """Take what a product's landing has for the end, and say each broken file once."""
        self.missing |= report.missing
        if count := sum(tally.unchanged for tally in report.tallies.values()):
            self.unchanged[product] = count
        self.tell(report.broken)

    def tell(self, broken: Iterable[str]) -> None:
        """Say what is wrong with declarations, each once: one that is no YAML is nobody's."""
        for problem in broken:
            if problem not in self.broken:
                self.broken.append(problem)
                if self.is_told:
                    _fail(problem, SOME_FAILED)

    def take_beside(self, said: Mapping[str, Any]) -> None:
        """Take what a landing in a process of its own left to be said."""
        self.missing |= said.get("missing", {})
        self.unchanged |= said.get("unchanged", {})
        self.tell(said.get("broken", []))

    def show_unchanged(self) -> None:
        """Print how many files of each product are as they were, in one line."""
        found = [f"{name} {n:,} file{'s'[: n != 1]}" for name, n in self.unchanged.items()]
        for line in wrap(f"as before: {', '.join(found)}", WIDTH) if found else ():
            say(f"  {line}")


def _land_all(
    products: Sequence[Product], options: argparse.Namespace, ending: Ending
) -> list[int]:
    """Land products, those that wait for others beside the rest; returns their exit codes."""
    waiting = [product for product in products if product.waits] if len(products) > 1 else []
    codes = []
    with ExitStack() as started:
        beside = {}
        if waiting and not opened_catalog_once():
            waiting = []  # each landing says what is wrong with it
        for product in waiting:
            beside[product] = Beside(product.name, _words(options))
            started.callback(beside[product].close)
        for product in products:
            if product in beside:
                code, said = beside[product].finish()
                ending.take_beside(said)
                codes.append(code)
            else:
                codes.append(_land(product, options, ending))
    return codes


def _words(options: argparse.Namespace) -> list[str]:
    """Return the options of a landing as they are typed."""
    words = [f"--source={name}" for name in options.source]
    words += [f"--{name}={value}" for name in ("mode", "path") if (value := vars(options)[name])]
    return words + ["--keep"] * options.keep


def _land_beside(product: Product, options: argparse.Namespace, told: Path) -> int:
    """Land a product for the process that lands all; what is said at the end is said by that."""
    ending = Ending(is_told=False)
    code = _land(product, options, ending)
    told.write_text(json.dumps(asdict(ending)), encoding="utf-8")
    return code


def _land(product: Product, options: argparse.Namespace, ending: Ending) -> int:
    from ingestion.lakehouse.disk_space import DiskFull, is_full, no_room
    from ingestion.lakehouse.file_lock import Locked
    from ingestion.lakehouse.lake import lake
    from ingestion.landing.declarations import DeclarationError
    from ingestion.landing.deliveries import SourceAbsent
    from ingestion.landing.land import land
    from ingestion.landing.package import PACKAGE_BYTES
    from ingestion.landing.pipeline import LoadFailed
    from ingestion.landing.reading_process import ReadingFailed

    try:
        with progress() as step:
            report = land(product.source, options.source, options.path, say, step, options.keep)
    except Locked as error:
        return _fail(str(error), LOCKED)
    except (SettingsError, DeclarationError, SourceAbsent) as error:
        return _fail(str(error), WRONG)
    except Exception as error:
        is_no_room = is_full(error, lake().root) and not isinstance(error, DiskFull)
        if not is_no_room and not isinstance(error, ReadingFailed | LoadFailed | OSError):
            raise
        where = no_room(lake().root, "a landing", PACKAGE_BYTES) + "\n" if is_no_room else ""
        return _fail(
            f"The landing stopped: {error}\n{where}"
            "What was committed stays; run it again to go on.",
            SOME_FAILED,
        )
    show(report)
    ending.take(product.name, report)
    if report.quarantined or report.failed or report.broken:
        return SOME_FAILED
    is_refused = any(tally.rejected_files for tally in report.tallies.values())
    return REFUSED if is_refused else OK


def _parser() -> argparse.ArgumentParser:
    parser = Arguments(prog="python -m ingestion", description=__doc__)
    parser.add_argument("domain", nargs="*", help=f"all when none is named: {', '.join(PRODUCTS)}")
    parser.add_argument("--source", action="append", default=[], help="only this declared source")
    parser.add_argument("--mode", help="how files are read", choices=MODES)
    parser.add_argument("--path", help="only this file or folder (local or s3://)")
    parser.add_argument(
        "--keep",
        action="store_true",
        help="leave files that landed under another declaration as they are, for good, instead of "
        "reading them again",
    )
    return parser


def say(text: str) -> None:
    """Write one line."""
    sys.stdout.write(scrub(text) + "\n")
    sys.stdout.flush()


def _fail(text: str, code: int) -> int:
    sys.stderr.write(scrub(text) + "\n")
    return code


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Show progress: a bar on a terminal, a line now and then elsewhere."""
    if not sys.stdout.isatty():
        yield _plain_step()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def step(source: str, done: int, total: int) -> None:
            bar.update(task, description=f"reading {source}", completed=done, total=total)

        yield step


def _plain_step() -> Callable[[str, int, int], None]:
    said = time.monotonic()

    def step(source: str, done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said > SILENT_SECONDS:
            said = time.monotonic()
            say(f"  read {done} of {total} files ({source})")

    return step


def show(report: Report) -> None:
    """Print what became of each source that offered something new."""
    rows = [
        {
            "source": tally.source,
            "files": tally.file_count - tally.unchanged,
            "rows in": tally.rows_in,
            "accepted": tally.accepted,
            "duplicate": tally.duplicate,
            "rejected": tally.rejected,
        }
        for tally in report.tallies.values()
        if tally.file_count > tally.unchanged
    ]
    if rows:
        print_table(rows)
    if os.environ.get("VERBOSE"):
        for source, why in report.absent.items():
            say(f"skipped {source}: {why}")
    for tally in report.tallies.values():
        if tally.rejected_files:
            say(f"{tally.source}: {tally.rejected_files} file(s) rejected whole")
        if tally.cells:
            say(f"{tally.source}: {tally.cells:,} value(s) refused; the rest of their rows counts")
        if tally.refusal:
            say(f"{tally.source}: {tally.refusal} (all: make rejects SOURCE={tally.source})")
    for line in report.told:
        say(line)
    for name, reasons in report.reasons.items():
        for reason in reasons[:MOST_REASONS]:
            say(f"{name}: {reason}")
        if len(reasons) > MOST_REASONS:
            say(f"{name}: and {len(reasons) - MOST_REASONS} more, which are in rejects")
    for problem in report.quarantined:
        _fail(f"A load was set aside: {problem}", SOME_FAILED)
    for problem in report.failed:
        _fail(problem, SOME_FAILED)


if __name__ == "__main__":
    gc.set_threshold(50_000, 20, 50)  # what is imported stays: looking through it is in vain
    code = main()
    gc.freeze()  # half a second of looking through it once more
    sys.exit(code)
