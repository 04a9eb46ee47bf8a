"""The experiments page: cohorts, pivots, lineages, judges; filters in the address."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from dashboards.experiments import queries as queries
from dashboards.experiments import score_queries as score_queries
from dashboards.experiments import studies as studies
from dashboards.experiments.price import PRICE
from dashboards.experiments.queries import MATRIX
from dashboards.experiments.rating import JUDGED
from dashboards.experiments.scores import _picked
from dashboards.jobs import jobs
from dashboards.parts import runner
from ingestion.lakehouse.lake import lake
from ingestion.lakehouse.settings import reset_settings
from python_models.experiments.blind_ratings import Rating, in_order, keep_rating, kept_ratings
from tests.dashboards.pages import failures, page, words
from tests.python_models.experiments.studies import write_study

SECTIONS = (
    *("Cohorts", "Scores", "Lineage", "Comparisons", "Agreement", "Variance"),
    *("Versions & models", "Rate", "Studies"),
)


@pytest.mark.parametrize("view", SECTIONS)
@pytest.mark.parametrize("cohort", ["All cohorts", "daydream", "no-such-cohort"])
def test_every_section_renders_for_a_cohort_and_for_all(
    released: Path, view: str, cohort: str
) -> None:
    tested = page("experiments", {"view": view, "cohort": cohort})
    assert failures(tested) == []


def test_a_release_without_cohorts_says_what_to_do(released_empty: Path) -> None:
    tested = page("experiments")
    assert failures(tested) == []
    assert "holds no cohort" in words(tested)


def test_the_headline_counts_what_the_release_holds(released: Path) -> None:
    with duckdb.connect(str(released), read_only=True) as connection:
        essays, scores, unread = connection.execute(
            "select count(distinct essay_gen_id), count(score), count(*) - count(score)"
            " from experiments.scores"
        ).fetchone()
    assert unread > 0
    found = words(page("experiments"))
    assert f"Essays judged {essays} by 2 judges" in found
    assert f"Scores {scores} {unread} answers without one" in found


def test_a_cohort_shows_its_own_figures(released: Path) -> None:
    with duckdb.connect(str(released), read_only=True) as connection:
        (essays,) = connection.execute(
            "select count(distinct essay_gen_id) from experiments.final_results"
            " where cohort_id = 'cohort-0'"
        ).fetchone()
    found = words(page("experiments", {"cohort": "daydream"}))
    assert f"Essays judged {essays} by 2 judges" in found


def test_comparisons_are_counted_and_paid_for_in_the_headline_and_by_stage(
    released: Path,
) -> None:
    with duckdb.connect(str(released), read_only=True) as connection:
        generations, cost = connection.execute(
            "select count(*), sum(cost_usd) from experiments.generations"
        ).fetchone()
        matrix = connection.execute(MATRIX).to_arrow_table().to_pylist()
    found = words(page("experiments"))
    assert f"Generations {generations + 6}" in found
    assert "6 of pairs ($0.0024)" in found.replace("\\", "")
    assert f"${cost + 0.0024:.4f}" in found.replace("\\", "")
    (pairs,) = (row for row in matrix if row["stage"] == "comparison")
    assert (pairs["cohort_id"], pairs["planned_count"]) == ("cohort-1", 6)
    assert (pairs["done_count"], pairs["failed_count"]) == (5, 1)
    assert pairs["cost_usd"] == pytest.approx(0.0024)
    assert "of pairs" not in words(page("experiments", {"cohort": "daydream"}))


def test_scores_are_those_of_the_days_that_are_chosen(released: Path, tmp_path: Path) -> None:
    whole = page("experiments", {"view": "Scores"})
    later = tmp_path / "later.duckdb"
    later.write_bytes(released.read_bytes())
    with duckdb.connect(str(later)) as connection:
        connection.execute(
            "update experiments.scores set judged_at = judged_at + interval 3 day"
            " where evaluation_model_id = 'judge_b'"
        )
        of_judge_a = connection.execute(
            "select count(score) from experiments.scores where evaluation_model_id = 'judge_a'"
        ).fetchone()
    lake().latest.unlink()
    lake().latest.symlink_to(later)
    assert (
        page("experiments", {"view": "Scores"}).dataframe[0].value.equals(whole.dataframe[0].value)
    )
    tested = page("experiments", {"view": "Scores"})
    first = tested.date_input(key="judged").min
    tested.date_input(key="judged").set_value((first, first)).run()
    assert failures(tested) == []
    cells, judges = (one.value for one in tested.dataframe[:2])
    assert (cells["score_count"].sum(),) == of_judge_a
    assert set(judges["evaluation_model_id"]) == {"judge_a"}


def test_the_pivots_of_all_days_are_those_of_the_marts(released: Path) -> None:
    every = {"cohort": "all", "from_date": date(2000, 1, 1), "to_date": date(2100, 1, 1)}
    more = {"least": 1, "templates": [], "models": []}
    with duckdb.connect(str(released), read_only=True) as connection:
        for query, given in (("PIVOT", every | more), ("JUDGES", every)):
            mart = {name: one for name, one in given.items() if "date" not in name}
            rows = [
                connection.execute(text, bound).to_arrow_table().to_pylist()
                for text, bound in (
                    (getattr(queries, query), mart),
                    (getattr(score_queries, query), given),
                )
            ]
            assert len(rows[0]) > 1
            assert _rounded(rows[0]) == _rounded(rows[1])


def _rounded(rows: list[dict]) -> list[list[tuple]]:
    return [
        sorted(
            (name, round(one, 9) if isinstance(one, float) else one) for name, one in row.items()
        )
        for row in rows
    ]


def test_filters_come_from_the_address(released: Path) -> None:
    tested = page("experiments", {"view": "Scores", "template": "bridge", "model": "plain"})
    shown = tested.dataframe[0].value
    assert set(shown["draft_template_id"]) == {"bridge"}
    assert set(shown["generation_model_id"]) == {"plain"}


def test_a_cell_with_fewer_scores_than_asked_is_left_out(released: Path) -> None:
    tested = page("experiments", {"view": "Scores", "cohort": "daydream", "least": "4"})
    assert tested.dataframe[0].value["score_count"].min() == 4
    tested = page("experiments", {"view": "Scores", "cohort": "daydream", "least": "20"})
    assert "No cell has that many scores" in words(tested)


def test_answers_without_a_score_are_shown_with_their_reason(released: Path) -> None:
    tested = page("experiments", {"view": "Scores"})
    unread = tested.dataframe[-1].value
    assert set(unread["error_code"]) == {"several"}
    assert unread["last_words"].str.contains("6 or 7").all()


def test_a_lineage_shows_draft_essay_and_evaluations_as_text_only(released: Path) -> None:
    tested = page("experiments", {"view": "Lineage"})
    found = words(tested)
    for head in ("1 · Draft", "2 · Essay", "3 · Evaluations"):
        assert head in found
    assert "&lt;script&gt;alert" in found
    assert "<script>alert" not in "".join(str(item.value) for item in tested.get("html"))


def test_a_link_from_a_cell_opens_the_lineages_of_its_combination(released: Path) -> None:
    tested = page("experiments", {"view": "Lineage", "combo": "c2"})
    assert set(tested.dataframe[0].value["combo_id"]) == {"c2"}
    assert "Texts about moss" in words(tested).replace("\\", "")


def test_agreement_shows_all_judges_and_each_pair(released: Path) -> None:
    tested = page("experiments", {"view": "Agreement"})
    assert tested.selectbox(key="judges").options == ["judge_a and judge_b"]
    shown = tested.dataframe[-1].value
    assert {"ICC(2,1), one judge", "Pearson", "Above the others"} <= set(shown["statistic"])


def test_a_second_version_of_a_template_is_beside_the_first(released: Path) -> None:
    shown = page("experiments", {"view": "Versions & models"}).dataframe[0].value
    bridge = shown[shown["template_id"] == "bridge"].set_index("version")
    assert bridge.loc[2, "difference"] > 0
    assert bridge.loc[2, "place_count"] > 0


@pytest.mark.parametrize(
    "event", [None, {}, {"selection": {"cell": []}}, {"selection": {"cell": [{}]}}]
)
def test_no_click_is_no_cell(event: dict | None) -> None:
    assert _picked(event) is None


def test_a_missing_table_fails_its_own_section_only(released: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(released.read_bytes())
    with duckdb.connect(str(broken)) as connection:
        connection.execute("drop table experiments.evaluator_agreement")
    lake().latest.unlink()
    lake().latest.symlink_to(broken)
    tested = page("experiments", {"view": "Agreement"})
    assert failures(tested) == []
    assert "does not hold its tables yet" in words(tested)


def test_scorers_stand_beside_the_judges(released: Path) -> None:
    tested = page("experiments", {"view": "Scores", "cohort": "daydream"})
    assert "Scorers beside judges" in words(tested)
    shown = next(one.value for one in tested.dataframe if "error_count" in one.value)
    (row,) = shown.to_dict("records")
    assert (row["scorer_id"], row["kind"], row["text_count"]) == ("short", "regex", 12)
    assert (row["error_count"], row["mean_share"]) == (1, pytest.approx(8 / 11))
    assert 0 < row["judge_share"] < 1


def test_a_comparison_is_said_in_words(released: Path) -> None:
    tested = page("experiments", {"view": "Comparisons", "factor": "draft_template"})
    (row,) = tested.dataframe[0].value.to_dict("records")
    assert "story scores 10.0 points lower than bridge." in words(tested)
    assert row["verdict"] == "lower"


def test_pairs_show_what_wins_and_which_judge_goes_by_place(released: Path) -> None:
    tested = page("experiments", {"view": "Comparisons", "cohort": "daydream_retold"})
    assert "Side by side" in words(tested)
    shown = [one.value for one in tested.dataframe]
    (rates,) = (one for one in shown if "win_rate" in one)
    assert list(rates["judge"]) == ["all", "judge_b"]
    assert set(rates["win_rate"]) == {0.25}
    (bias,) = (one for one in shown if "leans_to" in one)
    assert (bias["position_count"][0], bias["first_share"][0]) == (1, 1.0)
    (changed,) = (one for one in shown if "reason_ab" in one)
    assert list(changed["verdict_ab"]) == ["first"]
    assert changed["reason_ab"].str.contains("It holds better").all()


def test_a_cohort_whose_judges_saw_no_pairs_says_nothing_of_them(released: Path) -> None:
    tested = page("experiments", {"view": "Comparisons", "cohort": "daydream"})
    assert "Side by side" not in words(tested)


def test_essays_are_rated_without_a_word_of_who_wrote_them(released: Path) -> None:
    tested = page("experiments", {"view": "Rate", "cohort": "daydream"})
    assert "Who rates?" in words(tested)
    tested.text_input(key="rater").set_value("anna").run()
    assert "0 of 12 essays rated" in words(tested)
    assert len(tested.slider) == 1
    assert not {"dreamer", "plain", "bridge", "story"} & set(words(tested).split())
    for number in (1, 2):
        tested.slider[0].set_value(7.5)
        tested.button(key="keep_rating").click().run()
        assert failures(tested) == []
        assert f"{number} of 12 essays rated" in words(tested)
        assert tested.slider[0].value == 5  # no score is carried over
    kept = kept_ratings()
    assert [(row["rater"], row["score"], row["cohort"]) for row in kept] == [
        ("anna", 7.5, "cohort-0")
    ] * 2
    with duckdb.connect(str(released), read_only=True) as connection:
        essays = connection.execute(
            "select gen_id from experiments.membership"
            " where cohort_id = 'cohort-0' and stage = 'essay'"
        ).fetchall()
    assert [row["unit"] for row in kept] == in_order([one for (one,) in essays], 1)[:2]


def test_judges_are_held_against_people_only_when_that_is_asked(released: Path) -> None:
    with duckdb.connect(str(released), read_only=True) as connection:
        scores = connection.execute(
            "select essay_gen_id, avg(score) from experiments.scores"
            " where evaluation_model_id = 'judge_a' group by essay_gen_id"
        ).fetchall()
    for essay, score in scores:
        keep_rating(Rating(essay, "anna", score, "all"))
    tested = page("experiments", {"view": "Rate"})
    assert len(tested.dataframe) == 0
    tested.toggle(key="show_rated").set_value(True).run()
    shown = tested.dataframe[0].value.set_index(["judge", "statistic"])
    assert shown.loc[("judge_a", "Pearson"), "value"] == pytest.approx(1)
    assert shown.loc[("judge_b", "Pearson"), "value"] < 1


def test_people_are_held_against_what_judges_said_in_the_cohort_that_is_shown() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """
            create schema experiments;
            create table experiments.scores as select * from (values
                ('v1', 'essay', 'judge', 0.2), ('v2', 'essay', 'judge', 0.8),
                ('v3', 'essay', 'judge', null)
            ) as scores (gen_id, essay_gen_id, evaluation_model_id, scaled_score);
            create table experiments.membership as select * from (values
                ('c1', 'essay'), ('c1', 'v1'), ('c2', 'essay'), ('c2', 'v2'), ('c2', 'v3')
            ) as membership (cohort_id, gen_id)
            """
        )
        found = {
            cohort: connection.execute(JUDGED, {"cohort": cohort}).fetchall()
            for cohort in ("c1", "c2", "all")
        }
    assert found == {
        "c1": [("essay", "judge", 0.2)], "c2": [("essay", "judge", 0.8)],
        "all": [("essay", "judge", 0.5)],
    }  # fmt: skip


def test_a_name_that_is_none_is_refused_and_nothing_is_kept(released: Path) -> None:
    tested = page("experiments", {"view": "Rate"})
    tested.text_input(key="rater").set_value("=HYPERLINK(1)").run()
    assert "A name begins with a letter" in tested.error[0].value
    assert kept_ratings() == []


def test_a_study_is_priced_before_it_lands_and_only_then_asked(
    released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_study(tmp_path / "small")
    monkeypatch.setenv("SLUICE_SOURCES", str(tmp_path))
    reset_settings()
    steps = [
        {"step": "experiments_draft", "model": "m", "rows": 3, "calls": 3, "most_calls": 3,
         "cached_calls": 0, "prompt_tokens": 300, "completion_tokens": 900, "usd": 0.03,
         "most_usd": 0.03, "basis": "none"},
        {"step": "experiments_essay", "model": "m", "rows": 0, "calls": 0, "most_calls": 6,
         "cached_calls": 0, "prompt_tokens": 0, "completion_tokens": 0, "usd": 0.0,
         "most_usd": 0.5, "basis": "none"},
    ]  # fmt: skip
    (study,) = (one for one in studies.studies() if one.name == "small")
    assert study.is_new
    assert studies.price_of(study) == []
    tested = page("experiments", {"view": "Studies"})
    assert failures(tested) == []
    assert "not landed as it is now" in tested.selectbox(key="study_to_price").options[0]
    assert not [one for one in tested.button if one.key == "ask_study"]
    command = [sys.executable, "-c", f"print('estimate: ..'); print({json.dumps(steps)!r})"]
    job = runner.start(command, study.priced_as, PRICE)
    while not (job := jobs.named(job.job_id) or job).is_over:
        time.sleep(0.05)
    tested = page("experiments", {"view": "Studies"})
    assert failures(tested) == []
    assert "Up to 9 calls and $0.5300; about 1,200 tokens" in words(tested).replace("\\", "")
    assert [one for one in tested.button if one.key == "ask_study"]
    (tmp_path / "small" / "descriptions" / "sentence" / "ant.txt").write_text("Ants dig.")
    (changed,) = (one for one in studies.studies() if one.name == "small")
    assert studies.price_of(changed) == []  # that price was another version's
