"""Docs: what they name is there, and they can be read in an editor."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT as ROOT

PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda path: path.as_posix()
)
LONGEST_LINE = 160
_LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)(?:#[^)]*)?\)")
_TUTORIALS = ("new-llm-step.md", "new-product.md")  # their reader writes the files they name
_ROOMS = "ingestion|python_models|expectations|dashboards|dbt_project|tests|docs"
_FILE = re.compile(rf"`((?:{_ROOMS})/[\w./-]+\.(?:py|sql|yml|csv|md|jinja))(?:::?\w+)*`")


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_links_and_files_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    gone = [link for link in _LINK.findall(text) if not (page.parent / link).exists()]
    if page.name not in _TUTORIALS:
        gone += [file for file in _FILE.findall(text) if not (ROOT / file).exists()]
    assert not gone


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/architecture.md"]
)
def test_a_page_can_be_read_in_an_editor(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    long = [f"{at}: {len(line)}" for at, line in enumerate(lines, 1) if len(line) > LONGEST_LINE]
    assert not long


def test_figures_of_measurements_stand_in_docs() -> None:
    """They age, and are measured again; the README says what it is and how to start."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make bench" not in readme.partition("## Limits")[0]
    assert len(readme.splitlines()) < 180


def test_decisions_are_listed_in_their_order() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = _LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
    for number, name in enumerate(listed, start=1):
        assert (folder / name).read_text(encoding="utf-8").startswith(f"# {number}. ")


def test_a_missing_link_and_a_missing_file_are_found() -> None:
    text = "[there](gone.md#part) and [out](https://example.com) and `ingestion/gone.py`"
    assert _LINK.findall(text) == ["gone.md"]
    assert _FILE.findall(text) == ["ingestion/gone.py"]
