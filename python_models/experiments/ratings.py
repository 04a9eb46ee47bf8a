"""`python -m python_models.experiments.ratings FILE...`: check judges on rated files of one's own.

Reads JSONL, JSON, CSV and TSV, prints what the score parser makes of judges' texts and how far
raters agree. Three shapes are known, and told apart by what a file holds:

- judges' texts: `--text COLUMN --parser P`, beside a recorded score with `--recorded COLUMN`;
- a column for each rater: `--raters COLUMN...`;
- long form, a row for each rating: `--unit COLUMN... --rater COLUMN --score COLUMN`; files that
  were rated by one person each are joined on the unit, the file's name being the rater.

Words are categories: they are numbered in the order of `--order`, or of the alphabet. An empty
cell, `N/A`, `n/a`, `-`, `NaN` and their like are missing; `7,5` is a number, and `1,234` is one
where its column tells what the comma is. A word among numbers is an error that names the cell.

Without any of these options the columns tell: `text` (with `score`) are judges' texts; `unit`,
`rater`, `score` are long form; else the first column is the unit and each other one a rater.
"""

from __future__ import annotations

import argparse
import json
import math
import numbers
import sys
from pathlib import Path
from typing import Any

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import print_table
from ingestion.lakehouse.settings import told
from python_models.experiments.rated_cells import NotRated
from python_models.experiments.rated_files import (
    FILE,
    PLACE,
    judged_texts,
    rated_columns,
    rated_lists,
    rated_rows,
    read_rows,
)
from python_models.experiments.rated_report import agreement_of, parsing_of


def main(arguments: list[str] | None = None) -> int:
    """Print the figures of the files as JSON or as tables; 1 when a file cannot be read."""
    given = _arguments(arguments)
    try:
        rows = [row for path in given.files for row in read_rows(path, given.records)]
        found = _figures(rows, given)
    except FileNotFoundError as error:
        sys.stderr.write(f"FILES={error.filename} is not there.\n")
        return 1
    except (NotRated, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if given.json:
        sys.stdout.write(json.dumps(_plain(found), indent=2, allow_nan=False) + "\n")
    else:
        _show(found)
    return 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = Arguments(
        prog="python -m python_models.experiments.ratings",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--records", help="path to the list of records in a JSON file: a.b.c")
    parser.add_argument("--text", help="column of judges' texts; a dotted path goes inside")
    parser.add_argument(
        "--parser", default="in_last_line", help="json, in_last_line, complex or pair"
    )
    parser.add_argument(
        "--scale", nargs=2, type=float, default=(0.0, 10.0), metavar=("LOW", "HIGH")
    )
    parser.add_argument("--recorded", help="column of the known score, or list of both of a pair")
    parser.add_argument("--raters", nargs="+", help="columns, one a rater")
    parser.add_argument("--list", help="column that holds a list of ratings without names")
    parser.add_argument("--unit", nargs="+", help="columns that name what was rated")
    parser.add_argument("--rater", help="column of the rater; `file` for the file's name")
    parser.add_argument("--score", help="column of the rating")
    parser.add_argument("--order", nargs="+", help="words from lowest to highest")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(arguments)


def _guessed(rows: list[dict[str, Any]], given: argparse.Namespace) -> None:
    """Fill in what files hold by the names of their columns, where nothing is told."""
    names = [name for name in rows[0] if name not in (FILE, PLACE)] if rows else []
    if given.text or given.raters or given.list or given.unit or given.rater or given.score:
        return
    if "text" in names:
        given.text = "text"
        given.recorded = given.recorded or ("score" if "score" in names else None)
    elif {"unit", "rater", "score"} <= set(names):
        given.unit, given.rater, given.score = ["unit"], "rater", "score"
    elif len(names) > 2:
        given.raters = names[1:]


def _figures(rows: list[dict[str, Any]], given: argparse.Namespace) -> dict[str, Any]:
    _guessed(rows, given)
    if given.text:
        texts = judged_texts(rows, given.text, given.recorded)
        return parsing_of(texts, given.parser, tuple(given.scale))
    if given.raters:
        return agreement_of(*rated_columns(rows, given.raters, given.order))
    if given.list:
        return agreement_of(*rated_lists(rows, given.list, given.order))
    if given.unit and given.rater and given.score:
        return agreement_of(*rated_rows(rows, given.unit, given.rater, given.score, given.order))
    raise NotRated("say what the files hold: --text, --raters, --list, or --unit --rater --score")


def _plain(found: Any) -> Any:
    """Return figures as JSON knows them: what is no finite number is null."""
    if isinstance(found, dict):
        return {name: _plain(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [_plain(value) for value in found]
    if isinstance(found, numbers.Integral) and not isinstance(found, bool):
        return int(found)
    if isinstance(found, numbers.Real) and not isinstance(found, bool):
        return float(found) if math.isfinite(found) else None
    return found


def _show(found: dict[str, Any]) -> None:
    figures = [
        {"figure": name, "value": _cell(value)}
        for name, value in found.items()
        if not isinstance(value, list | dict)
    ]
    print_table(figures)
    for name, value in found.items():
        rows = value
        if isinstance(value, dict):
            rows = [{"what": key, "count": count} for key, count in value.items()]
        if isinstance(rows, list) and rows:
            print_table([_cells(row) for row in rows], f"\n{name}")


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _cell(value) if isinstance(value, numbers.Real) and not _is_whole(value) else value
        for name, value in row.items()
    }


def _cell(value: Any) -> str:
    if isinstance(value, numbers.Real) and not _is_whole(value):
        return f"{float(value):.4f}"
    return "-" if value is None else str(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, numbers.Integral)


if __name__ == "__main__":
    sys.exit(told(main))
