"""Paths of any spelling reach pyiceberg, SQLAlchemy, SQLite and DuckDB as what they are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyiceberg.io.pyarrow import PyArrowFileIO
from sqlalchemy import create_engine, text

from ingestion.lakehouse.paths import (
    as_location,
    escaped_glob,
    local_path,
    location,
    sqlite_path,
    sqlite_url,
)
from ingestion.lakehouse.settings import PROJECT_ROOT
from ingestion.lakehouse.sql_text import identifier, literal
from python_models.upkeep.relocate import moves

ODD = ["plain", "räl 'x' #1 %20", 'a [b]*? "q"', "100%#?&=;", "ünï%2F"]
NAMES = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="/"), min_size=1
)


@given(NAMES)
def test_a_location_comes_back_as_the_path_it_was_made_of(name: str) -> None:
    path = f"/lake/{name}x"
    assert local_path(location(path)) == path


@given(NAMES)
def test_a_sqlite_address_comes_back_as_the_path_it_was_made_of(name: str) -> None:
    assert sqlite_path(sqlite_url(Path(f"/lake/{name}x.db"), 60)) == f"/lake/{name}x.db"


@given(NAMES)
def test_duckdb_reads_literals_and_names_as_they_were_given(name: str) -> None:
    found = duckdb.sql(f"select {literal(name)} as {identifier(name)}")
    assert found.fetchone() == (name,)
    assert found.columns == [name]


def test_an_ordinary_path_keeps_the_location_older_lakes_have() -> None:
    assert location("/srv/lake/warehouse") == Path("/srv/lake/warehouse").as_uri()


@pytest.mark.parametrize("name", ODD)
def test_pyiceberg_writes_to_the_very_file(tmp_path: Path, name: str) -> None:
    target = tmp_path / name / "t" / "data.bin"
    target.parent.mkdir(parents=True)
    with PyArrowFileIO().new_output(location(target)).create() as sink:
        sink.write(b"x")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [target]


@pytest.mark.parametrize("name", ODD)
def test_sqlalchemy_opens_the_very_file(tmp_path: Path, name: str) -> None:
    target = tmp_path / f"{name}.db"
    with create_engine(sqlite_url(target, 5)).begin() as connection:
        connection.execute(text("create table t (a int)"))
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ODD)
def test_a_pattern_below_an_odd_folder_matches_only_what_lies_there(
    tmp_path: Path, name: str
) -> None:
    for folder in (name, "a b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text("a\n1\n")
    pattern = literal(f"{escaped_glob(tmp_path / name)}/*.csv")
    found = duckdb.sql(f"select file from glob({pattern})").fetchall()
    assert found == [(str(tmp_path / name / "x.csv"),)]


@pytest.mark.parametrize(("old", "new"), [("/a", "/a/ä #1"), ("/a/ä #1", "/a"), ("/a", "/b")])
def test_a_text_with_paths_is_moved_once_and_only_once(old: str, new: str) -> None:
    import json

    for is_ascii in (True, False):
        moved = json.dumps([f"{location(old)}/x", f"{old}/y"], ensure_ascii=is_ascii)
        for pair in moves(old, new).items():
            moved = moved.replace(*pair)
        # a path stays a path, a location becomes what is written at the new place
        assert [local_path(found) for found in json.loads(moved)] == [f"{new}/x", f"{new}/y"]


def test_no_other_module_quotes_sql_or_takes_addresses_apart_by_hand() -> None:
    by_hand = re.compile(
        r"""\w+\.replace\(chr\(39\)|return "'" \+ \w+\.replace|removeprefix\("file://|\.as_uri\("""
        r"""|removeprefix\("sqlite:///|replace\("'", "''"\)"""
    )
    listed = ["git", "ls-files", "ingestion", "python_models", "expectations", "dashboards"]
    names = subprocess.run(listed, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    modules = [name for name in names.stdout.splitlines() if name.endswith(".py")]
    assert len(modules) > 100
    found = [
        name
        for name in modules
        if not name.startswith("ingestion/lakehouse/")
        and by_hand.search((PROJECT_ROOT / name).read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("java", "ours"),
    [
        ("file:/lake/a b", "file:///lake/a b"),
        ("file:///lake/a", "file:///lake/a"),
        ("/lake/file:/a", "/lake/file:/a"),
        ("s3://bucket/a", "s3://bucket/a"),
    ],
)
def test_a_location_as_java_writes_it_is_the_path_it_names(java: str, ours: str) -> None:
    assert as_location(java) == ours
