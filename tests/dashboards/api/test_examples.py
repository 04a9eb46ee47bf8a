"""Every example of docs/api.md runs as it stands, against a server of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from dashboards.api.keys import TIERS, make_key
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import PROJECT_ROOT
from tests.dashboards.api.conftest import Server
from tests.python_models.conversations.compiled_rules import give_rules

PAGE = (PROJECT_ROOT / "docs" / "api.md").read_text(encoding="utf-8")
_PART = PAGE.partition("## Examples")[2].partition("## Rules")[0]
EXAMPLES = re.findall(r"```(sh|python)\n(.*?)```", _PART, re.DOTALL)


@pytest.fixture
def environment(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what the examples need: the address of a server, and a key."""
    give_rules(lake().root, tmp_path_factory)
    server.start()
    key = make_key("docs", ["read", "run", "write"], list(TIERS), 1)
    return os.environ | {"URL": server.url, "KEY": key}


def test_the_examples_of_the_page_run_as_they_stand(environment: dict[str, str]) -> None:
    assert len(EXAMPLES) == 13
    for language, text in EXAMPLES:
        shell = ["bash", "-euo", "pipefail", "-c"] if language == "sh" else [sys.executable, "-c"]
        done = subprocess.run(
            [*shell, text], env=environment, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, (text, done.stdout[-500:], done.stderr[-500:])
        if "If-None-Match" in text:
            assert done.stdout == b"304\n"
