"""Combinations of several sizes, of any size, and from a file; counted before they are made."""

from __future__ import annotations

from collections import defaultdict
from math import comb
from pathlib import Path

import pytest

from ingestion.experiments import combos
from ingestion.experiments.definition import DefinitionError
from ingestion.experiments.study import Study, read_study
from tests.python_models.experiments.studies import STUDY, write_study

PLAIN = STUDY.replace("k_max: 2\n", "")


def read(folder: Path, study: str, concepts: int = 3, **files: str | None) -> Study:
    """Read a study of so many concepts: ant, bell, crow and made-up ones."""
    more = [f"x{at:03}" for at in range(concepts - 3)]
    table = "concept_id\n" + "".join(f"{name}\n" for name in ("ant", "bell", "crow", *more))
    texts: dict[str, str | None] = {f"descriptions/sentence/{name}.txt": name for name in more}
    return read_study(
        write_study(folder, **{"study.yml": study, "concepts.csv": table}, **texts, **files)
    )


def made(study: Study) -> list[str]:
    found: dict[int, list[str]] = defaultdict(list)
    for row in study.rows["curated_combos"]:
        found[row["combo_number"]].append(row["concept_id"])
    return ["+".join(combo) for combo in found.values()]


def why_not(study: Study) -> str:
    return " ".join(reject["error"] for reject in study.rejects)


def test_several_sizes_give_all_combinations_of_each(tmp_path: Path) -> None:
    study = read(tmp_path, PLAIN + "sizes: [3, 1, 2]\n")
    assert study.rejects == []
    every = ["ant", "bell", "crow", "ant+bell", "ant+crow", "bell+crow", "ant+bell+crow"]
    assert made(study) == every
    (row,) = study.rows["studies"]
    assert (row["k_max"], row["is_curated"]) == (3, True)


def test_one_size_is_made_in_sql_as_before(tmp_path: Path) -> None:
    study = read(tmp_path, STUDY)
    assert (made(study), study.rows["studies"][0]["is_curated"]) == ([], False)


@pytest.mark.parametrize("size", [7, 9, 10])
def test_a_prompt_may_have_any_number_of_concepts(tmp_path: Path, size: int) -> None:
    study = read(tmp_path, f"{PLAIN}k_max: {size}\n", concepts=10)
    assert study.rejects == []
    assert len(set(made(study))) == comb(10, size)
    assert {len(combo.split("+")) for combo in made(study)} == {size}


def test_a_template_has_to_hold_for_the_smallest_size_too(tmp_path: Path) -> None:
    second = "{{ concepts[1].name }}"
    study = read(tmp_path, PLAIN + "sizes: [1, 2]\n", **{"templates/draft/idea.jinja": second})
    assert "a prompt is given 1 concepts" in why_not(study)


def test_too_many_combinations_are_priced_and_refused_without_making_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_: object) -> None:
        raise AssertionError("combinations were made to be counted")

    monkeypatch.setattr(combos, "combinations", nobody)
    study = read(tmp_path, PLAIN + "sizes: [2, 40]\nreplicates: {evaluation: 3}\n", concepts=80)
    total = comb(80, 2) + comb(80, 40)
    said = why_not(study)
    assert not study.is_usable
    assert f"{total:,} of 80 concepts (3,160 of 2, {comb(80, 40):,} of 40)" in said
    assert f"{total:,} drafts, {total:,} essays and {total * 2 * 3:,} evaluations" in said
    assert f"`most_combinations: {total}`" in said


def test_more_than_the_limit_is_tried_where_the_study_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(combos, "MOST_COMBOS", 5)
    refused = read(tmp_path / "a", PLAIN + "sizes: [1, 2]\n")
    assert "more than 5 combinations: 6 of 3 concepts" in why_not(refused)
    meant = read(tmp_path / "b", PLAIN + "sizes: [1, 2]\nmost_combinations: 6\n")
    assert (meant.rejects, len(made(meant))) == ([], 6)
    fewer = read(tmp_path / "c", PLAIN + "sizes: [1, 2]\nmost_combinations: 2\n")
    assert "more than 2 combinations" in why_not(fewer)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("sizes: [4]\n", "3 active concepts, the largest of sizes is 4"),
        ("sizes: [1, 2]\ncombinations: [[ant, bell]]\n", "exclude each other"),
    ],
)
def test_sizes_that_cannot_be_tried_are_said(tmp_path: Path, more: str, said: str) -> None:
    assert said in why_not(read(tmp_path, PLAIN + more))


@pytest.mark.parametrize(
    "more", ["sizes: []\n", "sizes: [0]\n", "sizes: [2, 2]\n", "k_max: 3\nsizes: [1, 2]\n"]
)
def test_sizes_that_are_none_end_the_study(tmp_path: Path, more: str) -> None:
    with pytest.raises(DefinitionError, match=r"sizes|k_max"):
        read(tmp_path, PLAIN + more)


def test_combinations_come_from_a_file(tmp_path: Path) -> None:
    table = "concepts;active\nant+bell;true\ncrow;true\nbell+crow;false\n"
    study = read(tmp_path, STUDY, **{"combinations.csv": table})
    assert study.rejects == []
    assert made(study) == ["ant+bell", "crow"]
    assert study.rows["studies"][0]["is_curated"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("ant;dog", "concepts.csv has no usable dog"),
        ("ant;ant", "is not a list of different concepts"),
        (";", "is not a list of different concepts"),
        ("ant;bell;crow", "has more than k_max 2 concepts"),
        ("bell;ant", "listed before, as 'ant;bell'"),
    ],
)
def test_a_line_that_cannot_be_used_is_a_reject_and_the_others_stand(
    tmp_path: Path, row: str, said: str
) -> None:
    study = read(tmp_path, STUDY, **{"combinations.csv": f"concepts\nant;bell\n{row}\n"})
    (reject,) = study.rejects
    assert said in reject["error"]
    assert (reject["source_file"], reject["line_number"]) == ("combinations.csv", 3)
    assert made(study) == ["ant+bell"]


def test_a_file_without_a_usable_line_never_means_all_combinations(tmp_path: Path) -> None:
    study = read(tmp_path, STUDY, **{"combinations.csv": "concepts\nant;dog\n"})
    assert "combinations.csv lists no combination that can be used" in why_not(study)
    assert not study.is_usable


def test_a_file_of_concepts_that_take_no_part_is_a_problem_of_the_study(tmp_path: Path) -> None:
    study = read(
        tmp_path,
        STUDY + "concepts: {ids: [ant, bell]}\n",
        **{"combinations.csv": "concepts\nant;crow\n"},
    )
    assert "ant;crow names crow: no active concept" in why_not(study)
    both = read(
        tmp_path, STUDY + "combinations: [[ant]]\n", **{"combinations.csv": "concepts\nant\n"}
    )
    assert "leave one out" in why_not(both)
