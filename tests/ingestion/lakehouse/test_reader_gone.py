"""What a command says of what ends it, and what it does not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SAYS = "sys.stdout.write('a line\\n' * 100_000)"
ASKS = "raise BrokenPipeError(32, 'a server hung up')"


@pytest.mark.slow
@pytest.mark.parametrize(("does", "code", "told"), [(SAYS, 0, ""), (ASKS, 1, "a server hung up")])
def test_only_a_reader_who_has_seen_enough_ends_a_command_in_peace(
    does: str, code: int, told: str
) -> None:
    reading, writing = os.pipe()
    if does == SAYS:
        os.close(reading)
    program = (
        "import sys\nfrom ingestion.lakehouse.settings import told\n"
        f"def main():\n    {does}\n    return 0\nsys.exit(told(main))"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=writing, stderr=subprocess.PIPE, text=True,
            check=False,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert bool(done.stderr) == bool(told)
    if does == ASKS:
        os.close(reading)
