"""A mart whose days publishing keeps sums of says what they are made of, and leaves nothing out."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conventions.project import Node, Project


def marts_known_by_day(project: Project) -> dict[str, Node]:
    return {
        name: node
        for name, node in project.models.items()
        if (node["config"]["meta"].get("release") or {}).get("made_of")
    }


def made_of(node: Node, kind: str) -> set[str]:
    """Return the relations that a mart declares, without the conditions on them."""
    return {text.split()[0] for text in node["config"]["meta"]["release"]["made_of"][kind]}


def relation(node: Node) -> str:
    return f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}"


def read_by(project: Project, node: Node, whole: set[str]) -> Iterator[Node]:
    """Yield what a mart's rows come from: through views, to stored tables, sources and `whole`."""
    nodes = project.manifest["nodes"] | project.manifest["sources"]
    for unique_id in node["depends_on"]["nodes"]:
        parent = nodes[unique_id]
        if parent["name"].startswith("gate_"):
            continue
        if parent["config"].get("materialized") == "view" and relation(parent) not in whole:
            yield from read_by(project, parent, whole)
        else:
            yield parent


def test_a_mart_known_by_day_declares_all_that_its_rows_come_from(project: Project) -> None:
    marts = marts_known_by_day(project)
    assert {"readings", "sensor_values"} <= set(marts)
    for name, node in marts.items():
        assert node["config"]["meta"]["release"]["day_of"], name
        whole = made_of(node, "whole")
        found = {relation(one): one for one in read_by(project, node, whole)}
        sources = {at for at, one in found.items() if one["resource_type"] == "source"}
        assert sources == made_of(node, "loads"), name
        assert set(found) - sources - whole == made_of(node, "windows"), name
        assert whole <= set(found), name


def test_a_table_that_is_replaced_by_windows_tells_publishing_of_its_days(
    project: Project,
) -> None:
    stored = {relation(node): node for node in project.models.values()}
    named = {at for node in marts_known_by_day(project).values() for at in made_of(node, "windows")}
    for at in named:
        config = stored[at]["config"]
        assert config["incremental_strategy"] == "replace_windows", at
        assert config["meta"]["replace_windows"]["day"], at
        assert [hook["sql"] for hook in config["pre-hook"]] == ["{{ forget_days() }}"], at
