"""What a model promises stands beside it, in words and as tests."""

from __future__ import annotations

import re

from tests.conventions.project import Project, layer_of

GRAIN = re.compile(r"\bone row per\b", re.I)
# tables of as many rows as there are readings: the gate before the release holds them against
# what landed, machine by machine and day by day, which a scan for copies would not cover
HELD_BY_A_GATE = {"readings", "int_telemetry__readings_ordered", "sensor_values"}


def test_a_description_says_the_grain(project: Project) -> None:
    silent = [
        name
        for name, node in project.models.items()
        if not GRAIN.search(" ".join(node["description"].split()))
    ]
    assert not silent


def test_a_source_table_says_its_grain(project: Project) -> None:
    silent = [
        name for name, node in project.sources.items() if not GRAIN.search(node["description"])
    ]
    assert not silent


def test_a_mart_has_an_enforced_contract(project: Project) -> None:
    loose = [
        name for name, node in project.marts().items() if not node["config"]["contract"]["enforced"]
    ]
    assert not loose


def test_each_column_of_a_mart_says_more_than_its_name(project: Project) -> None:
    silent = []
    for name, node in project.marts().items():
        for column, known in node["columns"].items():
            words = set(re.findall(r"[a-z]+", known["description"].lower()))
            if not words - set(column.split("_")) or len(words) < 2:
                silent.append(f"{name}.{column}: {known['description']!r}")
    assert not silent


def test_each_column_of_a_mart_has_a_type(project: Project) -> None:
    loose = [
        f"{name}.{column}"
        for name, node in project.marts().items()
        for column, known in node["columns"].items()
        if not known.get("data_type")
    ]
    assert not loose


def test_a_mart_says_how_it_is_released(project: Project) -> None:
    for name, node in project.marts().items():
        release = node["config"].get("meta", {}).get("release") or {}
        assert set(release) - {"tier", "day_of", "made_of"} == {
            "key",
            "partition_by",
            "volatile",
        }, name
        moment = release.get("day_of")
        assert moment is None or node["columns"][moment]["data_type"] == "timestamp", name
        assert release.get("tier", release["key"][0]) in node["columns"], name
        known = set(node["columns"])
        named = {*release["key"], *release["volatile"], release["partition_by"]} - {None}
        assert release["key"] and named <= known, f"{name}: {named - known}"


def test_the_key_of_a_mart_is_tested(project: Project) -> None:
    """One column: not_null and unique. Several: each not_null and unique together."""
    loose = []
    for name, node in project.marts().items():
        if name in HELD_BY_A_GATE:
            continue
        key = node["config"]["meta"]["release"]["key"]
        tests = project.known_tests(node)
        told = [test["test_metadata"] for test in tests]
        given = [one["kwargs"] for one in told if one["name"] == "not_null_and_unique"]
        filled = {column for one in given for column in one.get("not_null", [])}
        unique = [one for each in given for one in each.get("unique", [])]
        is_unique = any(
            {one} == set(key) if isinstance(one, str) else set(one) == set(key) for one in unique
        )
        is_unique = is_unique or any("unique" in test for test in _own_tests(project, node))
        if not is_unique or not set(key) <= filled:
            missing = sorted(set(key) - filled)
            loose.append(f"{name}: unique {is_unique}, without not_null {missing}")
    assert not loose


def _own_tests(project: Project, node: dict) -> list[str]:
    """Names of the tests written for a model in SQL of their own."""
    return [
        test["name"]
        for test in project.manifest["nodes"].values()
        if test["resource_type"] == "test"
        and not test.get("test_metadata")
        and node["unique_id"] in test["depends_on"]["nodes"]
    ]


def test_what_is_stored_between_staging_and_marts_is_tested(project: Project) -> None:
    """A view is tested where it is stored."""
    loose = [
        name
        for name, node in project.models.items()
        if layer_of(node) in ("intermediate", "int")
        and node["config"]["materialized"] != "view"
        and name not in HELD_BY_A_GATE
        and not project.known_tests(node)
    ]
    assert not loose


def test_seeds_and_sources_describe_their_columns(project: Project) -> None:
    silent = [
        f"{name}.{column}"
        for name, node in project.seeds.items()
        for column, known in node["columns"].items()
        if not known["description"]
    ]
    assert not silent


def test_unit_tests_are_named_as_sentences(project: Project) -> None:
    names = [unit["name"] for unit in project.manifest["unit_tests"].values()]
    assert not [name for name in names if len(name.split("_")) < 3]
    assert len(names) == len(set(names))
