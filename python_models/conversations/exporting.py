"""Writes a released set as files: a folder that is there whole or not at all.

`export_set` reads a release only. Everything is written to a folder beside the target, and the
folder gets its name once all files, their checksums and the manifest are on disk.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingestion.lakehouse.lake import lake
from python_models.conversations.masking import masked_all
from python_models.conversations.released_set import ReleasedSet, SetRefused
from python_models.conversations.request import Request as Request
from python_models.conversations.talks import NotCarried
from python_models.conversations.templates import Template
from python_models.conversations.trainer_files import write_beside
from python_models.conversations.trainers import NAMES
from python_models.conversations.writers import (
    JsonLines,
    Writer,
    file_name,
    sha256_of,
    writing,
)

SPLITS = ("train", "validation", "test")
MANIFEST = "manifest.json"
LEFT_OUT = "left_out.jsonl"
_JUST_MADE_SECONDS = 2.0  # from making a folder to holding it, and more


@dataclass
class Written:
    """What an export came to."""

    folder: Path | None  # none: one file that was sent and stays nowhere
    manifest: dict[str, Any]
    left_out: Counter[str] = field(default_factory=Counter)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per file, as `conversations.exports` shows them."""
        told = self.manifest
        same = {
            "export_id": told["export_id"],
            "set_name": told["set"],
            "format": told["format"],
            "template": told["template"],
            "compression": told["compression"],
            "tiers": ",".join(told["tiers"]),
            "folder": str(self.folder) if self.folder else None,
            "left_out_count": told["left_out"]["count"],
            "left_out": json.dumps(told["left_out"]["reasons"]),
            "licenses": json.dumps(told["licenses"]),
            "release_id": told["release_id"],
            "created_at": told["created_at"],
        }
        return [
            same
            | {
                "file": one["file"],
                "split": one["split"],
                "sha256": one["sha256"],
                "byte_count": one["bytes"],
                "row_count": one["rows"],
            }
            for one in told["files"]
        ]


def refuse_tiers(wanted: ReleasedSet, tiers: Sequence[str]) -> None:
    """Stop before anything is written when a set holds what the caller may not have.

    Raises:
        SetRefused: names the tiers, how many rows each has, and what would allow them.
    """
    forbidden = {tier: count for tier, count in wanted.tiers.items() if tier not in tiers}
    if forbidden:
        told = ", ".join(f"{count} {tier}" for tier, count in forbidden.items())
        raise SetRefused(
            f"The set {wanted.name} holds conversations of a tier you may not have ({told}); "
            f"allowed: {', '.join(tiers)}. Export a set without them, or ask for the tier "
            f"(TIERS={','.join([*tiers, *forbidden])}) if it is yours to give."
        )


def export_set(wanted: ReleasedSet, request: Request, folder: Path) -> Written:
    """Write a set's splits, what was left out and the manifest to a new folder.

    Args:
        wanted: the set, of an open release.
        request: format, template, compression and the tiers the caller may have.
        folder: folder to make; it must not exist, or be empty.

    Raises:
        SetRefused: a choice is unknown, a tier is forbidden, or the folder is in use.
    """
    request.check()
    refuse_tiers(wanted, request.tiers)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SetRefused(f"{folder} is there already and not empty: name another DIR")
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.parent / f".{folder.name}.{secrets.token_hex(4)}"
    unfinished.mkdir()
    held = os.open(unfinished, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)  # as long as somebody writes here
        _sweep(lake().root / "exports")
        written = _write_all(wanted, request, unfinished)
        _sync(unfinished)
        if folder.exists():
            folder.rmdir()
        unfinished.rename(folder)
        _sync(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        os.close(held)
    return Written(folder, written.manifest, written.left_out)


def _sweep(exports: Path) -> None:
    """Remove what exports that were killed have left half written."""
    for folder in exports.glob(".*.*/"):
        with suppress(OSError):
            held = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(held).st_mtime < time.time() - _JUST_MADE_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(held)


def write_one(wanted: ReleasedSet, request: Request, path: Path) -> Written:
    """Write the conversations of a set, of all splits, to one file.

    Raises:
        SetRefused: a choice is unknown, or a tier is forbidden; nothing is written.
    """
    request.check()
    refuse_tiers(wanted, request.tiers)
    template, counted = request.shape(), _Counted()
    with writing(path, request.format, request.compression, template.schema) as writer:
        for row in wanted.rows():
            try:
                writer.put(_record(row, template, wanted.mask, counted))
            except NotCarried as reason:
                counted.reasons[str(reason)] += 1
    told = _told(path, "all", writer.rows)
    left_out = {"file": None, "sha256": None}
    return Written(
        None, _manifest(wanted, request, [told], counted.reasons, left_out), counted.reasons
    )


@dataclass
class _Counted:
    """Conversations by why they are left out, kinds not carried, pieces masked."""

    reasons: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)


def _record(
    row: Mapping[str, Any], template: Template, kinds: Sequence[str], counted: _Counted
) -> dict[str, Any]:
    """A member in the shape that is wanted, masked.

    Raises:
        NotCarried: the shape has no place for it; nothing of it is counted then.
    """
    turns, metadata = row["turns"] or [], json.loads(row["metadata"] or "{}")
    lost: list[str] = []
    hidden: list[str] = []
    if kinds:
        turns = masked_all(turns, kinds, hidden.append)
        metadata = masked_all(metadata, kinds, hidden.append)
    record = template.record(row["conversation_id"], turns, metadata, lost.append)
    counted.lost.update(lost)
    counted.hidden.update(hidden)
    return record


def _write_all(wanted: ReleasedSet, request: Request, folder: Path) -> Written:
    template = request.shape()
    names = {
        split: file_name(f"{wanted.name}-{split}", request.format, request.compression)
        for split in SPLITS
    }
    counted, kinds = _Counted(), wanted.mask
    with ExitStack() as stack:
        files: dict[str, Writer] = {
            split: stack.enter_context(
                writing(folder / name, request.format, request.compression, template.schema)
            )
            for split, name in names.items()
        }
        named = stack.enter_context((folder / LEFT_OUT).open("wb"))
        left_out = JsonLines(named, template.schema)
        for row in wanted.rows():
            try:
                files[row["split"]].put(_record(row, template, kinds, counted))
            except NotCarried as reason:
                counted.reasons[str(reason)] += 1
                told = {name: row[name] for name in ("record_id", "conversation_id", "split")}
                left_out.put(told | {"reason": str(reason)})
    rows = {split: writer.rows for split, writer in files.items()}
    files_told = [_told(folder / name, split, rows[split]) for split, name in names.items()]
    named_file = _told(folder / LEFT_OUT, None, 0)
    manifest = _manifest(wanted, request, files_told, counted.reasons, named_file)
    manifest["masked"] = {kind: counted.hidden[kind] for kind in kinds}
    manifest["not_carried"] = dict(sorted(counted.lost.items()))
    if request.is_training:
        known = NAMES[request.trainer] | dict(request.names)
        manifest |= {"trainer": request.trainer, "names": known}
        manifest["beside"] = write_beside(
            folder, request.trainer, request.template, known, manifest
        )
    text = json.dumps(manifest, indent=2, ensure_ascii=False, default=str)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return Written(folder, manifest, counted.reasons)


def _told(path: Path, split: str | None, rows: int) -> dict[str, Any]:
    return {
        "file": path.name,
        "split": split,
        "rows": rows,
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
    }


def _manifest(
    wanted: ReleasedSet,
    request: Request,
    files: list[dict[str, Any]],
    reasons: Counter[str],
    left_out: dict[str, Any],
) -> dict[str, Any]:
    now = datetime.now(UTC).replace(tzinfo=None)
    exported = sum(one["rows"] for one in files)
    return {
        "export_id": f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        "created_at": now.isoformat(sep=" ", timespec="microseconds"),
        "release_id": wanted.release_id,
        "set": wanted.name,
        "set_definition": wanted.description,
        "format": request.format,
        "template": request.template,
        "compression": request.compression,
        "tiers": list(request.tiers),
        "licenses": _licenses(wanted.sources),
        "sources": wanted.sources,
        "members": wanted.members,
        "exported": exported,
        "files": files,
        "left_out": {
            "count": sum(reasons.values()),
            "reasons": dict(sorted(reasons.items())),
            "file": left_out["file"],
            "sha256": left_out["sha256"],
        },
    }


def _licenses(sources: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """Return {license: datasets under it}; one that nobody wrote down is said to be unknown."""
    found: dict[str, list[str]] = {}
    for source in sources:
        found.setdefault(source["license"] or "unknown", []).append(source["dataset_id"])
    return {name: sorted(set(datasets)) for name, datasets in sorted(found.items())}


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
