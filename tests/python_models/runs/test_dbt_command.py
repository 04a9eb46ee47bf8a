"""What dbt has to parse is parsed beside the landing, the first time."""

from __future__ import annotations

import shutil

import psutil
import pytest

from ingestion.lakehouse.dbt_environment import target_folder
from ingestion.lakehouse.lake import lake
from python_models.runs.dbt_command import parsed_meanwhile
from tests.python_models.tiny import Tiny


def test_the_first_parse_is_over_when_a_build_begins_and_has_touched_no_lake(tiny: Tiny) -> None:
    shutil.rmtree(tiny.folder / "target")
    before = list(lake().root.rglob("*"))
    with parsed_meanwhile({}):
        pass
    parsed = target_folder() / "partial_parse.msgpack"
    written = parsed.stat().st_mtime_ns
    assert list(lake().root.rglob("*")) == before
    with parsed_meanwhile({}):  # there is nothing left to parse
        pass
    assert parsed.stat().st_mtime_ns == written


def test_a_landing_that_fails_ends_the_parse(tiny: Tiny) -> None:
    shutil.rmtree(tiny.folder / "target")
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(LookupError), parsed_meanwhile({}):
        assert set(psutil.Process().children(recursive=True)) > before
        raise LookupError("nothing to land")
    assert set(psutil.Process().children(recursive=True)) <= before
    assert not (tiny.folder / "target" / "partial_parse.msgpack").exists()
