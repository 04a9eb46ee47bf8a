"""Cells: their ids hang on what they rest on, and on nothing else."""

from __future__ import annotations

import itertools

import pytest

from python_models.knowledge.grid.cells import Axes, UnknownAxis, cells_of

AXES = Axes(
    {
        "chunker": ["a", "b", "c"],
        "embedder": ["m", "n"],
        "extractor": ["p", "q"],
        "resolver": ["r"],
        "ontology": ["v1", "v2"],
    },
    "corpus-1",
)


def test_without_a_grid_there_is_one_cell_of_the_defaults_and_it_is_released() -> None:
    (cell,) = cells_of([], AXES).to_pylist()
    assert (cell["chunker_id"], cell["ontology_id"], cell["released"]) == ("a", "v1", True)


def test_before_anything_landed_the_cell_of_the_defaults_names_no_ontology() -> None:
    nothing = Axes({**AXES.values, "ontology": []}, "")
    (cell,) = cells_of([], nothing).to_pylist()
    assert (cell["chunker_id"], cell["corpus_id"], cell["ontology_id"]) == ("a", "", "")


def test_24_cells_rest_on_6_embeddings_6_extractions_and_12_graphs() -> None:
    axes = itertools.product("abc", "mn", "pq", ("v1", "v2"))
    rows = [
        {"grid_id": "g", "cell_id": str(at), "chunker": c, "embedder": m, "extractor": x,
         "ontology": o, "released": at == 0}
        for at, (c, m, x, o) in enumerate(axes)
    ]  # fmt: skip
    cells = cells_of(rows, AXES).to_pylist()
    assert len(cells) == 24
    assert len({(cell["chunker_id"], cell["embedder_id"]) for cell in cells}) == 6
    assert len({cell["resolution_id"] for cell in cells}) == 6
    assert len({cell["graph_id"] for cell in cells}) == 12


def test_another_corpus_is_another_resolution() -> None:
    other = Axes(AXES.values, "corpus-2")
    first, second = (cells_of([], axes).to_pylist()[0] for axes in (AXES, other))
    assert first["resolution_id"] != second["resolution_id"]


def test_a_name_there_is_not_is_told_with_the_one_that_was_meant() -> None:
    rows = [{"grid_id": "g", "cell_id": "1", "ontology": "v22", "released": True}]
    with pytest.raises(UnknownAxis, match="no ontology 'v22' .did you mean v2"):
        cells_of(rows, AXES)


def test_two_released_cells_are_refused() -> None:
    rows = [{"grid_id": "g", "cell_id": str(at), "released": True} for at in range(2)]
    with pytest.raises(UnknownAxis, match="more than one cell is released: g/0, g/1"):
        cells_of(rows, AXES)
