"""What a run depends on besides its data: the project's files and the settings in force."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.scrubbing import without_credentials
from ingestion.lakehouse.settings import PROJECT_ROOT, settings
from ingestion.landing.declarations import added_files

# folder and the endings that count; what a build writes there is left out
_PARTS = {
    "dbt_project": (".sql", ".yml", ".yaml", ".csv", ".py"),
    "python_models": (".py", ".jinja", ".yml", ".yaml", ".csv", ".json"),
    "expectations": (".py", ".yml"),
    "ingestion": (".py", ".yml"),
}
_WRITTEN = {"target", "logs", "dbt_packages", "__pycache__"}
_DECIDES_NO_ROW = {
    "sluice_lake", "sluice_artifacts", "sluice_artifact_rows", "sluice_engine", "sluice_spark_uri",
    "sluice_spark_jars",
}  # fmt: skip
_LARGEST_TEXT = 60_000
_DECLARES_SETS = re.compile(r"^sets?:", re.M)


def project_texts() -> dict[str, bytes]:
    """Return {path: content} of every file that decides what a build does."""
    found = {}
    for part, endings in _PARTS.items():
        for path in sorted((PROJECT_ROOT / part).rglob("*")):
            inside = path.relative_to(PROJECT_ROOT)
            if path.suffix in endings and not _WRITTEN & set(inside.parts):
                found[str(inside)] = path.read_bytes()
    return found


def digest(content: bytes | str) -> str:
    """Return a short content hash."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()[:16]


def project_hash(files: Mapping[str, str]) -> str:
    """Return one hash over {path: hash}."""
    return digest(json.dumps(dict(sorted(files.items()))))


def storable_texts(texts: Mapping[str, bytes]) -> dict[str, str]:
    """Return {hash: text} of the files short enough to be kept for a later comparison."""
    return {
        digest(content): content.decode("utf-8", "replace")
        for content in texts.values()
        if len(content) <= _LARGEST_TEXT
    }


def plain_settings() -> dict[str, Any]:
    """Return the settings in force without their secrets, which are only said to be set."""
    known = settings()
    return {
        name: "(set)" if isinstance(value := getattr(known, name), SecretStr) else _text(value)
        for name in sorted(type(known).model_fields)
    }


def config_hash(variables: Mapping[str, Any]) -> str:
    """Return one hash over settings and dbt variables, but for those that decide no row."""
    root = str(lake().root)
    known = {
        name: value.replace(root, "lake") if isinstance(value, str) else value
        for name, value in plain_settings().items()
        if name not in _DECIDES_NO_ROW
    }
    told = [known, dict(variables), declared_sets()]
    return digest(json.dumps(told, sort_keys=True, default=str))


def declared_sets() -> list[str]:
    """Return hashes of the YAML files that declare named sets: a build makes what they say."""
    merged = sorted((lake().uploads / "sets").glob("*.yml"))
    found = []
    for path in [*added_files(), *merged]:
        text = path.read_text(encoding="utf-8", errors="replace")
        if _DECLARES_SETS.search(text):
            found.append(digest(text))
    return found


def git_state() -> tuple[str | None, bool]:
    """Return the commit of the checkout and whether it has uncommitted changes."""
    commit = _git("rev-parse", "HEAD")
    return commit, bool(commit and _git("status", "--porcelain", "--untracked-files=no"))


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None


def _text(value: Any) -> Any:
    return (
        value
        if value is None or isinstance(value, bool | int | float)
        else without_credentials(str(value))
    )
