"""`python -m ingestion [DOMAIN ...] [--source NAME ...] [--path PLACE]`: land what is new."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ingestion.lakehouse.settings import SettingsError, scrub
from ingestion.landing.products import DOMAINS

if TYPE_CHECKING:
    from ingestion.landing.land import Report

OK, SOME_FAILED, WRONG, LOCKED, REFUSED = 0, 1, 2, 3, 4
# what a caller learns of several domains: the one that needs a person most
_BY_WEIGHT = (OK, REFUSED, SOME_FAILED, WRONG, LOCKED)
MOST_REASONS = 20  # printed of a source; the table of rejects has all


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code, the gravest of the domains'.

    0: all is landed (rejected rows are counted, not an error) · 1: a load, a source or a
    declaration failed, the others landed · 2: wrong settings, or a named source that is not there ·
    3: another landing is running · 4: a file or study was refused whole, the others landed.
    """
    options = _parser().parse_args(arguments)
    if unknown := set(options.domain) - set(DOMAINS):
        return _fail(
            f"There is no domain {', '.join(sorted(unknown))}; there are: {', '.join(DOMAINS)}.",
            WRONG,
        )
    told: set[str] = set()
    codes = [_land(name, options, told) for name in options.domain or DOMAINS]
    return max(codes, key=_BY_WEIGHT.index)


def _land(domain: str, options: argparse.Namespace, told: set[str]) -> int:
    from ingestion.lakehouse.disk_space import DiskFull, is_full, no_room
    from ingestion.lakehouse.file_lock import Locked
    from ingestion.lakehouse.lake import lake
    from ingestion.landing.declarations import DeclarationError
    from ingestion.landing.deliveries import SourceAbsent
    from ingestion.landing.land import PACKAGE_BYTES, land
    from ingestion.landing.pipeline import LoadFailed
    from ingestion.landing.reading_process import ReadingFailed

    try:
        with progress() as step:
            report = land(DOMAINS[domain].source, options.source, options.path, say, step)
    except Locked as error:
        return _fail(str(error), LOCKED)
    except (SettingsError, DeclarationError, SourceAbsent) as error:
        return _fail(str(error), WRONG)
    except (ReadingFailed, LoadFailed, OSError) as error:
        where = (
            no_room(lake().root, "a landing", PACKAGE_BYTES) + "\n"
            if is_full(error) and not isinstance(error, DiskFull)
            else ""
        )
        return _fail(
            f"The landing stopped: {error}\n{where}"
            "What was committed stays; run it again to go on.",
            SOME_FAILED,
        )
    show(report)
    for problem in report.broken:
        if problem not in told:  # a file that is no YAML is nobody's: each domain says so
            told.add(problem)
            _fail(problem, SOME_FAILED)
    if report.quarantined or report.failed or report.broken:
        return SOME_FAILED
    is_refused = any(tally.rejected_files for tally in report.tallies.values())
    return REFUSED if is_refused else OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingestion", description=__doc__)
    parser.add_argument("domain", nargs="*", help=f"all when none is named: {', '.join(DOMAINS)}")
    parser.add_argument("--source", action="append", default=[], help="only this declared source")
    parser.add_argument("--path", help="only this file or folder (local or s3://)")
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
        yield _plain_step
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def step(source: str, done: int, total: int) -> None:
            bar.update(task, description=f"reading {source}", completed=done, total=total)

        yield step


def _plain_step(source: str, done: int, total: int) -> None:
    if done == total or done % max(1, total // 10) == 0:
        say(f"read {done} of {total} files ({source})")


def show(report: Report) -> None:
    """Print what became of each source."""
    for name, why in report.absent.items():
        say(f"skipped {name}: {why}")
    heads = ["source", "files", "unchanged", "rows in", "accepted", "duplicate", "rejected"]
    rows = [
        [
            tally.source,
            *(
                f"{number:,}"
                for number in (
                    tally.file_count, tally.unchanged, tally.rows_in,
                    tally.accepted, tally.duplicate, tally.rejected,
                )
            ),
        ]
        for tally in report.tallies.values()
    ]  # fmt: skip
    if rows:
        say(_table(heads, rows))
    for tally in report.tallies.values():
        if tally.rejected_files:
            say(f"{tally.source}: {tally.rejected_files} file(s) rejected whole; why is in rejects")
    for name, reasons in report.reasons.items():
        for reason in reasons[:MOST_REASONS]:
            say(f"{name}: {reason}")
        if len(reasons) > MOST_REASONS:
            say(f"{name}: and {len(reasons) - MOST_REASONS} more, which are in rejects")
    for problem in report.quarantined:
        _fail(f"A load was set aside: {problem}", SOME_FAILED)
    for problem in report.failed:
        _fail(problem, SOME_FAILED)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[index]) for row in [heads, *rows]) for index in range(len(heads))]
    lines = []
    for row in [heads, ["-" * width for width in widths], *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
