"""Which files make a study, and the version they are together."""

from __future__ import annotations

import hashlib
from fnmatch import fnmatchcase
from pathlib import Path

from ingestion.experiments.definition import known_before
from ingestion.experiments.imports import files_elsewhere
from ingestion.experiments.tables import FileRead

IGNORED = {"README.md", ".DS_Store"}


def version_of(folder: Path) -> str:
    """Return the hash of a study's files, their names included."""
    return hash_of(study_files(folder))


def study_files(folder: Path) -> list[FileRead]:
    """Return the files of a study's folder, and of where its `imports:` lie.

    What `exclude:` of its study.yml matches (globs of the path below the folder, `*` goes over
    slashes) is no part of it: another version of such a file is no other study.
    """
    said = folder / "study.yml"
    study = said.read_bytes() if said.is_file() else b""
    patterns = known_before(study).get("exclude")
    excluded = [str(one) for one in patterns] if isinstance(patterns, list) else []
    own = [
        FileRead(name, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name not in IGNORED
        and not _is_left_out(name := path.relative_to(folder).as_posix(), excluded)
    ]
    named = {file.path for file in own}
    elsewhere = files_elsewhere(folder, study)
    return own + [
        file
        for file in elsewhere
        if file.path not in named and not _is_left_out(file.path, excluded)
    ]


def _is_left_out(name: str, excluded: list[str]) -> bool:
    return name != "study.yml" and any(fnmatchcase(name, one) for one in excluded)


def hash_of(files: list[FileRead]) -> str:
    """Return the hash of files, their names included."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.path}\n{file.hash}\n".encode())
    return digest.hexdigest()[:16]
