"""Named sets: the seed's, those declared in YAML, and merges."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.conversations.named_sets import GRAMMAR, declared_sets
from ingestion.landing.declarations import DeclarationError
from python_models.conversations import merge
from python_models.conversations.set_list import all_sets
from python_models.runs import fingerprint

SEED = "select 'open_chat' as set_name, '*' as datasets, 'open' as tiers, 'first' as policy"


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own declarations."""
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "chats.yml").write_text("dataset: chats\nlocation: nowhere/*.jsonl\n")
    monkeypatch.setenv("SLUICE_SOURCES", str(folder))
    return folder


def listed() -> dict[str, dict]:
    with duckdb.connect() as connection:
        rows = all_sets(connection.sql(SEED)).to_pylist()
    return {row["set_name"]: row for row in rows}


def test_a_declared_set_stands_beside_those_of_the_seed(sources: Path) -> None:
    (sources / "mine.yml").write_text(
        "set: mine\ndatasets: [chats, talks]\nmask: email\nrefused_flags: [toxic]\n"
    )
    (sources / "data.yml").write_text("dataset: chats\nlocation: chats.jsonl\n")
    found = listed()
    assert set(found) == {"open_chat", "mine"}
    mine = found["mine"]
    assert (mine["datasets"], mine["tiers"], mine["languages"]) == ("chats; talks", "open", "*")
    assert (mine["mask"], mine["refused_flags"], mine["parts"]) == ("email", "toxic", "mine")
    assert found["open_chat"]["parts"] == "open_chat"


@pytest.mark.parametrize(
    ("written", "datasets", "languages"),
    [
        ("datasets: chats, talks\nlanguages: EN", "chats; talks", "en"),
        ("datasets: chats; talks\nlanguages: [' De ', en]", "chats; talks", "de; en"),
        ("datasets: [chats, '*']\nlanguages: ['']", "*", "*"),
    ],
)
def test_names_are_known_however_they_are_listed(
    written: str, datasets: str, languages: str, sources: Path
) -> None:
    (sources / "mine.yml").write_text(f"set: mine\n{written}\n")
    mine = listed()["mine"]
    assert (mine["datasets"], mine["languages"]) == (datasets, languages)


def test_a_merge_comes_down_to_sets_of_datasets(sources: Path) -> None:
    (sources / "mine.yml").write_text(
        "sets:\n- {set: a, datasets: x, mask: email}\n"
        "- {set: b, sets: [a, open_chat]}\n- {set: c, sets: [b, a], mask: phone}\n"
    )
    whole = listed()["c"]
    assert whole["parts"] == "a; open_chat"
    assert whole["mask"] == "phone; email"  # what a part masks stays masked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("set: open_chat\n", "is a row of the seed"),
        ("set: a\nsets: [nobody]\n", "merges 'nobody', which is no set"),
        ("sets:\n- {set: a, sets: [b]}\n- {set: b, sets: [a]}\n", "is a merge of itself"),
        ("set: a\nsets: [open_chat]\ndatasets: [x]\n", "not both"),
        ("set: a\nmask: [passport]\n", "mask"),
        ("set: a\ntrain_share: 0.9\nvalidation_share: 0.2\n", "more than 1 together"),
    ],
)
def test_a_set_that_cannot_be_is_refused(text: str, said: str, sources: Path) -> None:
    (sources / "mine.yml").write_text(text)
    with pytest.raises(DeclarationError, match=said):
        listed()


def test_the_example_declares_every_key() -> None:
    path = GRAMMAR.shipped / GRAMMAR.example
    (entry,) = GRAMMAR.read(path)
    words = set(path.read_text().replace(":", " ").split())
    assert set(type(entry.declaration).model_fields) <= words


@pytest.mark.usefixtures("sources")
def test_a_merge_is_declared_in_the_lake_and_may_be_declared_anew(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = fingerprint.config_hash({})
    assert merge.main(["--name", "both", "--datasets", "a,b", "--policy", "first"]) == 0
    assert declared_sets()["both"].declaration.datasets == ("a", "b")
    assert fingerprint.config_hash({}) != before  # the next run has something to do
    assert merge.main(["--name", "both", "--sets", "open_chat"]) == 0
    assert listed()["both"]["parts"] == "open_chat"
    for wrong in (["--name", "Both!", "--sets", "a"], ["--name", "c"]):
        assert merge.main(wrong) == 1
    assert "Name what is merged" in capsys.readouterr().err
    assert list(declared_sets()) == ["both"]
