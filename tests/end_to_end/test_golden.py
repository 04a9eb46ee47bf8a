"""What the README's first command gives on a fresh lake, product by product, to the figure.

`make golden` writes the figures anew; a person reads the difference before it is committed.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.conversations.formats import Message, Standardised
from ingestion.lakehouse.extensions import connect_duckdb
from ingestion.lakehouse.settings import PROJECT_ROOT, reset_settings
from ingestion.landing.products import PRODUCTS
from python_models.conversations.rules import rules
from python_models.conversations.validating import Session
from python_models.release.metrics.compiler import metric_sql
from python_models.release.metrics.declarations import declared
from python_models.release.reader import open_release
from tests.end_to_end.golden.figures import approved, figures
from tests.python_models.conversations.compiled_rules import give_rules


@pytest.fixture(scope="module")
def lake(demo: Path) -> Path:
    """The lake that the first command of all made where none was."""
    return demo / "lake"


@pytest.mark.parametrize("product", PRODUCTS)
def test_the_demo_gives_the_figures_a_person_approved(lake: Path, product: str) -> None:
    assert figures(lake, product) == approved(product)


def test_every_metric_is_had_of_the_demo_in_one_question(lake: Path) -> None:
    names = list(declared().metrics)
    with open_release(lake / "latest.duckdb") as connection:
        (found,) = connection.execute(metric_sql(names)).fetchall()
        by_hand = "select count(*) from telemetry.issues"
        (issues,) = connection.execute(by_hand).fetchone() or (0,)
    figures_of = dict(zip(names, found, strict=True))
    assert figures_of["issues"] == issues > 0
    assert not [name for name in names if figures_of[name] is None]


def test_a_conversation_sent_alone_gets_the_verdict_that_the_build_gave_it(
    lake: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect_duckdb(lake / "latest.duckdb", read_only=True) as connection:
        told = connection.sql("select * from conversations.quality").to_arrow_table().to_pylist()
        said = connection.sql(
            "select list({'role': role, 'content': content} order by turn)"
            " from conversations.messages group by conversation_id"
        ).fetchall()
    talks = [
        Standardised("messages", 1.0, [Message(**turn) for turn in turns]) for (turns,) in said
    ]
    home = tmp_path_factory.mktemp("validating")
    give_rules(home, tmp_path_factory)
    monkeypatch.setenv("SLUICE_LAKE", str(home))
    reset_settings()
    session = Session(rules())
    found = session.verdicts(talks)
    assert len(told) == len(found) > 1_000
    by_a_judge = {"judged_status", "judged_score", "grade", "score", "recommendations"}
    for row in told:
        names = set(row) - by_a_judge - {"tier"}  # is its dataset's, which it has none of
        if row["judged_score"] is None:
            names |= {"grade", "score", "recommendations"}
        mine = found[row["conversation_id"]]
        assert {name: mine[name] for name in names} == {name: row[name] for name in names}
    for talk in talks[::400]:
        (alone,) = session.verdicts([talk]).values()
        assert alone == found[talk.conversation_id]


def test_a_report_whose_making_is_killed_amid_a_phase_comes_out_the_same(lake: Path) -> None:
    (run_id, before), paid = _report(lake), _paid(lake)
    point = "phase.validation.snapshot"
    code, said = _resume(lake, point, "--run", run_id, "--from", "9")
    assert code == 137, said[-3000:]
    code, said = _resume(lake, "")
    assert code == 0, said[-3000:]
    assert _report(lake) == (run_id, before)
    assert _paid(lake) == paid


def _resume(lake: Path, fault: str, *arguments: str) -> tuple[int, str]:
    known = {"SLUICE_LAKE": str(lake), "FAULT": fault, "SLUICE_SOURCES": ""}
    known |= {f"DBT_{name}_PATH": str(lake.parent / name.lower()) for name in ("TARGET", "LOG")}
    done = subprocess.run(
        [sys.executable, "-m", "python_models.runs", "resume", *arguments],
        cwd=PROJECT_ROOT, env=os.environ | known, capture_output=True, text=True, timeout=600,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def _report(lake: Path) -> tuple[str, str]:
    """Return the run and the text of the newest report of news, as its newest attempt left it."""
    with connect_duckdb(lake / "latest.duckdb", read_only=True) as connection:
        found: tuple[str, str] = connection.sql(
            "select run_id, markdown from news.reports order by as_of desc limit 1"
        ).fetchall()[0]
    return found


def _paid(lake: Path) -> int:
    with sqlite3.connect(lake / "journal.db") as connection:
        return int(connection.execute("select count(*) from llm_attempts").fetchone()[0])
