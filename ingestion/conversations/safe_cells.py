"""Cells of a CSV file that a spreadsheet would run as a formula: made safe, and restored.

A spreadsheet takes a cell that starts with = + - @ (or a tab or carriage return before one) for a
formula. One apostrophe in front makes it text. Whoever reads the file with `restored` gets the
cell as it was, whatever apostrophes it started with; plain numbers stay numbers.
"""

from __future__ import annotations

import re

DANGEROUS = re.compile(r"'*\s*[=+\-@]|'*[\t\r]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z")


def made_safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if DANGEROUS.match(cell) and not NUMBER.match(cell) else cell


def restored(cell: str) -> str:
    """Return the cell that `made_safe` was given; one that it never touched is as it is."""
    return cell[1:] if cell.startswith("'") and DANGEROUS.match(cell) else cell
