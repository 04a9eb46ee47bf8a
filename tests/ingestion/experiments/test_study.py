"""A study folder: what it gives, what of it cannot be used, and why."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from ingestion.experiments.definition import DefinitionError
from ingestion.experiments.demo import write_demo
from ingestion.experiments.files import version_of
from ingestion.experiments.study import read_study
from tests.python_models.experiments.studies import DRAFT, FILES, STUDY, write_study


def reasons(folder: Path) -> dict[str, str]:
    return {reject["reason"]: reject["error"] for reject in read_study(folder).rejects}


def test_whole_study_gives_its_rows_and_no_reject(tmp_path: Path) -> None:
    study = read_study(write_study(tmp_path))
    assert (study.name, study.is_usable, study.rejects) == ("small", True, [])
    counts = {table: len(rows) for table, rows in study.rows.items()}
    assert counts == {
        "studies": 1, "concepts": 3, "templates": 4, "models": 2, "curated_combos": 0,
        "imports": 0, "pair_factors": 0, "reevaluations": 0, "scorers": 0,
    }  # fmt: skip
    concept = study.rows["concepts"][0]
    assert json.loads(concept["tags"]) == ["alive", "small"]
    assert concept["length"] == len("Ants carry more than they weigh.")


def test_version_is_the_hash_of_all_files_and_their_names(tmp_path: Path) -> None:
    first = version_of(write_study(tmp_path / "a"))
    assert version_of(write_study(tmp_path / "b")) == first
    other = write_study(tmp_path / "c", **{"descriptions/sentence/ant.txt": "Ants carry."})
    assert version_of(other) != first


def test_what_a_study_excludes_is_neither_read_nor_part_of_its_version(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "a")
    own = folder / "study.yml"
    own.write_text(own.read_text() + "\nexclude: ['notes/*', '*.bak', study.yml]\n")
    clean = read_study(folder)
    (folder / "notes").mkdir()
    (folder / "notes" / "to do.txt").write_text("ask Ann")
    (folder / "templates" / "old.bak").write_bytes(b"\xff")
    study = read_study(folder)
    assert (study.version, study.rejects) == (clean.version, []) and study.is_usable
    (folder / "other.txt").write_text("no part of it")
    assert {reject["source_file"] for reject in read_study(folder).rejects} == {"other.txt"}


def test_missing_variable_names_template_and_variable(tmp_path: Path) -> None:
    found = reasons(write_study(tmp_path, **{"templates/essay/polished.jinja": "{{ drafts }}"}))
    assert "template polished (essay)" in found["unknown_variable"]
    assert "drafts" in found["unknown_variable"]


def test_missing_part_of_a_variable_names_template_and_part(tmp_path: Path) -> None:
    text = "{% for concept in concepts %}{{ concept.colour }}{% endfor %}"
    found = reasons(write_study(tmp_path, **{"templates/draft/idea.jinja": text}))
    assert "template idea (draft)" in found["unknown_variable"]
    assert "colour" in found["unknown_variable"]


@pytest.mark.parametrize(
    ("changed", "reason", "said"),
    [
        ({"notes.docx": "x"}, "unknown_file", "no part of a study"),
        ({"templates/draft/lost.jinja": DRAFT + "x"}, "not_named", "no usable row lost"),
        ({"descriptions/sentence/dog.txt": "Dogs."}, "not_named", "no concept dog"),
        ({"templates/draft/idea.jinja": "{% if %}"}, "not_a_template", "idea"),
        ({"templates/draft/idea.jinja": "{{ ''.__class__.mro() }}"}, "not_a_template", "idea"),
        ({"templates/draft/idea.jinja": " \n"}, "empty", "empty prompt"),
        ({"templates/draft/idea.jinja": '{% include "x" %}'}, "includes_a_file", "stands alone"),
        (
            {"concepts.csv": "concept_id,active\nant,true\nbell,true\ncrow,perhaps\n"},
            "not_a_flag",
            "line 4",
        ),
        (
            {"concepts.csv": "concept_id,active\nant,true\nant,true\nbell,true\ncrow,true\n"},
            "doubled",
            "ant",
        ),
        (
            {"concepts.csv": "concept_id\nant,true\nant\nbell\ncrow\n"},
            "wrong_width",
            "2 cells, the head has 1",
        ),
        ({"descriptions/sentence/crow.txt": None}, "no_description", "sentence/crow.txt"),
        (
            {"templates/evaluation.csv": "template_id,parser\nlast,guess\n"},
            "bad_parser",
            "'guess'",
        ),
        (
            {"templates/draft.csv": "template_id,generator\nidea,copy\n"},
            "bad_generator",
            "'copy'",
        ),
        (
            {
                "templates/evaluation.csv": (
                    "template_id,parser,scale_min,scale_max\nlast,complex,10,0\n"
                )
            },
            "bad_scale",
            "empty",
        ),
        (
            {
                "models.csv": FILES["models.csv"]
                + 'third,offline,m,true,true,"{""top_k"": 3}"\n'
            },
            "bad_parameters",
            "top_k",
        ),
        (
            {"models.csv": FILES["models.csv"] + "twin,offline,sluice-offline-1,true,true,{}\n"},
            "same_model",
            "judge",
        ),
        (
            {
                "templates/draft.csv": "template_id\nidea\ntwin\n",
                "templates/draft/twin.jinja": DRAFT,
            },
            "same_text",
            "twin says what idea says",
        ),
        ({"models.csv": "model_id\nx\n"}, "column_missing", "endpoint"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_a_reject_with_its_reason(
    tmp_path: Path, changed: dict[str, str | None], reason: str, said: str
) -> None:
    found = reasons(write_study(tmp_path, **changed))
    assert said in found[reason]


def test_evaluation_is_typed_unless_it_names_a_parser_and_is_then_another_question(
    tmp_path: Path,
) -> None:
    listed = "template_id,parser\nlast,\nalike,in_last_line\n"
    text = FILES["templates/evaluation/last.jinja"]
    changed = {"templates/evaluation.csv": listed, "templates/evaluation/alike.jinja": text}
    study = read_study(write_study(tmp_path, **changed))
    found = {
        row["template_id"]: row for row in study.rows["templates"] if row["kind"] == "evaluation"
    }
    assert {name: row["parser"] for name, row in found.items()} == {
        "last": "json",
        "alike": "in_last_line",
    }
    assert found["alike"]["text_hash"] == hashlib.sha256(f"llm\n{text}".encode()).hexdigest()
    assert found["last"]["text_hash"] != found["alike"]["text_hash"]


def test_file_that_is_not_utf8_is_a_reject(tmp_path: Path) -> None:
    write_study(tmp_path)
    (tmp_path / "concepts.csv").write_bytes(b"concept_id\n\xff\xfe\n")
    assert "not_utf8" in reasons(tmp_path)


def test_one_bad_row_leaves_the_others_in_the_study(tmp_path: Path) -> None:
    study = read_study(
        write_study(
            tmp_path,
            **{"templates/essay.csv": "template_id,generator\nsame,copy\npolished,odd\n"},
        )
    )
    assert study.is_usable
    assert [row["template_id"] for row in study.rows["templates"] if row["kind"] == "essay"] == [
        "same"
    ]


def test_every_file_balances_rows_in_with_accepted_and_rejected(tmp_path: Path) -> None:
    from ingestion.experiments.landing import file_rows

    folder = write_study(tmp_path, **{"notes.docx": "x", "concepts.csv": "concept_id\nant\n!\n"})
    rows = file_rows(read_study(folder), "small", "load")
    assert len(rows) == len(FILES) + 1
    assert all(row["rows_in"] == row["rows_accepted"] + row["rows_rejected"] > 0 for row in rows)
    assert {row["source_file"] for row in rows if row["status"] == "rejected"} >= {"notes.docx"}


def test_study_that_names_what_is_not_there_is_refused_whole(tmp_path: Path) -> None:
    study = read_study(
        write_study(tmp_path, **{"study.yml": STUDY + "concepts: {ids: [ant, zebra]}\n"})
    )
    assert not study.is_usable
    assert not any(study.rows.values())
    assert "zebra" in study.rejects[0]["error"]


def test_filters_say_what_takes_part(tmp_path: Path) -> None:
    study = read_study(
        write_study(
            tmp_path,
            **{"study.yml": STUDY + "concepts: {tags: [alive]}\nmodels: {evaluation: [judge]}\n"},
        )
    )
    active = {row["concept_id"] for row in study.rows["concepts"] if row["is_active"]}
    assert active == {"ant", "crow"}


def test_listed_combinations_are_rows_of_their_own(tmp_path: Path) -> None:
    text = STUDY + "combinations: [[crow, ant], [bell]]\n"
    study = read_study(write_study(tmp_path, **{"study.yml": text}))
    assert study.rows["studies"][0]["is_curated"]
    assert study.rows["curated_combos"] == [
        {"combo_number": 1, "concept_id": "crow"},
        {"combo_number": 1, "concept_id": "ant"},
        {"combo_number": 2, "concept_id": "bell"},
    ]


@pytest.mark.parametrize(
    "text",
    ["study: Odd Name\n", "study: a\nk_max: 51\n", "study: a\nconcept: x\n", "- a\n", ":\n-"],
)
def test_study_yml_that_is_wrong_says_where(tmp_path: Path, text: str) -> None:
    with pytest.raises(DefinitionError):
        read_study(write_study(tmp_path, **{"study.yml": text}))


def test_demo_is_the_same_for_the_same_seed_and_has_nothing_to_reject(tmp_path: Path) -> None:
    names = write_demo(tmp_path / "a")
    write_demo(tmp_path / "b")
    write_demo(tmp_path / "c", seed=8)
    for name in names:
        study = read_study(tmp_path / "a" / name)
        assert (study.is_usable, study.rejects) == (True, [])
        assert version_of(tmp_path / "b" / name) == study.version
        assert version_of(tmp_path / "c" / name) != study.version
    assert "SYNTHETIC" in (tmp_path / "a" / "README.md").read_text()


def as_bytes(folder: Path, name: str, content: bytes) -> Path:
    """Write one file of a study as another program saves it."""
    (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "bom"])
def test_tables_may_come_as_spreadsheets_save_them(
    tmp_path: Path, end: str, delimiter: str, mark: bytes
) -> None:
    lines = [
        ("concept_id", "name", "source"),
        ("", "", ""),
        ("ant", '"Ants, ""wood"" ones"', '"two\nlines; one cell"'),
        ("bell", "Glocken äöü 鐘", ""),
        ("", "", ""),
    ]
    text = end.join(delimiter.join(line) for line in lines)
    text = text.replace("two\nlines", f"two{end}lines")
    study = write_study(tmp_path / "s", **{"descriptions/sentence/crow.txt": None})
    found = read_study(as_bytes(study, "concepts.csv", mark + text.encode()))
    assert found.rejects == []
    concepts = {row["concept_id"]: row for row in found.rows["concepts"]}
    assert concepts["ant"]["name"] == 'Ants, "wood" ones'
    assert concepts["ant"]["origin"] == "two\nlines; one cell"
    assert concepts["bell"]["name"] == "Glocken äöü 鐘"


def test_a_table_without_a_column_says_which_it_has(tmp_path: Path) -> None:
    study = write_study(tmp_path / "s", **{"concepts.csv": "id;name\nant;Ants\n"})
    (reject,) = [one for one in read_study(study).rejects if one["reason"] == "column_missing"]
    assert reject["error"] == "concepts.csv: no column concept_id; there are id;name"


def test_two_columns_of_one_name_are_no_table(tmp_path: Path) -> None:
    study = write_study(tmp_path / "s", **{"concepts.csv": "concept_id,name,name\nant,A,B\n"})
    (reject,) = [one for one in read_study(study).rejects if one["reason"] == "column_doubled"]
    assert reject["error"] == "concepts.csv: two columns are called name"


def test_a_table_that_breaks_off_says_where_and_keeps_what_stood_before(tmp_path: Path) -> None:
    concepts = 'concept_id,name\nant,Ants\nbell,Bells\ncrow,"Crows"s\nant2,Ants\n'
    found = read_study(write_study(tmp_path / "s", **{"concepts.csv": concepts}))
    assert {row["concept_id"] for row in found.rows["concepts"]} == {"ant", "bell"}
    (reject,) = [one for one in found.rejects if one["reason"] == "not_csv"]
    assert reject["error"].startswith("concepts.csv: line 4: ")
    assert reject["error"].endswith("; nothing after it was read")


@pytest.mark.parametrize(("k_max", "is_usable"), [(2, False), (3, True)])
def test_a_template_may_name_as_many_concepts_as_a_prompt_is_given(
    tmp_path: Path, k_max: int, is_usable: bool
) -> None:
    third = {"templates/draft/idea.jinja": "Link {{ concepts[2].name }}."}
    study = f"study: small\nk_max: {k_max}\nlevel: sentence\n"
    found = read_study(write_study(tmp_path / "s", **{"study.yml": study}, **third))
    assert found.is_usable is is_usable
    if not is_usable:
        (reject,) = [one for one in found.rejects if one["reason"] == "unknown_variable"]
        assert "template idea (draft)" in reject["error"]
        assert "a prompt is given 2 concepts" in reject["error"]
