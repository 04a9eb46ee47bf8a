"""The lake that the demo made before lakes had a version, put where a test wants it."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import reset_settings

ARCHIVE = Path(__file__).parent / "lakes" / "layout_0.tar.xz"


def unpack(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Unpack the lake and make it the one in force; its paths still name where it was made."""
    root.mkdir(parents=True)
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(root, filter="data")
    root.chmod(0o700)  # which doctor asks for, and lakes of that age were not
    use(root, monkeypatch)
    return root


def use(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a folder the lake in force."""
    monkeypatch.setenv("SLUICE_LAKE", str(root))
    reset_settings()
