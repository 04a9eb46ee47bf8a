"""`python -m ingestion.conversations.demo`: write SYNTHETIC conversations."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ingestion.conversations.demo.delivery import OtherDemo, deliver
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.make_words import Arguments
from ingestion.lakehouse.settings import told

SEED, CONVERSATIONS = 7, 3000


def main(arguments: list[str] | None = None) -> int:
    """Write what is missing and say what was done; 0 when all is there, 2 for another demo."""
    given = _parser().parse_args(arguments)
    out = given.out or lake().demo / "conversations"
    try:
        count = deliver(out, given.seed, given.conversations)
    except OtherDemo as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if count:
        sys.stdout.write(f"Wrote {count:,} SYNTHETIC conversations to {out}. Seed {given.seed}.\n")
    else:
        sys.stdout.write(f"Nothing to do: {out} holds these SYNTHETIC conversations.\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Arguments(
        prog="python -m ingestion.conversations.demo",
        description="Write SYNTHETIC conversations: same arguments, same bytes.",
    )
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--conversations", type=int, default=CONVERSATIONS)
    parser.add_argument("--out", type=Path, help="default: lake/demo/conversations")
    return parser


if __name__ == "__main__":
    sys.exit(told(main))
