"""`python -m ingestion.knowledge.demo`: write SYNTHETIC exports, the same for a seed."""

from __future__ import annotations

import sys
from pathlib import Path

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments

README = (
    "# SYNTHETIC knowledge\n\nWritten by `python -m ingestion.knowledge.demo`: made-up notes.\n"
)
FILES = {
    "2025-03-03/payments.md": (
        "---\nowner: Team Ledger\n---\n# Payments\n\nPayments is owned by Team Ledger. "
        "Payments depends on [Accounts](accounts.md).\n"
    ),
    "2025-03-03/accounts.md": "# Accounts\n\nAccounts is owned by Team Identity.\n",
    "2025-03-17/payments.md": (
        "---\nowner: Team Checkout\n---\n# Payments\n\nPayments is owned by Team Checkout. "
        "Payments depends on [Accounts](accounts.md).\n"
    ),
    "2025-03-17/accounts.md": "# Accounts\n\nAccounts is owned by Team Identity.\n",
    "2025-03-17/search.md": "# Search\n\nSearch is owned by Team Discovery since March 2025.\n",
}


def main(arguments: list[str] | None = None) -> int:
    """Write the demo; returns 0."""
    parser = Arguments(prog="python -m ingestion.knowledge.demo", description=__doc__)
    parser.parse_args(arguments)
    folder = lake().demo / "knowledge"
    for name, text in FILES.items():
        _write(folder / "notes" / name, text)
    _write(folder / "README.md", README)  # last: what has it is whole
    sys.stdout.write(f"{folder}: {len(FILES)} files\n")
    return 0


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
