"""What is wrong with a word is said as a person types it for make; `--set` and `usage:` never."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingestion.lakehouse.make_words import Arguments, word
from ingestion.lakehouse.settings import PROJECT_ROOT
from python_models.conversations import convert, export
from python_models.experiments import export as experiments_export
from python_models.experiments import ratings, rejudge
from python_models.release import sql
from python_models.runs import __main__ as commands

# (command, what it was given, what is said)
WRONG = [
    (sql.main, ["--query", "x", "--format", "x"], "FORMAT=x is not there. There is: table, csv, "),
    (convert.main, ["--file", "", "--to", ""], "Say FILE= and TO="),
    (convert.main, ["--file", "a", "--to", "."], "TO=.: end its name with one of json"),
    (convert.main, ["--file", "a", "--to", "b", "--template", "x"], "TEMPLATE=x is not there."),
    (export.main, ["--set", "s", "--format", "x"], "FORMAT=x is not there. There is: json, "),
    (export.main, ["--set", "s", "--names", "x"], "NAMES= write it as messages=dialogue"),
    (experiments_export.main, ["--dir", "d"], "Say COHORT= or GEN=."),
    (experiments_export.main, ["--cohort", "c", "--dir", ""], "Say DIR="),
    (experiments_export.main, ["--dir", "d", "--gen", "a", "--cohort", "b"], "not both"),
    (rejudge.main, ["--dir", "d"], 'Say ARGS="--like .."'),
    (ratings.main, ["--"], "Say FILES="),
    (ratings.main, ["--", "gone.csv"], "FILES=gone.csv is not there"),
    (commands.main, ["backup", "--", ""], "Say DIR="),
    (commands.main, ["export-run", "", ""], "Say ID= and DIR="),
    (commands.main, ["runs", "--limt", "3"], "ARGS: there is no --limt 3 here. There is: --json, "),
    (commands.main, ["runs", "--limit", "x"], 'ARGS="--limit x": that is not a whole number.'),
    (commands.main, ["check-nightly", "--hours", "x"], "that is not a number"),
]


@pytest.mark.parametrize(("command", "given", "said"), WRONG, ids=[one[2] for one in WRONG])
def test_a_wrong_or_missing_word_is_said_in_makes_words(
    command: object,
    given: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = command(given)  # type: ignore[operator]
    except SystemExit as ended:
        code = ended.code
    captured = capsys.readouterr()
    assert code in (1, 2)
    assert said in captured.err
    assert "usage" not in captured.err.lower()
    assert len(captured.err.splitlines()) == 1
    assert not list(tmp_path.iterdir()), "nothing is written where a word is missing"


def test_words_of_products_are_known_as_those_of_the_makefile_are() -> None:
    assert word("--cohort") == "COHORT="
    assert word("--format") == "FORMAT="
    assert word("--hours") == 'ARGS="--hours .."'


def test_an_empty_word_that_is_not_needed_is_no_mistake() -> None:
    parser = Arguments()
    parser.add_argument("--name", required=True)
    parser.add_argument("--more", default="")
    assert vars(parser.parse_args(["--name", "a", "--more", ""])) == {"name": "a", "more": ""}


def test_every_module_that_make_calls_speaks_so() -> None:
    files = [PROJECT_ROOT / "Makefile", *PROJECT_ROOT.glob("ingestion/*/product.mk")]
    called = {
        name
        for file in files
        for name in re.findall(r"-m ((?:ingestion|python_models)[\w.]*)", file.read_text())
    }
    assert len(called) > 10
    for name in called:
        path = PROJECT_ROOT / name.replace(".", "/")
        source = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
        text = source.read_text(encoding="utf-8")
        assert "argparse.ArgumentParser(" not in text, f"{name}: use Arguments"
