"""Releases for page tests: one with rows, one with empty tables, none."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st

from ingestion.lakehouse.lake import lake
from python_models.release import tier_files
from tests.dashboards.synthetic import write_release


@pytest.fixture(scope="session")
def release_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("release") / "r000007.duckdb"
    write_release(path)
    tier_files.write(path, path)
    return path


@pytest.fixture(scope="session")
def empty_release_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("release") / "r000001.duckdb"
    write_release(path, rows=False)
    tier_files.write(path, path)
    return path


@pytest.fixture(autouse=True)
def no_cached_rows() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def released(release_file: Path, clean_settings: None) -> Path:
    """Point `latest` of the test's lake at the release with rows."""
    lake().latest.symlink_to(release_file)
    return release_file


@pytest.fixture
def released_empty(empty_release_file: Path, clean_settings: None) -> Path:
    """Point `latest` of the test's lake at a release whose tables hold nothing."""
    lake().latest.symlink_to(empty_release_file)
    return empty_release_file
