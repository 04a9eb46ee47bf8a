"""Names say layer and domain; a file has its place and its size."""

from __future__ import annotations

import ast
import re
from collections import Counter

from tests.conventions.project import ROOT, Project, files, layer_of, named, path_of

LAYERS = {
    "staging": re.compile(r"stg_(?P<domain>[a-z]+)__[a-z0-9_]+"),
    "intermediate": re.compile(r"int_(?P<domain>[a-z]+)__[a-z0-9_]+"),
    "int": re.compile(r"int_(?P<domain>[a-z]+)__[a-z0-9_]+"),
    "llm": re.compile(r"(llm_(?P<domain>[a-z]+)__[a-z0-9_]+|[a-z0-9_]+)"),
    "gate": re.compile(
        r"gate_(?P<domain>[a-z]+)__(after_landing|after_staging|after_llm|before_release)"
    ),
    "release": re.compile(r"release_(?P<domain>[a-z]+)__published"),
    "marts": re.compile(r"(?!(stg|int|llm|gate|release)_)[a-z0-9_]+"),
    "ops": re.compile(r"[a-z_]+"),
}
# about twice the rough sizes at which to stop and think: beyond these a name needs an "and"
SIZES = {
    "SQL model": (".sql", "dbt_project/models", 210),
    "macro": (".sql", "dbt_project/macros", 120),
    "YAML of a model": (".yml", "dbt_project/models", 300),
    "dbt Python model": (".py", "python_models/models", 30),
    "gate": (".py", "expectations", 300),
    "dashboard view": (".py", "dashboards/views", 250),
    "module": (".py", "ingestion", 350),
    "module of models": (".py", "python_models", 350),
    "module of gates": (".py", "expectations", 350),
    "module of pages": (".py", "dashboards", 350),
}
FUNCTION_LINES = 50


def test_a_model_bears_the_prefix_of_its_layer(project: Project) -> None:
    wrong = [
        f"{name} in {layer_of(node)}"
        for name, node in project.models.items()
        if layer_of(node) not in LAYERS or not LAYERS[layer_of(node)].fullmatch(name)
    ]
    assert not wrong


def test_a_model_lies_in_the_folder_of_the_domain_it_names(project: Project) -> None:
    for name, node in project.models.items():
        found = LAYERS[layer_of(node)].fullmatch(name)
        domain = (found.groupdict() if found else {}).get("domain")
        assert domain is None or domain in path_of(node).parts, name


def test_what_a_layer_does_is_a_verb_in_its_name(project: Project) -> None:
    """`int_telemetry__cycles_measured`: things, then what was done to them."""
    verbs = re.compile(r"(ed|slots|evidence|texts|windows|ranges|written|found|cut|kept|split)$")
    odd = [
        name
        for name, node in project.models.items()
        if layer_of(node) in ("intermediate", "int") and not verbs.search(name)
    ]
    assert not odd


def test_a_model_has_a_yaml_of_its_own_name_beside_it(project: Project) -> None:
    missing = [
        name
        for name, node in project.models.items()
        if (node.get("patch_path") or "").partition("://")[2].split("/")[-1] != f"{name}.yml"
        or not path_of(node).with_suffix(".yml").exists()
    ]
    assert not missing


def test_a_seed_is_described_beside_it(project: Project) -> None:
    missing = [name for name, node in project.seeds.items() if not node["description"]]
    assert not missing


def test_sizes_stay_where_one_can_read_them() -> None:
    large = [
        f"{named(path)}: {lines} lines, a {kind} has at most {limit}"
        for kind, (suffix, folder, limit) in SIZES.items()
        for path in files(suffix, under=(folder,))
        if (lines := len(path.read_text().splitlines())) > limit
    ]
    assert not large


def test_functions_fit_on_a_screen() -> None:
    large = [
        f"{named(path)}: {node.name} has {lines} lines"
        for path in files(".py", under=("ingestion", "python_models", "expectations", "dashboards"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not large


def test_no_module_is_called_by_what_it_does_not_say() -> None:
    vague = {"utils", "helpers", "common", "manager", "misc", "util"}
    assert not [named(path) for path in files(".py") if path.stem in vague]


def test_no_two_models_bear_one_name(project: Project) -> None:
    names = Counter(path.stem for path in files(".sql", under=("dbt_project/models",)))
    names.update(path.stem for path in files(".py", under=("python_models/models",)))
    assert not [name for name, count in names.items() if count > 1]
    assert (ROOT / "README.md").exists()
