"""Products whose runs are kept by phase: each node says its phase, and reads what phases keep."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from python_models.runs.phase_store import NODE
from tests.conventions.project import PRODUCTS, Node, Project, layer_of

KEPT = {name: product.phases for name, product in PRODUCTS.items() if product.phases}
# what stands outside the tables that are brought back: a view of raw rows, or a gate
_NOT_KEPT = ("staging", "gate")


def of_product(project: Project, product: str) -> dict[str, Node]:
    """Return the models of a product, by name."""
    return {name: node for name, node in project.models.items() if node["fqn"][1] == product}


def phase_of(node: Node) -> str:
    """Return what a node says of its phase."""
    return str((node["config"].get("meta") or {}).get("phase") or "")


def ordinal(node: Node) -> int:
    """Return the number of a node's phase."""
    return int(phase_of(node).partition(" ")[0])


def kept_by(project: Project, product: str) -> dict[str, int]:
    """Return {model: phase} of the tables that the last node of each phase keeps."""
    found: dict[str, int] = {}
    for name, node in project.models.items():
        if (match := NODE.match(name)) and match["product"] == product:
            number = int(match["number"])
            code = node["raw_code"]
            kept = set(re.findall(r"['\"](\w+)['\"]\s*:", code))
            restores = set(re.findall(r"['\"](\w+)['\"]", code.partition("restores")[2]))
            for parent in project.parents(node):
                if parent in restores or parent.rpartition("__")[2] in kept:
                    found[parent] = number
            found[name] = number
    return found


@pytest.mark.parametrize("product", KEPT)
def test_every_node_says_its_phase_by_number_and_name(project: Project, product: str) -> None:
    known = {f"{number} {name}" for number, name in enumerate(KEPT[product], 1)}
    wrong = {
        name: phase_of(node)
        for name, node in of_product(project, product).items()
        if phase_of(node) not in known
    }
    assert not wrong


@pytest.mark.parametrize("product", KEPT)
def test_every_phase_has_one_last_node(project: Project, product: str) -> None:
    wanted = [f"phase_{product}__{n:02d}_{name}" for n, name in enumerate(KEPT[product], 1)]
    found = sorted(name for name in of_product(project, product) if name.startswith("phase_"))
    assert found == wanted
    for name in found:
        match = NODE.match(name)
        assert match
        assert phase_of(project.models[name]) == f"{int(match['number'])} {match['name']}"


@pytest.mark.parametrize("product", KEPT)
def test_a_phase_reads_nothing_of_a_later_one(project: Project, product: str) -> None:
    """But for the gates of landing and staging, which let the rows in that phase 1 is made of."""
    nodes = of_product(project, product)
    wrong = [
        (name, parent)
        for name, node in nodes.items()
        for parent in project.parents(node) & nodes.keys()
        if ordinal(node) < ordinal(nodes[parent]) and layer_of(nodes[parent]) != "gate"
    ]
    assert not wrong


@pytest.mark.parametrize("product", KEPT)
def test_a_phase_reads_of_earlier_ones_only_what_they_keep(project: Project, product: str) -> None:
    """Else a run that is gone on from would read the rows of another."""
    kept = kept_by(project, product)
    assert not list(_read_and_not_kept(project, product, kept))


def _read_and_not_kept(
    project: Project, product: str, kept: dict[str, int]
) -> Iterator[tuple[str, str]]:
    nodes = of_product(project, product)
    for name, node in nodes.items():
        is_mart = layer_of(node) in ("marts", "gate", "release")
        for parent in project.parents(node) & nodes.keys():
            above = nodes[parent]
            is_table = layer_of(above) not in _NOT_KEPT
            if is_mart or not is_table or ordinal(above) == ordinal(node):
                continue
            if kept.get(parent) != ordinal(above):
                yield name, parent


@pytest.mark.parametrize("product", KEPT)
def test_only_the_first_two_phases_and_what_is_released_read_staging(
    project: Project, product: str
) -> None:
    wrong = [
        (name, parent)
        for name, node in of_product(project, product).items()
        for parent in project.parents(node)
        if parent.startswith("stg_")
        and layer_of(node) not in ("staging", "gate", "marts", "release")
        and ordinal(node) > 2
    ]
    assert not wrong


@pytest.mark.parametrize("product", KEPT)
def test_each_phase_waits_for_the_one_before(project: Project, product: str) -> None:
    nodes = of_product(project, product)
    for name in sorted(nodes):
        match = NODE.match(name)
        if not match or int(match["number"]) == 1:
            continue
        before = int(match["number"]) - 1
        wanted = f"phase_{product}__{before:02d}_{KEPT[product][before - 1]}"
        own = {one for one, node in nodes.items() if ordinal(node) == int(match["number"])}
        reached, waiting = set(), [name]
        while waiting:
            for parent in project.parents(nodes[waiting.pop()]) & nodes.keys():
                if parent not in reached:
                    reached.add(parent)
                    if parent in own:
                        waiting.append(parent)
        assert wanted in reached, name
