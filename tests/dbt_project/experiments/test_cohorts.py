"""Cohorts over time: what is shared is never asked twice, what changed is asked, nothing more."""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from pathlib import Path

import duckdb

from tests.dbt_project.experiments.conftest import ESSAY, Story, rows_of

# 3 pairs x 3 draft templates; an essay by `copy` and one by the model; one judgement each
DRAFTS, ESSAYS, EVALUATIONS = 9, 18, 18


def test_first_run_plans_the_whole_product_and_asks_for_each_text_once(story: Story) -> None:
    state = story.first
    assert state.code == 0, state.said
    (cohort,) = state.cohorts
    counts = (cohort["draft_count"], cohort["essay_count"], cohort["evaluation_count"])
    assert counts == (DRAFTS, ESSAYS, EVALUATIONS)
    assert cohort["combo_count"] == 3
    # the broken template's drafts have no tag: their six essays and judgements are never asked
    assert state.calls == {
        "experiments_draft": 9, "experiments_essay": 6, "experiments_evaluation": 12,
        "experiments_comparison": 12,
    }  # fmt: skip
    assert state.attempts == 39
    assert state.released == DRAFTS + ESSAYS + EVALUATIONS


def test_failed_parser_fails_its_rows_only_and_children_are_blocked_with_the_reason(
    story: Story,
) -> None:
    by_template = Counter((row["template_id"], row["status"]) for row in story.first.of("draft"))
    assert by_template == {("idea", "ok"): 3, ("plain", "ok"): 3, ("broken", "invalid"): 3}
    bad = [row for row in story.first.of("draft") if row["status"] == "invalid"]
    assert all(row["raw"] and row["parse_error"] == "there is no <missing>" for row in bad)
    blocked = story.first.of("essay", "blocked")
    assert {row["parent_gen_id"] for row in blocked} == {row["gen_id"] for row in bad}
    assert all("there is no <missing>" in row["error"] for row in blocked)
    assert len(story.first.of("evaluation", "blocked")) == 6


def test_copied_essay_is_its_draft_and_the_written_one_is_by_the_drafts_model(
    story: Story,
) -> None:
    known = story.first.generations
    for essay in story.first.of("essay", "ok"):
        draft = known[essay["parent_gen_id"]]
        assert (essay["model_id"], essay["combo_id"]) == (draft["model_id"], draft["combo_id"])
        if essay["generator"] == "copy":
            assert (essay["parsed"], essay["call_id"]) == (draft["parsed"], None)
        else:
            assert draft["parsed"] in essay["prompt"]


def test_changed_template_regenerates_what_it_touches_and_nothing_else(story: Story) -> None:
    before, after = story.first, story.changed
    assert after.code == 0, after.said
    # three drafts, their three written essays (copies cost nothing), six judgements
    assert after.calls == {
        "experiments_draft": 12, "experiments_essay": 9, "experiments_evaluation": 18,
        "experiments_comparison": 18,  # three new pairs in two orders
    }  # fmt: skip
    old, new = (row["cohort_id"] for row in after.cohorts)
    assert old == before.cohorts[0]["cohort_id"]
    assert after.members(old) == before.members(old)
    shared = after.members(old) & after.members(new)
    assert Counter(after.generations[one]["stage"] for one in shared) == {
        "draft": 6, "essay": 12, "evaluation": 12,
    }  # fmt: skip
    assert {one: after.generations[one]["parsed"] for one in before.generations} == {
        one: row["parsed"] for one, row in before.generations.items()
    }
    assert set(after.generations) == after.members(old) | after.members(new)


def test_old_essays_are_judged_again_by_a_new_judge_without_being_written_again(
    story: Story,
) -> None:
    before, after = story.changed, story.judged
    assert after.code == 0, after.said
    asked_before = before.calls["experiments_evaluation"]
    # two of this, two of the texts made elsewhere
    assert after.calls == before.calls | {"experiments_evaluation": asked_before + 4}
    (cohort,) = (row for row in after.cohorts if row["is_reevaluation"])
    counts = (cohort["draft_count"], cohort["essay_count"], cohort["evaluation_count"])
    assert counts == (2, 2, 2)
    again = [row for row in after.of("evaluation") if row["model_id"] == "second_judge"]
    assert len(again) == 2
    assert all(row["status"] == "ok" for row in again)
    assert {row["parent_gen_id"] for row in again} <= set(before.generations)
    assert {row["gen_id"] for row in before.generations.values()} <= set(after.generations)


def test_texts_made_elsewhere_are_judged_and_keep_where_they_are_from(story: Story) -> None:
    (cohort,) = (row for row in story.judged.cohorts if row["study"] == "elsewhere")
    counts = (cohort["draft_count"], cohort["essay_count"], cohort["evaluation_count"])
    assert counts == (0, 2, 2)
    texts = [row for row in story.judged.of("essay") if row["generator"] == "import"]
    assert {(row["model_id"], row["status"], row["call_id"]) for row in texts} == {
        ("Bob", "ok", None),
        ("unknown", "ok", None),
    }
    assert {row["parsed"] for row in texts} == {ESSAY, f"{ESSAY} Twice."}
    ids = {row["gen_id"] for row in texts}
    judged = [row for row in story.judged.of("evaluation") if row["parent_gen_id"] in ids]
    assert [row["status"] for row in judged] == ["ok", "ok"]
    assert all(ESSAY in row["prompt"] for row in judged)


def test_pairs_are_shown_in_both_orders_and_only_what_both_say_is_a_win(story: Story) -> None:
    """Each draft has a copied and a polished essay; those of the broken template have no text."""
    with duckdb.connect(str(story.bench.lake / "latest.duckdb"), read_only=True) as release:
        results = rows_of(release, "pair_results where cohort_id <> 'all'")
        verdicts = {row["gen_id"]: row for row in rows_of(release, "pair_verdicts")}
        (rate,) = rows_of(release, "win_rates where cohort_id = 'all' and judge = 'all'")
        (bias,) = rows_of(release, "position_bias where cohort_id = 'all'")
    assert len(results) == 9
    assert {(row["item_a"], row["item_b"]) for row in results} == {("polished", "same")}
    wins = Counter(row["outcome"] for row in results)
    assert wins["unread"] == 3
    assert sum(wins.values()) == rate["result_count"] == bias["result_count"] == 9
    assert wins["b"] == rate["b_count"]
    assert rate["combo_count"] == 3
    assert Counter(row["status"] for row in verdicts.values()) == {"ok": 12, "blocked": 6}
    essays = story.first.generations
    for row in results:
        there, back = verdicts[row["gen_id_ab"]], verdicts[row["gen_id_ba"]]
        assert (there["first_gen_id"], there["second_gen_id"]) == (
            back["second_gen_id"], back["first_gen_id"],
        )  # fmt: skip
        if row["outcome"] in ("a", "b"):
            chosen = row[f"essay_{row['outcome']}_gen_id"]
            assert there["chosen_gen_id"] == back["chosen_gen_id"] == chosen
        if there["status"] == "ok":
            shown = [essays[there[name]]["parsed"] for name in ("first_gen_id", "second_gen_id")]
            assert there["prompt"].index(shown[0]) <= there["prompt"].rindex(shown[1])


def test_cohort_is_written_as_files_a_person_reads(story: Story, tmp_path: Path) -> None:
    cohort = story.first.cohorts[0]["cohort_id"]
    command = (sys.executable, "-m", "python_models.experiments.export", "--dir", str(tmp_path))
    done = story.bench.run(*command, "--cohort", cohort[:12])
    assert done.returncode == 0, done.stderr
    members = story.first.members(cohort)
    with (tmp_path / "verdicts.csv").open(newline="", encoding="utf-8") as file:
        verdicts = {row["gen_id"] for row in csv.DictReader(file)}
    assert {path.name for path in tmp_path.glob("comparison/*")} == verdicts
    assert {path.name for path in tmp_path.glob("*/*")} == members | verdicts
    essay = next(row for row in story.first.of("essay", "ok") if row["call_id"])
    folder = tmp_path / "essay" / essay["gen_id"]
    for name in ("prompt", "raw", "parsed"):
        assert (folder / f"{name}.txt").read_text() == essay[name]
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["study"], manifest["definition"]["k_max"]) == ("small", 2)
    for name, count in manifest["row_counts"].items():
        if name != "generations":
            with (tmp_path / f"{name}.csv").open(newline="", encoding="utf-8") as file:
                assert len(list(csv.DictReader(file))) == count
    assert manifest["row_counts"]["membership"] == len(members)
    assert manifest["row_counts"]["pairs"] == 9
    assert manifest["row_counts"]["verdicts"] == 18
    with (tmp_path / "scores.csv").open(newline="", encoding="utf-8") as file:
        scores = {row["gen_id"]: row["status"] for row in csv.DictReader(file)}
    judged = {row["gen_id"] for row in story.first.of("evaluation") if row["status"] == "ok"}
    assert judged <= set(scores) <= members
    metadata = json.loads((folder / "metadata.json").read_text())
    assert metadata["call_id"] == essay["call_id"]
    assert "prompt" not in metadata


def test_generation_is_written_with_the_texts_it_builds_on(story: Story, tmp_path: Path) -> None:
    evaluation = story.first.of("evaluation", "ok")[0]
    command = (sys.executable, "-m", "python_models.experiments.export", "--dir", str(tmp_path))
    done = story.bench.run(*command, "--gen", evaluation["gen_id"])
    assert done.returncode == 0, done.stderr
    assert sorted(path.parent.name for path in tmp_path.glob("*/*")) == [
        "draft", "essay", "evaluation",
    ]  # fmt: skip
    missing = story.bench.run(*command, "--gen", "nobody")
    assert missing.returncode == 1
    assert "no generation of nobody" in missing.stderr
