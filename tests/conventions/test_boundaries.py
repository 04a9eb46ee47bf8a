"""Who may read, ask and write what."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conventions.project import PRODUCTS, ROOT, Project, files, layer_of, named, path_of

CODE = ("ingestion", "python_models", "expectations", "dashboards")
GATES = ("after_landing", "after_staging", "after_llm", "before_release")


def test_only_staging_and_the_landing_gate_read_sources(project: Project) -> None:
    wrong = [
        name
        for name, node in project.models.items()
        if any(parent.startswith("source.") for parent in project.parents(node))
        and layer_of(node) not in ("staging", "ops", "llm")
        and not name.endswith("__after_landing")
    ]
    assert not wrong


def test_staging_waits_for_its_gate(project: Project) -> None:
    for name, node in project.models.items():
        if layer_of(node) == "staging":
            domain = name.removeprefix("stg_").partition("__")[0]
            assert f"gate_{domain}__after_landing" in project.parents(node), name


def test_what_reads_staging_waits_for_its_gate(project: Project) -> None:
    """Directly, or through a model that does: a broken gate leaves nothing below it built."""
    upstream = _upstream(project)
    loose = []
    for name, node in project.models.items():
        reads_staging = any(parent.startswith("stg_") for parent in project.parents(node))
        if reads_staging and layer_of(node) in ("intermediate", "int", "marts"):
            gates = {parent for parent in upstream(name) if parent.endswith("__after_staging")}
            if not gates:
                loose.append(name)
    assert not loose


def test_no_mart_shows_an_answer_before_its_gate(project: Project) -> None:
    upstream = _upstream(project)
    for name, node in project.marts().items():
        above = upstream(name)
        if any(parent.startswith("llm_") for parent in above):
            assert any(parent.endswith("__after_llm") for parent in above), name
        assert path_of(node).suffix == ".sql"


@pytest.mark.parametrize("domain", PRODUCTS)
def test_the_last_gate_and_the_release_read_every_mart(project: Project, domain: str) -> None:
    marts = {name for name, node in project.marts().items() if domain in node["fqn"]}
    gate = project.models[f"gate_{domain}__before_release"]
    release = project.models[f"release_{domain}__published"]
    assert not marts - project.parents(gate)
    assert not marts - project.parents(release)
    assert gate["name"] in project.parents(release)


@pytest.mark.parametrize("domain", PRODUCTS)
def test_each_gate_is_a_node_and_a_file_of_promises(project: Project, domain: str) -> None:
    asks = any(name.startswith(f"llm_{domain}__") for name in project.models)
    for when in (when for when in GATES if asks or when != "after_llm"):
        assert f"gate_{domain}__{when}" in project.models
        assert (ROOT / "expectations" / domain / f"{when}.py").exists()


def test_each_python_model_of_a_provider_is_followed_by_a_contracted_one(project: Project) -> None:
    followed = {parent for node in project.models.values() for parent in project.parents(node)}
    assert not [name for name in project.models if name.startswith("llm_") and name not in followed]


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("openai", "python_models/llm"),
        ("great_expectations", "expectations"),
        ("dlt", "ingestion"),
        ("streamlit", "dashboards"),
    ],
)
def test_a_library_is_called_from_its_own_room(module: str, allowed: str) -> None:
    wrong = [
        named(path)
        for path in files(".py", under=CODE)
        if module in _imported(path) and not named(path).startswith(allowed)
    ]
    assert not wrong


def test_great_expectations_is_imported_by_running_gates_only() -> None:
    """Its import costs seconds: nothing a command or a page imports may lead to it."""
    heavy = {"expectations.engine"}
    for path in files(".py", under=("expectations", "python_models")):
        if named(path) == "expectations/engine.py":
            continue
        at_top = _imported(path, top_level_only=True)
        assert "great_expectations" not in at_top, named(path)
        assert not heavy & _imported_names(path, top_level_only=True), named(path)


def test_prints_are_for_commands() -> None:
    wrong = [
        f"{named(path)}:{call.lineno}"
        for path in files(".py", under=CODE)
        for call in ast.walk(_tree(path))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "print"
    ]
    assert not wrong


def test_pages_send_no_text_as_sql() -> None:
    """Values are bound: no text that a page puts together is SQL, but for a person's console."""
    wrong = []
    for path in files(".py", under=("dashboards",)):
        tree = _tree(path)
        for_people = {
            part
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "link_to"
            for part in ast.walk(call)
        }
        for node in ast.walk(tree):
            built = isinstance(node, ast.JoinedStr) or (
                isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod)
            )
            texts = [
                part.value
                for part in ast.walk(node)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            ]
            is_sql = any(_STATEMENT.search(text) for text in texts)
            if built and is_sql and node not in for_people:
                wrong.append(f"{named(path)}:{node.lineno}")
    assert not wrong


_STATEMENT = re.compile(r"\b(select\s.+\sfrom|insert\s+into|where\s+\w+\s*=)", re.I | re.S)


def test_files_name_no_machine_and_no_secret() -> None:
    forbidden = re.compile(
        r"/home/[a-z]+/|/Users/|BEGIN (RSA|OPENSSH) PRIVATE|"
        r"\bsk-[A-Za-z0-9]{20,}|AKIA[0-9A-Z]{16}"
    )
    wrong = [
        f"{named(path)}: {found.group(0)}"
        for path in files(
            ".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".txt", ".lock", ".jinja", ".example"
        )
        if path.name != Path(__file__).name
        and (found := forbidden.search(path.read_text(errors="replace")))
    ]
    assert not wrong


def test_bare_excepts_name_what_they_catch() -> None:
    wrong = [
        f"{named(path)}:{node.lineno}"
        for path in files(".py", under=CODE)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ExceptHandler) and node.type is None
    ]
    assert not wrong


def test_every_function_says_what_it_takes_and_gives() -> None:
    wrong = []
    for path in files(".py", under=CODE):
        if "python_models/models" in named(path):
            continue  # dbt calls them with its own objects
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                plain = [a for a in node.args.args + node.args.kwonlyargs if a.annotation is None]
                names = [each.arg for each in plain if each.arg not in ("self", "cls")]
                if names or (node.returns is None and node.name != "__init__"):
                    wrong.append(f"{named(path)}:{node.lineno} {node.name} {names}")
    assert not wrong


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def _imported(path: Path, *, top_level_only: bool = False) -> set[str]:
    return {name.partition(".")[0] for name in _imported_names(path, top_level_only=top_level_only)}


def _imported_names(path: Path, *, top_level_only: bool = False) -> set[str]:
    tree = _tree(path)
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def _upstream(project: Project) -> Callable[[str], set[str]]:
    parents = {name: project.parents(node) for name, node in project.models.items()}

    def above(name: str) -> set[str]:
        found: set[str] = set()
        stack = list(parents.get(name, ()))
        while stack:
            parent = stack.pop()
            if parent not in found:
                found.add(parent)
                stack.extend(parents.get(parent, ()))
        return found

    return above
