"""Which words the files have that all products share: none of them can be a product's name.

Comments and prose are left out; identifiers, imports, keys and texts count.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from ingestion.landing.products import PRODUCTS

_ROOMS = ("ingestion", "python_models", "expectations", "dashboards", "dbt_project")
_LEFT_OUT = {"__pycache__", "target", "logs", "dbt_packages"}
_NOT_OURS = re.compile(r"dlthub_telemetry", re.IGNORECASE)  # a setting of dlt's
_COMMENTS = {
    ".sql": re.compile(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/", re.DOTALL),
    ".yml": re.compile(r"#.*"),
    "": re.compile(r"#.*"),  # Makefile, Dockerfile
}


def uses(root: Path, names: Collection[str]) -> dict[str, list[str]]:
    """Return, by path below a project's folder, which names shared files have as a word."""
    wanted = re.compile(rf"(?<![a-zA-Z])({'|'.join(names)})(?![a-zA-Z])", re.IGNORECASE)
    found = {}
    for path in _shared_files(root):
        text = path.read_text(encoding="utf-8")
        # most files need no closer look
        if wanted.search(text) and (named := names_in(text, path.suffix, wanted)):
            found[path.relative_to(root).as_posix()] = sorted(named)
    return found


def names_in(text: str, suffix: str, wanted: re.Pattern[str]) -> set[str]:
    """Return the names that a file's text has outside of comments and prose."""
    words = _words(ast.parse(text)) if suffix == ".py" else [_COMMENTS[suffix].sub("", text)]
    hits = (wanted.findall(_NOT_OURS.sub("", word)) for word in words)
    return {name.lower() for some in hits for name in some}


def _shared_files(root: Path) -> Iterator[Path]:
    examples = root / "ingestion" / "tables" / "examples"  # show how it is written, for any product
    for room in _ROOMS:
        for path in sorted((root / room).rglob("*")):
            folders = set(path.relative_to(root).parts[:-1])
            is_shared = not folders & {*PRODUCTS, *_LEFT_OUT} and examples not in path.parents
            if is_shared and path.suffix in (".py", ".sql", ".yml"):
                yield path
    yield from (root / name for name in ("Makefile", "Dockerfile") if (root / name).exists())


def _words(tree: ast.AST) -> Iterator[str]:
    """Yield identifiers, imports and string literals that are no docstrings."""
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in prose:
                yield node.value
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield getattr(node, "module", None) or ""
            yield from (alias.name for alias in node.names)
        else:
            for name in ("id", "attr", "arg", "name"):
                if isinstance(found := getattr(node, name, None), str):
                    yield found
