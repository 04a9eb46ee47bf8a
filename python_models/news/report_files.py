"""Command `make news-report`: a report of the release as a file."""

from __future__ import annotations

import sys
from pathlib import Path

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told
from python_models.release.reader import NothingReleased, open_release

# format: (column of news.reports, ending of its file)
FORMATS = {
    "md": ("markdown", "md"),
    "html": ("html", "html"),
    "json": ("json", "json"),
    "feed": ("feed", "feed.json"),
    "atom": ("atom", "atom.xml"),
    "eml": ("eml", "eml"),
}


class UnknownReport(LookupError):
    """No report of the release has the id."""


def write(run_id: str, form: str, folder: Path) -> Path:
    """Write a report into a folder; returns the file.

    Args:
        run_id: run, or the beginning of its id; `last` for the newest.
        form: one of `FORMATS`.
        folder: made when it is not there.

    Raises:
        UnknownReport: there is none, or more than one, or it has no such form.
    """
    column, ending = FORMATS[form]
    with open_release() as release:
        rows = release.execute(
            f"select run_id, report, {column} from news.reports"
            " where $id = 'last' or starts_with(run_id, $id) order by as_of desc, run_id desc",
            {"id": run_id},
        ).fetchall()
    if not rows or (len(rows) > 1 and run_id != "last"):
        raise UnknownReport(f"{run_id!r} names {len(rows)} reports of the release: `make runs`.")
    name, report, text = rows[0]
    if not text:
        raise UnknownReport(f"The report of run {name} has no {form}.")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report}-{name}.{ending}"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def main(arguments: list[str] | None = None) -> int:
    """Write a report; returns the exit code."""
    parser = Arguments(prog="python -m python_models.news.report_files")
    parser.add_argument("id", nargs="?", default="last", help="run (default: the newest report)")
    parser.add_argument("--format", choices=FORMATS, default="md")
    parser.add_argument("--dir", default=".", help="folder it is written into")
    options = parser.parse_args(arguments)
    try:
        path = write(options.id, options.format, Path(options.dir).expanduser())
    except (UnknownReport, NothingReleased) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(told(main))
