"""Command `audit`: match the pinned packages with advisories in OSV's format that a user brings.

Nothing is fetched: the file is one advisory, a list of them, JSON lines, or a zip of them as OSV
publishes for an ecosystem (`PyPI/all.zip`). Format: https://ossf.github.io/osv-schema/.
"""

from __future__ import annotations

import argparse
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from ingestion.lakehouse.output import emit, say
from ingestion.lakehouse.settings import PROJECT_ROOT

LOCK = PROJECT_ROOT / "requirements.lock"
_ZERO = Version("0.dev0")  # what OSV calls 0: before every version


class AdvisoriesUnreadable(RuntimeError):
    """A file holds no advisories; the message says where and what was expected."""


def audit(options: argparse.Namespace) -> int:
    """List advisories that concern a pinned version; returns 1 when there is one, else 0."""
    pinned = pinned_versions(LOCK.read_text(encoding="utf-8"))
    advisories = list(read_advisories(Path(options.file).expanduser()))
    found = list(matches(pinned, advisories))
    emit(found, options.json, "Advisories that concern pinned versions" if found else "")
    if not options.json:
        say(f"{len(pinned)} pinned packages, {len(advisories)} advisories, {len(found)} match.")
    return 1 if found else 0


def pinned_versions(lock: str) -> dict[str, set[str]]:
    """Return {package: its versions} of a lock; a marker may give a package several."""
    pinned: dict[str, set[str]] = {}
    for line in lock.splitlines():
        if not re.match(r"[A-Za-z0-9]", line):
            continue
        try:
            required = Requirement(line.rstrip("\\ "))
        except InvalidRequirement as error:
            raise RuntimeError(f"{LOCK.name}: {line!r} is no pinned package: {error}") from error
        versions = {one.version for one in required.specifier if one.operator == "=="}
        pinned.setdefault(canonicalize_name(required.name), set()).update(versions)
    return pinned


def read_advisories(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the advisories of a file that were not withdrawn.

    Raises:
        AdvisoriesUnreadable: it is not there, or no advisories in OSV's format.
    """
    try:
        for name, text in _texts(path):
            yield from _parsed(name, text)
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile) as error:
        raise AdvisoriesUnreadable(f"{path} cannot be read: {error}") from error


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    if path.suffix.lower() != ".zip":
        yield str(path), path.read_text(encoding="utf-8-sig")
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith((".json", ".jsonl")):
                yield f"{path}: {name}", archive.read(name).decode("utf-8-sig")


def _parsed(name: str, text: str) -> Iterator[dict[str, Any]]:
    try:
        found = json.loads(text)
        entries = found if isinstance(found, list) else [found]
    except json.JSONDecodeError:
        try:
            entries = [json.loads(line) for line in text.splitlines() if line.strip()]
        except json.JSONDecodeError as error:
            raise AdvisoriesUnreadable(f"{name} is neither JSON nor JSON lines: {error}") from error
    for entry in entries or [None]:
        if not isinstance(entry, dict) or "id" not in entry:
            raise AdvisoriesUnreadable(
                f"{name} holds something without an `id`: advisories in OSV's format are expected"
                " (https://ossf.github.io/osv-schema/)."
            )
        if not entry.get("withdrawn"):
            yield entry


def matches(
    pinned: Mapping[str, Iterable[str]], advisories: Iterable[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield a row for each pinned version that an advisory says is affected."""
    for advisory in advisories:
        for affected in advisory.get("affected") or ():
            package = affected.get("package") or {}
            # an ecosystem may carry a suffix, `PyPI:..`
            if str(package.get("ecosystem", "")).partition(":")[0].lower() != "pypi":
                continue
            name = canonicalize_name(str(package.get("name", "")))
            for version in sorted(pinned.get(name, ())):
                if is_affected(Version(version), affected):
                    yield {
                        "package": name,
                        "version": version,
                        "advisory": advisory["id"],
                        "aliases": ", ".join(advisory.get("aliases") or ()),
                        "fixed_in": ", ".join(_fixed_in(affected)),
                        "summary": advisory.get("summary") or "",
                    }


def is_affected(version: Version, affected: Mapping[str, Any]) -> bool:
    """Say whether a version is listed, or lies in a range: its newest event decides."""
    if any(_version(one) == version for one in affected.get("versions") or ()):
        return True
    return any(
        _is_in(version, found.get("events") or ())
        for found in affected.get("ranges") or ()
        if found.get("type") == "ECOSYSTEM"
    )


def _is_in(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    is_in = False
    for at, kind in sorted(_ordered(events)):
        if version < at or (kind == "last_affected" and version == at):
            break
        is_in = kind == "introduced"
    return is_in


def _ordered(events: Iterable[Mapping[str, str]]) -> Iterator[tuple[Version, str]]:
    for event in events:
        for kind in ("introduced", "fixed", "last_affected"):
            if (at := _version(event.get(kind))) is not None:
                yield at, kind


def _version(text: str | None) -> Version | None:
    """Return a version, or None where a text is none: old advisories list such."""
    try:
        return _ZERO if text == "0" else Version(text) if text else None
    except InvalidVersion:
        return None


def _fixed_in(affected: Mapping[str, Any]) -> list[str]:
    events = [event for found in affected.get("ranges") or () for event in found.get("events", ())]
    return [event["fixed"] for event in events if event.get("fixed")]
