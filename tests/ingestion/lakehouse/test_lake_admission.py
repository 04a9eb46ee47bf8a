"""A lake that cannot be looked into says why."""

from __future__ import annotations

import resource
import shutil

import pytest

from ingestion.lakehouse import journal
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.lake_admission import admit
from ingestion.lakehouse.lake_version import FILE, LakeRefused, read_version, write_version


def test_a_disk_without_a_byte_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    with journal.journal():
        root = lake().root
    version = read_version(root)
    assert version is not None
    (root / FILE).unlink()
    write_version(root, version)  # another file: so the stores are looked into
    full = shutil.disk_usage(root)._replace(free=0)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: full)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        with pytest.raises(LakeRefused, match="The disk is full: opening the lake needs"):
            admit(root)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
