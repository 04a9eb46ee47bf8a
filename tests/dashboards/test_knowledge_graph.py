"""What is drawn round a thing: the nearest, always in the same place, as of the chosen days."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboards.knowledge.graph import drawing
from dashboards.knowledge.neighbourhood import PADDING, around, least_widths, places
from tests.dashboards.pages import failures, page


def edge(subject: str, other: str | None, relation: str = "knows") -> dict[str, Any]:
    return {
        "subject_id": subject, "subject": subject.upper(), "subject_type": "Team",
        "relation": relation, "object_id": other, "object": other and other.upper(),
        "object_type": other and "Service",
    }  # fmt: skip


CHAIN = [edge("a", "b"), edge("b", "c"), edge("c", "d"), edge("x", "y"), edge("a", None, "status")]


@pytest.mark.parametrize(
    ("depth", "found"), [(1, "ab"), (2, "abc"), (3, "abcd")], ids=["one", "two", "three"]
)
def test_things_within_some_steps_are_found_in_both_directions(depth: int, found: str) -> None:
    nodes, drawn, left_out = around(CHAIN, "a", depth)
    assert [node.entity_id for node in nodes] == list(found)
    assert [node.steps for node in nodes] == list(range(len(found)))
    assert len(drawn) == len(found) - 1 and left_out == 0
    backwards, _, _ = around(CHAIN, "d", depth)
    assert len(backwards) == len(found)


def test_of_too_many_the_nearest_and_best_tied_are_kept_and_the_rest_counted() -> None:
    edges = [edge("hub", f"n{number:02}") for number in range(20)]
    edges += [edge("n07", f"far{number}") for number in range(3)]
    nodes, drawn, left_out = around(edges, "hub", 2, most=5)
    assert [node.entity_id for node in nodes] == ["hub", "n07", "n00", "n01", "n02"]
    assert (len(drawn), left_out) == (4, 19)
    assert {one["object_id"] for one in drawn} <= {node.entity_id for node in nodes}


def test_a_thing_without_edges_stands_alone() -> None:
    nodes, drawn, left_out = around(CHAIN, "nobody", 3)
    assert ([node.entity_id for node in nodes], drawn, left_out) == (["nobody"], [], 0)
    assert places(nodes, drawn).tolist() == [[0.0, 0.0]]


def test_a_graph_looks_the_same_every_time_and_no_two_things_lie_on_one_another() -> None:
    rings = [edge(f"n{one}", f"n{other}") for one, other in itertools.combinations(range(8), 2)]
    edges = [*rings, edge("n0", "n0"), *(edge("n1", f"leaf{at}") for at in range(30))]
    nodes, drawn, _ = around(edges, "n0", 3)
    first = places(nodes, drawn)
    assert np.array_equal(first, places(nodes, drawn))
    assert np.isfinite(first).all() and first[0].tolist() == [0.0, 0.0]
    apart = np.linalg.norm(first[:, None] - first[None], axis=2)
    assert apart[~np.eye(len(nodes), dtype=bool)].min() > 0.01


def test_the_picture_has_a_line_for_each_edge_and_a_circle_for_each_thing() -> None:
    nodes, drawn, _ = around(CHAIN, "a", 2)
    rules, circles, words = drawing(nodes, drawn).layer
    assert (rules.data.num_rows, circles.data.num_rows) == (2, 3)
    assert words.data["label"].to_pylist() == ["A", "B", "C"]
    line = rules.data.to_pylist()[0]
    assert (line["x"], line["y"]) == (0.0, 0.0) and line["relation"] == "knows"


def test_the_page_draws_what_is_known_of_a_thing_and_says_why(released: Path) -> None:
    tested = page("knowledge", {"view": "Graph", "entity": "Ledger"})
    assert failures(tested) == []
    assert any("4 things and 3 edges" in one.value for one in tested.caption)
    assert any("<blockquote" in str(one.value) for one in tested.get("html"))
    (frame, *_, communities) = tested.dataframe
    assert {"billing depends on ledger", "billing owned by harbour"} <= {
        f"{row['subject']} {row['relation']} {row['object']}".lower()
        for row in frame.value.to_dict("records")
    }
    # of the widest tier there is
    assert communities.value["things"].tolist() == ["Billing, Harbour, Outage, Ledger"]
    tested.slider(key="graph_depth").set_value(1).run()
    assert any("2 things and 1 edges" in one.value for one in tested.caption)
    nothing = page("knowledge", {"view": "Graph", "entity": "zzzz"})
    assert any("is called so" in one.value for one in nothing.info)


def test_names_that_show_at_a_width_do_not_lie_on_one_another() -> None:
    edges = [edge("hub", f"thing number {number}") for number in range(40)]
    nodes, drawn, _ = around(edges, "hub", 1)
    at, labels = places(nodes, drawn), [node.name for node in nodes]
    least = least_widths(at, labels, 520)
    assert least[0] == 0, "the thing in the middle is named at any width"
    share = (at - at.min(axis=0)) / np.ptp(at, axis=0)
    counts = []
    for width in (342, 736, 1_300):
        x, y = PADDING + share.T * (np.array([[width], [520]]) - 2 * PADDING)
        shown = [place for place, one in enumerate(least) if one <= width]
        for one, other in itertools.combinations(shown, 2):
            apart = 6 * (len(labels[one]) + len(labels[other])) / 2
            assert abs(x[one] - x[other]) >= apart or abs(y[one] - y[other]) >= 13
        for one, other in itertools.product(shown[1:], range(len(nodes))):
            above = y[other] - y[one]  # y grows upwards, and a label stands above its thing
            assert abs(x[one] - x[other]) >= 3 * len(labels[one]) or not 4 < above < 20
        counts.append(len(shown))
    assert 1 < counts[0] < counts[1] <= counts[2]
