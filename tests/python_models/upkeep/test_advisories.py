"""`make audit` finds the advisories that concern a pinned version, and no others."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.upkeep.advisories import (
    LOCK,
    AdvisoriesUnreadable,
    audit,
    is_affected,
    matches,
    pinned_versions,
    read_advisories,
)


def advisory(name: str, events: list[dict[str, str]], **more: Any) -> dict[str, Any]:
    affected = {
        "package": {"ecosystem": "PyPI", "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {"id": "PYSEC-1", "summary": "too much is let in", "affected": [affected]} | more


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.9", False),
        ("1.0", True),
        ("1.4.9", True),
        ("1.5rc1", True),
        ("1.5", False),
        ("1.9", False),
        ("2.0", True),
        ("2.3", True),
        ("2.3.1", False),
    ],
)
def test_a_version_is_affected_from_introduced_until_fixed(version: str, expected: bool) -> None:
    events = [
        {"introduced": "2.0"},  # the order in the file is none
        {"last_affected": "2.3"},
        {"introduced": "1.0"},
        {"fixed": "1.5"},
    ]
    assert is_affected(Version(version), {"ranges": [{"type": "ECOSYSTEM", "events": events}]}) is (
        expected
    )


def test_zero_is_before_every_version() -> None:
    events = [{"introduced": "0"}]
    assert is_affected(Version("0.0a1"), {"ranges": [{"type": "ECOSYSTEM", "events": events}]})


def test_a_listed_version_is_affected_and_commits_say_nothing() -> None:
    of_git = [{"type": "GIT", "events": [{"introduced": "0"}]}]
    assert not is_affected(Version("1.0"), {"ranges": of_git})
    assert is_affected(Version("1.0"), {"versions": ["not a version", "1.0.0"]})


def test_names_are_compared_as_the_index_does_and_other_ecosystems_are_not() -> None:
    events = [{"introduced": "0"}, {"fixed": "2.0"}]
    found = list(matches({"lxml-html-clean": {"1.0"}}, [advisory("LXML_html.clean", events)]))
    assert [(row["package"], row["version"], row["fixed_in"]) for row in found] == [
        ("lxml-html-clean", "1.0", "2.0")
    ]
    other = advisory("lxml-html-clean", events)
    other["affected"][0]["package"]["ecosystem"] = "npm"
    assert not list(matches({"lxml-html-clean": {"1.0"}}, [other]))


def test_the_lock_is_read_whole() -> None:
    text = LOCK.read_text()
    pinned = pinned_versions(text)
    assert pinned["duckdb"] == {"1.5.5"}
    names = {line.partition("==")[0] for line in text.splitlines() if line[:1].isalnum()}
    assert len(pinned) == len(names) > 200


def test_the_bill_of_materials_names_what_is_pinned_and_depended_on(tmp_path: Path) -> None:
    command = ["make", "sbom", f"FILE={tmp_path / 'sbom.json'}", f"PY={sys.executable}"]
    subprocess.run(command, cwd=PROJECT_ROOT, check=True, capture_output=True)
    bill = json.loads((tmp_path / "sbom.json").read_text())
    assert (bill["bomFormat"], bill["metadata"]["component"]["name"]) == ("CycloneDX", "sluice")
    named = {canonicalize_name(one["name"]): one["version"] for one in bill["components"]}
    pinned = pinned_versions(LOCK.read_text())
    for name in ("dbt-core", "dlt", "duckdb", "great-expectations", "openai", "pyiceberg"):
        assert {named[name]} == pinned[name]
    assert len(set(named) & set(pinned)) > 200


def test_one_a_list_lines_and_a_zip_are_read_and_what_was_withdrawn_is_not(tmp_path: Path) -> None:
    events = [{"introduced": "0"}]
    standing = advisory("duckdb", events)
    withdrawn = advisory("duckdb", events, id="PYSEC-2", withdrawn="2025-01-01T00:00:00Z")
    (tmp_path / "one.json").write_text(json.dumps(standing))
    (tmp_path / "list.json").write_text(json.dumps([standing, withdrawn]))
    (tmp_path / "lines.jsonl").write_text(f"{json.dumps(standing)}\n{json.dumps(withdrawn)}\n")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("PYSEC-1.json", json.dumps(standing))
        archive.writestr("PYSEC-2.json", json.dumps(withdrawn))
    for name in ("one.json", "list.json", "lines.jsonl", "all.zip"):
        assert [found["id"] for found in read_advisories(tmp_path / name)] == ["PYSEC-1"], name


def test_the_command_says_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "advisories.json"
    path.write_text(json.dumps([advisory("duckdb", [{"introduced": "1.5.0"}])]))
    assert audit(Namespace(file=str(path), json=False)) == 1
    assert "PYSEC-1" in (told := capsys.readouterr().out) and "1 match" in told
    path.write_text(json.dumps([advisory("duckdb", [{"introduced": "0"}, {"fixed": "1.0"}])]))
    assert audit(Namespace(file=str(path), json=False)) == 0


@pytest.mark.parametrize("text", ["", "<html>", '{"vulns": []}', "[1]"])
def test_what_holds_no_advisories_is_an_error_that_names_the_file(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "advisories.json"
    path.write_text(text)
    with pytest.raises(AdvisoriesUnreadable, match=r"advisories\.json"):
        list(read_advisories(path))
