"""Studies whose judges are shown essays two at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.experiments.definition import Definition, DefinitionError
from ingestion.experiments.pairs import pair_questions
from ingestion.experiments.study import read_study
from tests.python_models.experiments.studies import STUDY, write_study

WITH_PAIRS = {
    "templates/comparison.csv": "template_id\nbetter\n",
    "templates/comparison/better.jinja": "{{ essay_a | data('A') }}{{ essay_b | data('B') }}",
}


def factors(folder: Path) -> list[str]:
    return [row["factor"] for row in read_study(folder).rows["pair_factors"]]


def test_comparison_templates_alone_ask_for_pairs_that_differ_in_one_thing(tmp_path: Path) -> None:
    assert factors(write_study(tmp_path / "without")) == []
    given = write_study(tmp_path / "with", **WITH_PAIRS)
    assert factors(given) == ["draft_template", "essay_template", "generation_model"]
    (template,) = (
        row for row in read_study(given).rows["templates"] if row["kind"] == "comparison"
    )
    assert (template["parser"], template["scale_min"]) == ("json", None)


def test_study_says_what_may_differ(tmp_path: Path) -> None:
    study = {"study.yml": STUDY + "pairs: [generation_model, essay_template]\n"}
    given = write_study(tmp_path / "some", **WITH_PAIRS, **study)
    assert factors(given) == ["essay_template", "generation_model"]
    study = {"study.yml": STUDY + "pairs: [evaluation_model]\n"}
    with pytest.raises(DefinitionError, match="pairs"):
        read_study(write_study(tmp_path / "odd", **WITH_PAIRS, **study))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"templates/comparison.csv": None, "templates/comparison/better.jinja": None},
         "pairs: there is no usable template of comparison"),
        ({"models.csv": "model_id,provider_model,for_evaluation\nwriter,m,false\n"},
         "to judge pairs takes a model for evaluation"),
        ({"templates/comparison.csv": "template_id,parser\nbetter,in_last_line\n"},
         "the verdict of a pair is typed"),
        ({"templates/comparison/better.jinja": "{{ essay }}"}, "nothing fills essay"),
    ],
    ids=["no template", "no judge", "free text", "one essay"],
)  # fmt: skip
def test_pairs_that_cannot_be_asked_say_why(
    tmp_path: Path, changed: dict[str, str | None], said: str
) -> None:
    study = {"study.yml": STUDY + "pairs: [generation_model]\n"}
    found = read_study(write_study(tmp_path, **(WITH_PAIRS | study | changed)))
    assert any(said in reject["error"] for reject in found.rejects), found.rejects


def test_questions_are_counted_before_they_are_made() -> None:
    """Of 2 drafts x 3 essays x 2 models: 6 + 12 + 6 pairs of each combination, in two orders."""
    templates = [
        {"kind": kind, "is_active": True, "generator": "llm"}
        for kind, count in (("draft", 2), ("essay", 3), ("evaluation", 1), ("comparison", 2))
        for _ in range(count)
    ]
    templates.append({"kind": "essay", "is_active": True, "generator": "import"})  # writes none
    models = [
        {"for_generation": at < 2, "for_evaluation": at >= 2} for at in range(5)
    ]  # two write, three judge
    rows = {"templates": templates, "models": models}
    every = [{"factor": one} for one in ("draft_template", "essay_template", "generation_model")]
    study = Definition(study="s", replicates={"draft": 4})
    assert pair_questions(study, rows | {"pair_factors": every}, 10) == 10 * 24 * 4 * 2 * 2 * 3
    assert pair_questions(study, rows | {"pair_factors": every[:1]}, 10) == 10 * 6 * 4 * 2 * 2 * 3
    assert pair_questions(study, rows | {"pair_factors": []}, 10) == 0
