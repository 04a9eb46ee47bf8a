"""Shared code knows no product by name: products are found, not listed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from ingestion.landing.products import PRODUCTS
from tests.conventions.project import ROOT, files, named

CODE = ("ingestion", "python_models", "expectations", "dashboards")
NAMES = re.compile(rf"(?<![a-zA-Z])({'|'.join(PRODUCTS)})(?![a-zA-Z])", re.IGNORECASE)
NOT_OURS = re.compile(r"dlthub_telemetry", re.IGNORECASE)  # a setting of dlt's
COMMENTS = re.compile(r"\{#.*?#\}|--[^\n]*|/\*.*?\*/", re.DOTALL)
SKELETON = ROOT / "ingestion" / "tables" / "examples"  # shows how it is written, for any product


def is_shared(path: Path) -> bool:
    """Say whether a file lies in no product's folder."""
    inside = path.relative_to(ROOT).parts
    return not set(inside[:-1]) & set(PRODUCTS) and SKELETON not in path.parents


def names_in(text: str) -> set[str]:
    """Return the products a text names."""
    return {found.lower() for found in NAMES.findall(NOT_OURS.sub("", text))}


def words_of(tree: ast.AST) -> Iterator[str]:
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


def test_a_product_is_seen_where_it_is_named() -> None:
    code = '"""prose: telemetry"""\nimport ingestion.telemetry\nx = "stg_telemetry__files"\n'
    words = [word for word in words_of(ast.parse(code)) if names_in(word)]
    assert set(words) == {"ingestion.telemetry", "stg_telemetry__files"}
    assert names_in("PRODUCT_telemetry") == {"telemetry"}
    assert not names_in("telemetrys, dlthub_telemetry")


def test_no_shared_module_names_a_product() -> None:
    wrong = {
        named(path): sorted(found)
        for path in files(".py", under=CODE)
        if is_shared(path)
        and (found := set().union(*map(names_in, words_of(ast.parse(path.read_text())))))
    }
    assert not wrong


def test_no_shared_sql_names_a_product() -> None:
    wrong = {
        named(path): sorted(found)
        for path in files(".sql", under=("dbt_project",))
        if is_shared(path) and (found := names_in(COMMENTS.sub("", path.read_text())))
    }
    assert not wrong


def test_no_shared_yaml_and_no_target_of_make_names_a_product() -> None:
    shared = [path for path in files(".yml", under=("dbt_project", *CODE)) if is_shared(path)]
    wrong = {
        named(path): sorted(found)
        for path in [*shared, ROOT / "Makefile", ROOT / "Dockerfile"]
        if (found := names_in(re.sub(r"#.*", "", path.read_text())))
    }
    assert not wrong


def test_every_product_is_registered_and_stands_in_every_room() -> None:
    for name in PRODUCTS:
        rooms = ("ingestion", "expectations", "dashboards", "dbt_project/models")
        assert all((ROOT / room / name).is_dir() for room in (*rooms, "python_models/models")), name
