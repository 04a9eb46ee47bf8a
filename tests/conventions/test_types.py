"""Types: what the type checker cannot see because `Any` hides it."""

from __future__ import annotations

import ast

import pytest

from tests.conventions.project import ROOT, files, named

CODE = ("ingestion", "python_models", "expectations", "dashboards")
SESSIONS = {"session", "connection", "conn", "cursor"}


def untyped_sessions(tree: ast.AST) -> list[str]:
    """Return the functions that take a database session as `Any`."""
    return [
        f"{node.name}({argument.arg})"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if argument.arg in SESSIONS
        and isinstance(argument.annotation, ast.Name)
        and argument.annotation.id == "Any"
    ]


def test_a_database_session_is_typed() -> None:
    found = {
        named(path): untyped_sessions(ast.parse(path.read_text()))
        for path in files(".py", under=CODE)
    }
    assert not {path: functions for path, functions in found.items() if functions}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("def read(session: Any): ...", ["read(session)"]),
        ("async def read(*, connection: Any): ...", ["read(connection)"]),
        ("def read(session: duckdb.DuckDBPyConnection): ...", []),
        ("def model(dbt, session): ...", []),
    ],
)
def test_a_session_typed_any_is_found(code: str, found: list[str]) -> None:
    assert untyped_sessions(ast.parse(code)) == found


def test_no_error_is_ignored_without_its_name() -> None:
    bare = [
        f"{named(path)}:{number}"
        for path in files(".py", under=CODE)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if line.partition("# type: ignore")[1] and "# type: ignore[" not in line
    ]
    assert not bare
    assert "ignore_errors" not in (ROOT / "pyproject.toml").read_text()
