from __future__ import annotations

from typing import Any

import pytest

from python_models.runs.spark.layers import LOCAL, SPARK, Layer, cut, engine_of, read_across
from python_models.runs.spark.listing import _kept

pytestmark = pytest.mark.unit


def graph(**parents: str) -> dict[str, dict[str, Any]]:
    """Return nodes named by what they are: `gate_..`, `llm_..`, `py_..` are Python models,
    `seed_..`, `test_..` are of that kind, `in_..` is put into the queries of others."""
    return {name: node(name, listed.split()) for name, listed in parents.items()}


def node(name: str, parents: list[str]) -> dict[str, Any]:
    kind = name.partition("_")[0]
    return {
        "unique_id": name,
        "name": name,
        "fqn": ["sluice", "weather", "intermediate", name],
        "resource_type": kind if kind in ("seed", "test") else "model",
        "language": "python" if kind in ("gate", "llm", "py", "release") else "sql",
        "config": {"materialized": "ephemeral" if kind == "in" else "table", "meta": {}},
        "depends_on": {"nodes": parents},
    }


CHAIN = graph(
    seed_units="",
    gate_landed="",
    in_stations="gate_landed",
    readings="in_stations seed_units",
    test_readings="readings",
    days="readings",
    llm_days="days",
    checked="llm_days",
    report="days",
    gate_last="checked report",
    release_all="gate_last checked report",
)


def engines_and_nodes(layers: list[Layer]) -> list[tuple[str, set[str]]]:
    return [(layer.engine, set(layer.nodes)) for layer in layers]


def test_layers_alternate_and_each_node_comes_as_early_as_it_can() -> None:
    assert engines_and_nodes(cut(CHAIN, CHAIN)) == [
        (LOCAL, {"seed_units", "gate_landed", "in_stations"}),
        (SPARK, {"readings", "days", "report"}),
        (LOCAL, {"test_readings", "llm_days"}),
        (SPARK, {"checked"}),
        (LOCAL, {"gate_last", "release_all"}),
    ]


def test_every_node_is_in_one_layer_after_all_it_rests_on() -> None:
    layers = cut(CHAIN, CHAIN)
    place = {name: at for at, layer in enumerate(layers) for name in layer.nodes}
    assert place.keys() == CHAIN.keys()
    for name, one in CHAIN.items():
        for parent in one["depends_on"]["nodes"]:
            assert place[parent] <= place[name]


def test_a_test_is_never_later_than_what_is_released_of_its_table() -> None:
    more = CHAIN | graph(test_checked="checked")
    layers = cut(more, more)
    [of_test] = [at for at, layer in enumerate(layers) if "test_checked" in layer.nodes]
    [of_release] = [at for at, layer in enumerate(layers) if "release_all" in layer.nodes]
    assert of_test <= of_release


def test_a_model_inside_the_queries_of_others_does_not_part_a_layer() -> None:
    nodes = graph(readings="", in_named="readings", days="in_named")
    assert engines_and_nodes(cut(nodes, nodes)) == [
        (SPARK, {"readings", "days"}),
        (LOCAL, {"in_named"}),
    ]


def test_the_first_layer_is_of_the_engine_that_gives_fewer() -> None:
    nodes = graph(readings="", py_scores="readings", days="py_scores")
    assert [layer.engine for layer in cut(nodes, nodes)] == [SPARK, LOCAL, SPARK]


def test_what_is_not_selected_still_orders_what_is() -> None:
    selected = {"gate_landed", "days", "llm_days", "release_all"}
    assert engines_and_nodes(cut(CHAIN, selected)) == [
        (LOCAL, {"gate_landed"}),
        (SPARK, {"days"}),
        (LOCAL, {"llm_days", "release_all"}),
    ]
    assert cut(CHAIN, set()) == []


def test_models_of_no_product_and_those_that_say_so_run_on_duckdb() -> None:
    one = node("days", [])
    assert engine_of(one) == SPARK
    assert engine_of(one | {"fqn": ["sluice", "ops", "days"]}) == LOCAL
    history = one | {"config": {"materialized": "incremental", "full_refresh": False}}
    assert engine_of(_kept(history)) == LOCAL  # as it is listed
    said = one | {"config": {"materialized": "table", "meta": {"engine": "local"}}}
    assert engine_of(said) == LOCAL


def test_what_a_layer_reads_of_the_other_engine_is_found_through_inlined_models() -> None:
    nodes = CHAIN | graph(in_units="seed_units", more="in_units llm_days report")
    found = read_across(nodes, Layer(SPARK, ("more",)))
    assert found.keys() == {"seed_units", "llm_days"}
    found = read_across(nodes, Layer(LOCAL, ("llm_days", "test_readings")))
    assert found.keys() == {"days", "readings"}


def test_a_gate_is_waited_for_and_not_read() -> None:
    assert read_across(CHAIN, Layer(SPARK, ("in_stations", "report"))) == {}
