"""Rooms: imports go down only, and never in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from ingestion.landing.products import PRODUCTS
from tests.conventions.project import ROOT, files, named

CODE = ("ingestion", "python_models", "expectations", "dashboards")
# a room may import what stands below it; rooms on one floor do not know each other
FLOORS = (
    ("dashboards",),
    ("dbt models",),
    ("products",),
    ("expectations", "upkeep", "runs"),
    ("release",),
    ("landing command",),
    ("landing of products",),
    ("tables",),
    ("llm", "landing"),
    ("lakehouse",),
)
FLOOR = {room: len(FLOORS) - at for at, rooms in enumerate(FLOORS) for room in rooms}


def room_of(module: str) -> str:
    """Return the room a module of ours stands in."""
    top, _, rest = module.partition(".")
    part = rest.partition(".")[0]
    if top == "ingestion":
        if part in PRODUCTS:
            return "landing of products"
        return part if part in ("lakehouse", "landing", "tables") else "landing command"
    if top == "python_models":
        return {"models": "dbt models"}.get(part, "products" if part in PRODUCTS else part or top)
    return top


def module_of(path: Path) -> str:
    """Return the dotted name of a file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports() -> dict[str, set[str]]:
    """Return {module: the modules of ours it imports, at the top, in functions or for types}."""
    known = {module_of(path): path for path in files(".py", under=CODE)}
    return {module: set(_imported(path, set(known))) - {module} for module, path in known.items()}


def _imported(path: Path, known: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(), filename=named(path))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield from {whole if whole in known else node.module} & known
        elif isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & known


def test_imports_go_down_only() -> None:
    wrong = [
        f"{module} ({room_of(module)}) imports {other} ({room_of(other)})"
        for module, others in imports().items()
        for other in others
        if room_of(module) != room_of(other)
        and other != "python_models"  # the package alone, to look for what lies in it
        and FLOOR[room_of(module)] <= FLOOR[room_of(other)]
    ]
    assert not wrong


@pytest.mark.parametrize("room", ["lakehouse"])
def test_the_ground_floor_imports_nothing_of_ours(room: str) -> None:
    wrong = [
        f"{module} imports {other}"
        for module, others in imports().items()
        for other in others
        if room_of(module) == room and room_of(other) != room
    ]
    assert not wrong


def test_no_import_goes_in_a_circle() -> None:
    reached: dict[str, set[str]] = {}

    def below(module: str) -> set[str]:
        if module not in reached:
            reached[module] = set()
            for other in imports().get(module, ()):
                if not typing_only(module, other):
                    reached[module] |= {other} | below(other)
        return reached[module]

    assert not [module for module in imports() if module in below(module)]


@cache
def _type_imports(module: str) -> frozenset[str]:
    path = ROOT / (module.replace(".", "/") + ".py")
    if not path.exists():
        return frozenset()
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            for part in ast.walk(node):
                if isinstance(part, ast.ImportFrom) and part.module:
                    names |= {part.module} | {f"{part.module}.{one.name}" for one in part.names}
    return frozenset(names)


def typing_only(module: str, other: str) -> bool:
    """Say whether a module is imported for annotations only."""
    return other in _type_imports(module)
