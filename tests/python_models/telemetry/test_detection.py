"""`make detection-quality` reads a release, counts right and hides no defeat."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from python_models.telemetry.detection import main
from python_models.telemetry.detection_scores import (
    NothingReleased,
    Score,
    pooled,
    released_scores,
    report,
    verdict,
    with_always_on,
)


def _score(yardstick: str, tp: int, fp: int, fn: int, tn: int, **other: str) -> Score:
    named = {"source": "ur3", "level": "reading", "issue_kind": "any"} | other
    return Score(**named, yardstick=yardstick, true_positives=tp, false_positives=fp,
                 false_negatives=fn, true_negatives=tn)  # fmt: skip


@pytest.fixture
def release(tmp_path: Path) -> Path:
    path = tmp_path / "release.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema telemetry")
        connection.execute(
            """
            create table telemetry.detection_quality as
            select * from (values
                ('demo_press', 'all', 'cycle', 'any', 9, 1, 1, 89, 'sluice'),
                ('demo_press', 'all', 'cycle', 'drift', 4, 0, 1, 95, 'sluice'),
                ('demo_press', 'press-01', 'cycle', 'any', 5, 1, 0, 40, 'sluice'),
                ('ur3', 'all', 'reading', 'any', 10, 30, 10, 50, 'sluice'),
                ('ur3', 'all', 'reading', 'any', 15, 5, 5, 75, 'best_threshold')
            ) as counted (
                source, control_id, level, issue_kind, true_positives, false_positives,
                false_negatives, true_negatives, yardstick
            )
            """
        )
    return path


def test_shares_follow_from_counts() -> None:
    score = _score("sluice", 9, 3, 5, 87)
    assert score.precision == pytest.approx(9 / 12)
    assert score.recall == pytest.approx(9 / 14)
    assert score.f1 == pytest.approx(2 * (9 / 12) * (9 / 14) / (9 / 12 + 9 / 14))
    assert score.false_alarm_rate == pytest.approx(3 / 90)


def test_a_source_without_anomalies_has_no_recall_and_no_defeat() -> None:
    own = _score("sluice", 0, 3, 0, 97)
    assert own.recall is None
    assert verdict(own, [_score("always_on", 0, 100, 0, 0)]) == (
        "no anomaly labelled; 3 false alarms"
    )


def test_a_better_yardstick_is_named() -> None:
    own = _score("sluice", 10, 30, 10, 50)
    best = _score("best_threshold", 15, 5, 5, 75)
    assert verdict(own, [best]) == "NOT BEATEN: best_threshold 0.750"


def test_a_yardstick_that_is_just_as_good_is_not_beaten() -> None:
    own, same = _score("sluice", 10, 30, 10, 50), _score("always_on", 10, 30, 10, 50)
    assert verdict(own, [same]) == "NOT BEATEN: always_on 0.333"


def test_a_method_that_found_nothing_is_beaten_by_one_that_found_something() -> None:
    own, other = _score("sluice", 0, 20, 20, 50), _score("always_on", 10, 30, 10, 50)
    assert verdict(own, [other]) == "NOT BEATEN: always_on 0.333"


def test_a_method_that_finds_more_beats_the_others() -> None:
    own, none = _score("sluice", 8, 2, 4, 86), _score("best_threshold", 0, 1, 12, 87)
    assert verdict(own, [none, _score("always_on", 0, 0, 0, 9)]) == (
        "beats best_threshold and always_on"
    )


def test_a_score_is_told_from_another_by_what_it_holds() -> None:
    one, same = _score("sluice", 8, 2, 4, 86), _score("sluice", 8, 2, 4, 86)
    assert len({one, same, _score("sluice", 8, 2, 4, 87)}) == 2


def test_pooling_adds_counts_and_not_shares() -> None:
    one, two = _score("sluice", 1, 0, 0, 9), _score("sluice", 0, 9, 1, 0, source="nab")
    (total,) = pooled([one, two])
    assert (total.true_positives, total.false_positives, total.false_negatives) == (1, 9, 1)


def test_always_on_is_counted_where_the_release_has_none() -> None:
    (entry,) = report([_score("sluice", 10, 30, 10, 50)])["sources"]
    always_on = entry["scores"][1]
    assert (always_on["yardstick"], always_on["recall"]) == ("always_on", 1.0)
    assert always_on["precision"] == pytest.approx(0.2)
    assert (always_on["false_alarm_rate"], always_on["true_negatives"]) == (1.0, 0)


def test_always_on_comes_from_our_own_score_of_any_issue_alone() -> None:
    scores = [
        _score("sluice", 10, 30, 10, 50),
        _score("sluice", 1, 2, 3, 4, issue_kind="abrupt"),
        _score("sluice", 5, 6, 7, 8, issue_kind="drift"),
        _score("best_threshold", 15, 5, 5, 75),
        _score("threshold", 15, 5, 5, 75),
    ]
    added = with_always_on(scores)[len(scores) :]
    assert added == [_score("always_on", 20, 80, 0, 0)]
    assert with_always_on(scores + added) == scores + added
    (entry,) = report(scores)["sources"]
    assert [row["true_positives"] for row in entry["scores"]] == [10, 20, 15]


def test_kinds_are_our_own_of_cycles_with_any_issue_first() -> None:
    scores = [
        _score("sluice", 1, 0, 0, 9, level="cycle", issue_kind=kind)
        for kind in ("drift", "abrupt", "any", "spike")
    ]
    others = [
        _score("sluice", 1, 0, 0, 9, level=level, issue_kind="gap") for level in ("batch", "slot")
    ] + [
        _score(yardstick, 1, 0, 0, 9, level="cycle", issue_kind="gap")
        for yardstick in ("best_threshold", "threshold")
    ]
    kinds = report(scores + others)["cycle_kinds"]
    assert [kind["issue_kind"] for kind in kinds] == ["any", "abrupt", "drift", "spike"]


def test_the_table_shows_sources_kinds_and_defeats(
    release: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["--database", str(release)]) == 0
    said = capsys.readouterr().out
    for word in ("demo_press", "always_on", "best_threshold", "drift", "missed"):
        assert word in said
    assert "ur3 (reading level): NOT BEATEN: always_on 0.333, best_threshold 0.750" in said


def test_real_sources_come_before_synthetic_ones_with_a_caveat_on_both(
    release: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--json", "--database", str(release)])
    listed = [entry["source"] for entry in json.loads(capsys.readouterr().out)["sources"]]
    assert listed == ["ur3", "demo_press"]
    main(["--database", str(release)])
    told = capsys.readouterr().out
    assert "Real labels are drawn by people" in told
    assert "Synthetic sources hold faults a simulator put in" in told
    assert "drifts off after a steady lead-in" in " ".join(told.split())
    assert max(map(len, told.splitlines())) <= 80


def test_json_holds_the_same_figures(release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", str(release), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [kind["issue_kind"] for kind in found["cycle_kinds"]] == ["any", "drift"]
    assert found["cycle_kinds"][0]["f1"] == pytest.approx(0.9)


def test_without_a_release_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--database", str(tmp_path / "none.duckdb")]) == 1
    assert "make run" in capsys.readouterr().err


def test_a_release_is_read_beside_whoever_reads_it(release: Path) -> None:
    with duckdb.connect(str(release), read_only=True):
        assert len(released_scores(release)) == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("drop table telemetry.detection_quality", "holds no telemetry yet"),
        ("delete from telemetry.detection_quality", "No released source carries labels"),
    ],
)
def test_a_release_without_scores_says_what_to_do(release: Path, change: str, said: str) -> None:
    with duckdb.connect(str(release)) as connection:
        connection.execute(change)
    with pytest.raises(NothingReleased, match=said):
        released_scores(release)
