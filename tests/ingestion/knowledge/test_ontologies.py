"""Ontologies: what is bundled can be used, and what cannot be used says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.knowledge.conditions import (
    OF_A_PREDICATE,
    OF_A_TYPE,
    ConditionError,
    parse_condition,
)
from ingestion.knowledge.ontologies import (
    BUNDLED,
    COLUMNS,
    OntologyError,
    faults_of,
    landed_rows,
    read_version,
    versions_in,
)

GOOD = {
    "types": "Thing,,,,\nService,Thing,,,\nTeam,Thing,,linear_team,\n",
    "relations": "owned_by,Service,Team,owns,true,false,state\nname,Thing,text,,true,false,state\n",
    "mapping": "type,service,,Service\npredicate,owned by,subject.type = 'Service',owned_by\n",
    "changes": "",
}


def _version(folder: Path, **rows: str) -> Path:
    folder.mkdir()
    for name, columns in COLUMNS.items():
        text = ",".join(columns) + "\n" + (GOOD | rows)[name]
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("folder", versions_in(BUNDLED), ids=lambda path: path.name)
def test_a_bundled_version_has_no_fault(folder: Path) -> None:
    assert faults_of(read_version(folder)) == []


def test_a_good_version_lands_row_by_row(tmp_path: Path) -> None:
    version = read_version(_version(tmp_path / "v9"))
    assert faults_of(version) == []
    assert landed_rows(version)["mapping"][1] == {
        "ontology_id": "v9", "position": 1, "kind": "predicate", "said": "owned by",
        "condition": "subject.type = 'Service'", "becomes": "owned_by",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("types", "Service,Thing,,,\n", "parent Thing, which is no type"),
        ("types", "A,B,,,\nB,A,,,\nService,,,,\nTeam,,,,\nThing,,,,\n", "its own parent"),
        ("types", GOOD["types"] + "Team,,,,\n", "stands there twice"),
        ("types", GOOD["types"] + "Odd,,,,[\n", "no regular expression"),
        ("relations", "owned_by,Service,Nobody,,true,false,state\n", "Nobody, which is no type"),
        ("relations", "owned_by,Service,Team,,yes,false,state\n", "it is true or false"),
        ("relations", "owned_by,Service,Team,,true,true,state\n", "is symmetric"),
        ("relations", "owned_by,Service,Team,,true,false,always\n", "state or event"),
        ("mapping", "type,service,,Ship\n", "becomes Ship"),
        ("mapping", "type,service,name ~~ 'x',Service\n", "a quoted text is wanted"),
        ("mapping", "type,service,subject.name = 'x',Service\n", "is no term"),
        ("changes", "split,type,Service,Team,,why\n", "needs a condition"),
        ("changes", "retire,type,Old,,,\n", "has no reason"),
        ("changes", "rename,type,Service,Team,,why\n", "still there"),
        ("changes", "rename,type,Old,New,,why\n", "New, which the version lacks"),
    ],
)
def test_what_cannot_be_used_says_why(tmp_path: Path, file: str, text: str, said: str) -> None:
    faults = faults_of(read_version(_version(tmp_path / "v", **{file: text})))
    assert any(said in fault for fault in faults), faults


def test_a_missing_file_or_column_is_named(tmp_path: Path) -> None:
    folder = _version(tmp_path / "v")
    (folder / "types.csv").write_text("type,parent\nA,\n", encoding="utf-8")
    with pytest.raises(OntologyError, match="no column description, strong_ids, patterns"):
        read_version(folder)
    (folder / "mapping.csv").unlink()
    (folder / "types.csv").unlink()
    with pytest.raises(OntologyError, match="no such file"):
        read_version(folder)


VALUES = {"name": ["Ledger-DB"], "source": ["slack", "pages"], "fact.runs_on": ["db-01"]}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("", True),
        ("name ~ '-db$'", True),
        ("name !~ '-db$'", False),
        ("name = 'ledger-db' and source = 'SLACK'", True),
        ("not (source in ('mail', 'pages'))", False),
        ("source not in ('mail')", True),
        ("source != 'pages' or has fact.runs_on", True),
        ("has attr.tier", False),
        (r"name ~ '^\S+-\S+$'", True),
        ("name = 'it''s'", False),
    ],
)
def test_a_condition_holds_where_a_value_fits(condition: str, holds: bool) -> None:
    found = parse_condition(condition, OF_A_TYPE)
    assert found(lambda term: VALUES.get(term, [])) is holds


@pytest.mark.parametrize(
    "condition",
    ["name", "name =", "= 'x'", "name = 'x' or", "(name = 'x'", "name = 'x')", "name ~ '['", "a#b"],
)
def test_what_is_no_condition_is_refused(condition: str) -> None:
    with pytest.raises(ConditionError):
        parse_condition(condition, OF_A_PREDICATE)
