"""A disk that is really full: a lake on a small tmpfs, in a mount namespace of the test's own."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT

WHY = "NOT TESTED: a full disk (no mount namespace: run as root, or allow unprivileged ones)"


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    said: str


@lru_cache(maxsize=1)
def can_mount() -> bool:
    """Say whether a tmpfs can be mounted in a namespace here."""
    try:
        tried = subprocess.run(
            [*_NAMESPACE, "mount -t tmpfs none /mnt"], capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return tried.returncode == 0


def on_a_small_disk(lake: Path, command: str, free_kilobytes: int) -> tuple[Done, Done]:
    """Run a command on a lake with so little room, then again with enough of it.

    The lake is copied onto the disk and back: what the second run left is where it was before.
    """
    if not can_mount():
        assert not os.environ.get("SLUICE_CI"), WHY
        pytest.skip(WHY)
    beside = lake.with_name(f"{lake.name}.beside")
    quoted = {name: shlex.quote(str(path)) for name, path in (("lake", lake), ("beside", beside))}
    script = _SCRIPT.format(command=command, kilobytes=free_kilobytes, **quoted)
    done = subprocess.run(
        [*_NAMESPACE, script], cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=500,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    full, again = (
        Done(int((beside / f"{turn}.code").read_text()), (beside / f"{turn}.said").read_text())
        for turn in ("full", "again")
    )
    return full, again


_NAMESPACE = ("unshare", "--mount", "--propagation", "private", "bash", "-ec")
_SCRIPT = """
mkdir -p {beside}
cp -a {lake} {beside}/before
used=$(du -sk {lake} | cut -f1)
mount -t tmpfs -o size=$((used + {kilobytes}))k,mode=700 none {lake}
cp -a {beside}/before/. {lake}
df -k {lake} > {beside}/df
code=0; {command} > {beside}/full.said 2>&1 || code=$?
echo $code > {beside}/full.code
mount -o remount,size=2g {lake}
code=0; {command} > {beside}/again.said 2>&1 || code=$?
echo $code > {beside}/again.code
cp -a {lake} {beside}/after
umount {lake}
rm -rf {lake}/* && cp -a {beside}/after/. {lake}
"""
