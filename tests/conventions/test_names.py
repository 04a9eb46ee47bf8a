"""Names say layer and domain; a file has its place and its size."""

from __future__ import annotations

import ast
import re
from collections import Counter

from tests.conventions.project import PRODUCTS, ROOT, Project, files, layer_of, named, path_of
from tests.conventions.test_phases import kept_by

LAYERS = {
    "staging": re.compile(r"stg_(?P<domain>[a-z]+)__[a-z0-9_]+"),
    "intermediate": re.compile(r"int_(?P<domain>[a-z]+)__[a-z0-9_]+"),
    "int": re.compile(r"int_(?P<domain>[a-z]+)__[a-z0-9_]+"),
    "llm": re.compile(r"(llm_(?P<domain>[a-z]+)__[a-z0-9_]+|[a-z0-9_]+)"),
    "gate": re.compile(
        r"gate_(?P<domain>[a-z]+)__(after_landing|after_staging|after_llm|before_release)"
    ),
    "phase": re.compile(r"phase_(?P<domain>[a-z]+)__[0-9]{2}_[a-z0-9_]+"),
    "release": re.compile(r"release_(?P<domain>[a-z]+)__published"),
    "marts": re.compile(r"(?!(stg|int|llm|gate|release)_)[a-z0-9_]+"),
    "ops": re.compile(r"[a-z_]+"),
}
# beyond these a name needs an "and"; what is larger is named in `oversized.txt` until it is cut
SIZES = {
    "SQL model": (".sql", "dbt_project/models", 130),
    "macro": (".sql", "dbt_project/macros", 120),
    "YAML of a model": (".yml", "dbt_project/models", 300),
    "dbt Python model": (".py", "python_models/models", 30),
    "module of landing": (".py", "ingestion", 300),
    "module of models": (".py", "python_models", 300),
    "module of gates": (".py", "expectations", 300),
    "module of pages": (".py", "dashboards", 300),
}
FUNCTION_LINES = 40
# lower these when the list has become shorter
MOST_LISTED_FILES, MOST_LISTED_FUNCTIONS = 29, 12


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
    """`int_telemetry__cycles_measured`: things, then what was done to them.

    A relation that a phase of a run keeps bears the name it is shown under, and one that a mart
    shows as it is bears the mart's.
    """
    kept = {name for product in PRODUCTS for name in kept_by(project, product)}
    kept |= {
        f"int_{node['fqn'][1]}__{name.removeprefix(node['fqn'][1] + '_')}"
        for name, node in project.marts().items()
    }
    verbs = re.compile(
        r"(ed|slots|evidence|texts|windows|ranges|written|found|chosen|cut|kept|split"
        r"|cells|members|corpus)$"
    )
    odd = [
        name
        for name, node in project.models.items()
        if layer_of(node) in ("intermediate", "int") and name not in kept and not verbs.search(name)
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


def test_a_file_fits_or_is_on_the_list_of_those_that_do_not() -> None:
    assert not against(listed(is_function=False), _lines_of_files())


def test_a_function_fits_on_a_screen_or_is_on_the_list() -> None:
    found: dict[str, tuple[int, int]] = {}
    for path in files(".py", under=("ingestion", "python_models", "expectations", "dashboards")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{named(path)}:{node.name}"
                lines = (node.end_lineno or 0) - node.lineno + 1
                found[name] = (FUNCTION_LINES, max(lines, found.get(name, (0, 0))[1]))
    assert not against(listed(is_function=True), found)


def test_nothing_is_added_to_the_list() -> None:
    assert len(listed(is_function=False)) <= MOST_LISTED_FILES
    assert len(listed(is_function=True)) <= MOST_LISTED_FUNCTIONS


def test_the_list_of_what_is_too_large_only_gets_shorter() -> None:
    known = {"grew": 50, "fits": 50, "gone": 50, "shrank": 50}
    found = {"grew": (40, 51), "fits": (40, 40), "shrank": (40, 45), "new": (40, 41)}
    assert against(known, found) == [
        "grew: 51 lines, 50 are on the list: it may not grow",
        "new: 41 lines, at most 40",
        "fits: fits, or is gone: take it off the list in tests/conventions/oversized.txt",
        "gone: fits, or is gone: take it off the list in tests/conventions/oversized.txt",
    ]


def against(known: dict[str, int], found: dict[str, tuple[int, int]]) -> list[str]:
    """Say what is wrong: what is too large and not listed, what grew, what need not be listed.

    Args:
        known: lines a thing may have that is larger than it should be.
        found: {thing: (lines it should have at most, lines it has)}.
    """
    large = {name: sizes for name, sizes in found.items() if sizes[1] > sizes[0]}
    wrong = []
    for name, (limit, lines) in large.items():
        if name not in known:
            wrong.append(f"{name}: {lines} lines, at most {limit}")
        elif lines > known[name]:
            wrong.append(f"{name}: {lines} lines, {known[name]} are on the list: it may not grow")
    needless = "fits, or is gone: take it off the list in tests/conventions/oversized.txt"
    return wrong + [f"{name}: {needless}" for name in known if name not in large]


def listed(is_function: bool) -> dict[str, int]:
    """Return {file, or file:function: lines} of what may be too large for now."""
    lines = (ROOT / "tests/conventions/oversized.txt").read_text().splitlines()
    entries = [line.split() for line in lines if not line.startswith("#")]
    return {name: int(count) for count, name in entries if (":" in name) is is_function}


def _lines_of_files() -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for suffix, folder, limit in SIZES.values():
        for path in files(suffix, under=(folder,)):
            smallest = min(limit, found.get(named(path), (limit, 0))[0])
            found[named(path)] = (smallest, len(path.read_text().splitlines()))
    return found


def test_a_model_is_configured_in_one_spelling() -> None:
    """First of all, on one line or with an argument a line."""
    one = re.compile(r"\{\{ config\((?:[^\n]+\) \}\}\n|\n(?:    [^\n]+\n)+\) \}\}\n)")
    odd = [
        named(path)
        for path in files(".sql", under=("dbt_project/models",))
        if "config(" in (text := path.read_text())
        and not (one.match(text) and text.count("config(") == 1)
    ]
    assert not odd


def test_no_module_is_called_by_what_it_does_not_say() -> None:
    vague = {"utils", "helpers", "common", "manager", "misc", "util"}
    assert not [named(path) for path in files(".py") if path.stem in vague]


def test_no_two_models_bear_one_name(project: Project) -> None:
    names = Counter(path.stem for path in files(".sql", under=("dbt_project/models",)))
    names.update(path.stem for path in files(".py", under=("python_models/models",)))
    assert not [name for name, count in names.items() if count > 1]
    assert (ROOT / "README.md").exists()
