"""What a variant of a run may be told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.news.declaration import ReportDeclaration
from python_models.news.variants import NoSuchSetting, changed


def _run() -> dict[str, Any]:
    report = ReportDeclaration.model_validate(
        {"report": "daily", "categories": [{"name": "models"}]}
    ).model_dump(mode="json")
    return {"config": json.dumps({"report": report}), "languages_read": '["en"]', "top_n": 10}


def test_a_setting_stands_in_the_configuration_and_in_the_column_that_models_read() -> None:
    told = changed(_run(), ["top_n=5", "weights.impact=0.9", "model.tier3_5d=large"], 5)
    report = json.loads(told["config"])["report"]
    assert (told["top_n"], report["top_n"]) == (5, 5)
    assert report["weights"]["impact"] == 0.9 and report["weights"]["novelty"] == 0.2
    assert report["phases"] == {"tier3_5d": {"model": "large"}}
    assert told["config_hash"] != changed(_run(), [], 5)["config_hash"]
    assert changed(_run(), ["languages_read=[en, de]"], 3)["languages_read"] == '["en","de"]'


def test_a_prompt_is_found_from_where_it_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strict.jinja").write_text("Be strict.")
    for given, kept in (
        ("strict.jinja", str(tmp_path / "strict.jinja")),
        ("assessment.jinja", "assessment.jinja"),
    ):
        told = changed(_run(), [f"prompt.tier3_5d={given}"], 5)
        assert json.loads(told["config"])["report"]["phases"]["tier3_5d"]["prompt"] == kept


@pytest.mark.parametrize(
    ("word", "number", "said"),
    [
        ("window_hours=24", 5, "read by phase 3 tier1_filter"),
        ("prompt.tier2_batch=relevance.jinja", 5, "read by phase 4 tier2_batch"),
        ("prompt.tier3_5d=nowhere.jinja", 5, "names no file"),
        ("model.ranking=large", 3, "nothing a variant can change"),
        ("categories=[]", 3, "nothing a variant can change"),
        ("top_n", 6, "sets nothing"),
        ("top_n=many", 6, "top_n: Input should be a valid integer"),
        ("weights.fame=1", 6, "weights.fame"),
        ("top_n.most=1", 6, "has no parts"),
    ],
)
def test_what_would_change_nothing_is_refused(word: str, number: int, said: str) -> None:
    with pytest.raises(NoSuchSetting, match=said):
        changed(_run(), [word], number)
