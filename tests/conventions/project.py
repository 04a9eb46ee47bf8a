"""What the conventions look at: the parsed graph and the files of the project."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.landing.products import PRODUCTS as PRODUCTS

ROOT = Path(__file__).resolve().parents[2]
DBT = ROOT / "dbt_project"
_LEFT_OUT = {".venv", ".git", "lake", "target", "logs", "__pycache__", "dbt_packages"}

Node = dict[str, Any]


@dataclass(frozen=True)
class Project:
    """dbt's manifest, by what the conventions ask of it."""

    manifest: dict[str, Any]

    @property
    def models(self) -> dict[str, Node]:
        """Models by name."""
        return self._of_type("model")

    @property
    def seeds(self) -> dict[str, Node]:
        """Seeds by name."""
        return self._of_type("seed")

    def _of_type(self, kind: str) -> dict[str, Node]:
        return {
            node["name"]: node
            for node in self.manifest["nodes"].values()
            if node["resource_type"] == kind
        }

    @property
    def sources(self) -> dict[str, Node]:
        """Sources by `<source>.<table>`."""
        known = self.manifest["sources"].values()
        return {f"{node['source_name']}.{node['name']}": node for node in known}

    def marts(self) -> dict[str, Node]:
        """Models that are released."""
        return {name: node for name, node in self.models.items() if "marts" in node["fqn"]}

    def parents(self, node: Node) -> set[str]:
        """Names of the nodes a node reads; a source as `source.<name>`."""
        found = set()
        for unique_id in node["depends_on"]["nodes"]:
            kind, _, rest = unique_id.partition(".")
            name = rest.split(".")[-1] if kind != "source" else f"source.{rest.split('.')[-1]}"
            found.add(name)
        return found

    def known_tests(self, node: Node) -> list[Node]:
        """Data tests that look at a node."""
        return [
            test
            for test in self.manifest["nodes"].values()
            if test["resource_type"] == "test" and test.get("attached_node") == node["unique_id"]
        ]


def path_of(node: Node) -> Path:
    """Return a node's file."""
    return (DBT / node["original_file_path"]).resolve()


def layer_of(node: Node) -> str:
    """Return the layer a model belongs to, by where its file lies."""
    path = path_of(node)
    if path.suffix == ".py":
        return path.name.partition("_")[0]
    return path.parent.name


def files(*suffixes: str, under: tuple[str, ...] = (".",)) -> list[Path]:
    """Return the project's files with these suffixes: those that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *under],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    paths = [ROOT / name for name in listed] or [
        path for folder in under for path in (ROOT / folder).rglob("*")
    ]
    return sorted(
        path
        for path in paths
        if path.suffix in suffixes
        and path.is_file()
        and not _LEFT_OUT & set(path.relative_to(ROOT).parts)
    )


def named(path: Path) -> str:
    """Return a path as a person names it."""
    return str(path.relative_to(ROOT))


_COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}|/\*.*?\*/", re.S)
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)


def bare_sql(text: str) -> str:
    """Return a model's SQL without comments, Jinja and string literals."""
    text = _JINJA.sub(" jinja ", _COMMENT.sub(" ", text))
    return _LITERAL.sub("''", text).lower()
