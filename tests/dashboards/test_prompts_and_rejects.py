"""Versions of a prompt beside each other, and refused records down to their text."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from dashboards.parts.text import diff_html
from dashboards.shared import llm_queries as queries
from dashboards.shared.llm_prompts import difference, lines_of, said_by_all
from ingestion.lakehouse.lake import lake
from tests.dashboards.pages import failures, page, words


def asked(system: str, user: str) -> str:
    return json.dumps([{"role": "system", "content": system}, {"role": "user", "content": user}])


@pytest.fixture
def two_versions(tmp_path: Path, release_file: Path, clean_settings: None) -> Path:
    """A release whose prompt `assessment` was asked in a second version about one row too."""
    path = tmp_path / "versions.duckdb"
    path.write_bytes(release_file.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update llm.calls set step = 'judge', prompt_hash = 'h1', input_messages = $said"
            " where prompt_template = 'assessment'",
            {"said": asked("Be brief.\nBe kind.", "one")},
        )
        connection.execute(
            "insert into llm.calls by name select * replace ('h2' as prompt_hash,"
            " '2' as prompt_version, call_id || '-b' as call_id, $said as input_messages,"
            " asked_at + interval 1 day as asked_at)"
            " from llm.calls where prompt_template = 'assessment' limit 1",
            {"said": asked("Be brief.\nBe exact.", "one")},
        )
    lake().latest.symlink_to(path)
    return path


def test_what_a_version_says_otherwise_is_shown_by_the_row_both_were_asked_about(
    two_versions: Path,
) -> None:
    tested = page("llm", {"view": "Prompts"})
    assert failures(tested) == []
    said = words(tested)
    assert "As both asked about" in said and "2 lines differ" in said
    assert ">-Be kind.<" in said and ">+Be exact.<" in said and "> Be brief.<" in said
    versions = tested.dataframe[0].value
    assert list(versions["prompt_version"])[:2] == ["2", "1"]


def test_versions_without_a_row_in_common_are_held_against_by_what_all_calls_say(
    two_versions: Path,
) -> None:
    with duckdb.connect(str(two_versions)) as connection:
        connection.execute("update llm.calls set row_key = 'other' where prompt_hash = 'h2'")
        key = {"step": "judge", "template": "assessment"}
        pair = connection.execute(queries.PROMPT_PAIR, key | {"a": "h1", "b": "h2"}).fetchall()
    assert pair == []
    tested = page("llm", {"view": "Prompts"})
    assert "No row was asked about in both" in words(tested)
    assert ">-Be kind.<" in words(tested) and ">+Be exact.<" in words(tested)


def test_the_lines_of_a_template_are_those_that_every_call_says() -> None:
    calls = [asked("Judge.\nBe kind.", "a text"), asked("Judge.\nBe kind.", "another")]
    assert said_by_all(calls) == ["[system]", "Judge.", "Be kind.", "[user]"]
    assert said_by_all([]) == []
    assert lines_of("no json") == ["[prompt]", "no json"]
    assert difference(["a", "b"], ["a", "b"]) == []
    assert "&lt;b&gt;" in diff_html(["+<b>"]) and "<b>" not in diff_html(["+<b>"])


def test_a_prompt_that_was_asked_in_one_version_has_nothing_to_compare(released: Path) -> None:
    assert "in one version so far" in words(page("llm", {"view": "Prompts"}))


def test_a_refused_record_is_shown_whole_with_what_else_came(
    tmp_path: Path, release_file: Path
) -> None:
    path = tmp_path / "rejects.duckdb"
    path.write_bytes(release_file.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "insert into news.rejects by name select 'l9' as load_id, 'feed' as source,"
            " '/in/feed.xml' as source_file, 4 as line_number, 'no_title' as reason,"
            " 'the entry has no title' as error, '<entry>\n  <b>x</b></entry>' as raw_text,"
            " timestamp '2030-01-01' as rejected_at"
        )
        connection.execute(
            "insert into ops.loads by name select 'l9' as load_id, 'feed' as source,"
            " 'landed' as state, 12 as rows, 1 as rejects"
        )
    lake().latest.symlink_to(path)
    tested = page("quality", {"view": "Rejected rows"})
    assert failures(tested) == []
    said = words(tested)
    assert "feed\\.xml\\, line 4" in said and "the entry has no title" in said
    assert "<entry>\n  <b>x</b></entry>" in [code.value for code in tested.code]
    assert {"News", "Telemetry"} <= set(tested.dataframe[0].value["product"])
    load = tested.dataframe[2].value
    assert (load["rows"].iloc[0], load["rejects"].iloc[0]) == (12, 1)
