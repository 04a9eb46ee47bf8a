"""Commands `make knowledge-compare` (two cells) and `make knowledge-state` (what is missing)."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import duckdb

from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.output import emit
from ingestion.lakehouse.settings import told
from python_models.knowledge.grid.measures import OF_QUESTIONS, difference
from python_models.knowledge.search.find import asking
from python_models.knowledge.search.hits import Ask
from python_models.release.reader import NothingReleased, open_release

CELL = """
select *
from knowledge.grid_cells
where cell_id = $cell or grid_id || '/' || cell_id = $cell
order by released desc, grid_id
"""
NAMES = "select grid_id || '/' || cell_id as name from knowledge.grid_cells order by 1"
COUNTS = """
select metric, value
from knowledge.grid_metrics
where grid_id = $grid and cell_id = $cell and n is null
"""
QUESTIONS = """
select *
from knowledge.grid_questions
where grid_id = $grid and cell_id = $cell and recall_at_5 is not null
"""
STATE = """
select stage, stage_key, state, count(*) as versions, min(why) as why
from knowledge.data_state
group by stage, stage_key, state
order by stage, stage_key, state
"""


class UnknownCell(LookupError):
    """No cell has the name; the message lists those there are."""


def compared(ask: Ask, a: str, b: str) -> list[dict[str, Any]]:
    """Return each measure of two cells and their difference.

    Of what is measured by questions the difference is paired over those both answer, with a 95 %
    bootstrap interval; one that holds 0 is called none.

    Raises:
        UnknownCell: there is no such cell.
    """
    cells = [_cell(ask, name) for name in (a, b)]
    named = [{"grid": cell["grid_id"], "cell": cell["cell_id"]} for cell in cells]
    answered = [ask(QUESTIONS, **one).to_pylist() for one in named]
    rows = []
    for metric in OF_QUESTIONS:
        values = [{row["question_id"]: row[metric] for row in some} for some in answered]
        found = difference(*values)
        if found["n"]:
            both = [sum(one.values()) / len(one) for one in values]
            says = "none" if found.pop("is_none") else "differs"
            rows.append({"metric": metric, "a": both[0], "b": both[1], "difference": found["value"],
                         "low": found["low"], "high": found["high"], "n": found["n"],
                         "says": says})  # fmt: skip
    counts = [{row["metric"]: row["value"] for row in ask(COUNTS, **one).to_pylist()}
              for one in named]  # fmt: skip
    for metric in sorted(counts[0].keys() & counts[1].keys()):
        first, second = (one[metric] for one in counts)
        rows.append({"metric": metric, "a": first, "b": second, "difference": second - first,
                     "low": None, "high": None, "n": None,
                     "says": "none" if first == second else "differs"})  # fmt: skip
    return rows


def _cell(ask: Ask, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = ask(CELL, cell=name).to_pylist()
    if not found:
        known = ", ".join(row["name"] for row in ask(NAMES).to_pylist())
        raise UnknownCell(f"No cell of the release is called {name!r}; there are {known}.")
    return found[0]


def main(arguments: list[str] | None = None) -> int:
    """Run one of the two; returns the exit code."""
    options = _options(arguments)
    try:
        with open_release() as release:
            ask = asking(release)
            if options.command == "state":
                rows, title = ask(STATE).to_pylist(), "State"
            else:
                rows, title = compared(ask, options.a, options.b), f"{options.a} and {options.b}"
    except duckdb.CatalogException:
        sys.stderr.write("This release holds no grid yet: `make run DOMAIN=knowledge` makes one.\n")
        return 1
    except (NothingReleased, UnknownCell) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    emit(rows, options.json, title=title, empty="Nothing to show.")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = Arguments(prog="python -m python_models.knowledge.compare", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    of_two = commands.add_parser("compare")
    of_two.add_argument("--a", required=True, help="a cell, or grid/cell")
    of_two.add_argument("--b", required=True, help="another")
    for one in (of_two, commands.add_parser("state")):
        one.add_argument("--json", action="store_true", help="as JSON")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(told(main))
