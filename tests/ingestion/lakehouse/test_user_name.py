"""A container runs as a number that no list of users may know."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.skipif(os.getuid() != 0, reason="only root becomes another user")
def test_a_user_without_a_name_is_its_number() -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os; from ingestion.lakehouse.user_name import user_name;"
            "[os.environ.pop(name, None) for name in ('LOGNAME', 'USER', 'LNAME', 'USERNAME')];"
            "os.setuid(54321); print(user_name())",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "uid 54321\n"
